// Commands that print or store records as they are: cat, head, sample, convert, pack.
#include "commands.h"
#include "job.h"
#include "terminal.h"

#include <cstdio>

namespace corpus::cli {
namespace {

// The records are what was asked for; words only when some of them are missing or -v is given.
Result<int> show(Recipe recipe, const Args& args) {
  CORPUS_CHECK(complete(recipe, args, args.words, "-"));
  if (args.has("verbose") || recipe.output.find("dir") != nullptr) return run_job(recipe, args);
  CORPUS_TRY(auto report, run_quietly(recipe, args));
  if (report && report->summary.malformed != 0 && !args.has("quiet")) {
    std::fprintf(stderr, "corpus: %s malformed records were left out; -v says why\n",
                 grouped(report->summary.malformed).c_str());
  }
  return kDone;
}

Recipe one_stage(std::string id) {
  Recipe recipe;
  recipe.stages.push_back({std::move(id), Value(Value::Object{})});
  return recipe;
}

}  // namespace

Result<int> cat(const Args& args) { return show({}, args); }
Result<int> head(const Args& args) { return show(one_stage("select.head"), args); }
Result<int> sample(const Args& args) { return show(one_stage("select.sample"), args); }

Result<int> convert(const Args& args) {
  if (!args.has("to")) {
    return Error{Code::kInvalidArgument,
                 "name a shape: --to messages, sharegpt, alpaca, prompt_response or text"};
  }
  Recipe recipe;
  CORPUS_CHECK(complete(recipe, args, args.words, "-"));
  return run_job(recipe, args);
}

Result<int> pack(const Args& args) {
  Recipe recipe;
  CORPUS_CHECK(complete(recipe, args, args.words, ""));
  return run_job(recipe, args);
}

}  // namespace corpus::cli
