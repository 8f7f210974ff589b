// corpus accounts: shares of teachers and owners.
#include "corpus/accounts.h"

#include <cstdlib>

#include "commands.h"
#include "corpus/recipe.h"
#include "job.h"
#include "keys.h"

namespace corpus::cli {
namespace {

constexpr std::size_t kLargestPrices = std::size_t{4} << 20;

}  // namespace

Result<int> accounts(const Args& args) {
  if (args.words.empty()) {
    return Error{Code::kInvalidArgument, "name corpora: corpus accounts CORPUS..."};
  }
  provenance::AccountsOptions options;
  options.unit = args.get("unit", options.unit);
  options.period = args.get("period", "");
  for (const auto& [flag, value] : args.given) {
    if (flag->name == "weight") options.weights.push_back(value);
  }
  if (const auto* path = args.last("prices")) {
    CORPUS_TRY(std::string text, read_small_file(*path, kLargestPrices));
    CORPUS_TRY(options.prices, parse_yaml(text, *path));
  }
  CORPUS_TRY(auto statement, provenance::make_accounts(args.words, options));
  if (!args.has("key") && std::getenv("CORPUS_KEY") == nullptr) {
    return print_to(args, provenance::print_statement(statement) + '\n');
  }
  CORPUS_TRY(auto key, signing_key(args));
  statement.predicate.set("key", provenance::hex(key.public_key().bytes()));
  auto envelope =
      provenance::sign(provenance::kInTotoType, provenance::print_statement(statement), key);
  return print_to(args, provenance::print_envelope(envelope));
}

}  // namespace corpus::cli
