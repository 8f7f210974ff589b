// corpus disclose: a corpus in the forms that others ask for.
#include "commands.h"
#include "corpus/disclosure.h"
#include "corpus/recipe.h"
#include "job.h"

namespace corpus::cli {
namespace {

constexpr std::size_t kLargestAnswers = std::size_t{4} << 20;

}  // namespace

Result<int> disclose(const Args& args) {
  if (args.has("blanks")) {
    std::string out;
    for (const auto& blank : provenance::disclosure_blanks()) {
      out.append(blank.id).append(": \"\"  # ").append(blank.what).append("\n");
    }
    return print_to(args, out);
  }
  if (args.words.size() != 1 || !args.has("format")) {
    return Error{Code::kInvalidArgument,
                 "name one corpus and a form: corpus disclose CORPUS --format FORM"};
  }
  provenance::DisclosureOptions options{.unchecked_policy = args.has("unchecked-policy"),
                                        .answers = {}};
  if (const auto* path = args.last("about")) {
    CORPUS_TRY(std::string text, read_small_file(*path, kLargestAnswers));
    CORPUS_TRY(options.answers, parse_yaml(text, *path));
  }
  CORPUS_TRY(std::string text, provenance::disclose(args.words[0], *args.last("format"), options));
  return print_to(args, text);
}

}  // namespace corpus::cli
