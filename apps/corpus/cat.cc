// Commands that print or store records as they are: cat, head, sample, convert, pack.
#include <cstdio>

#include "commands.h"
#include "job.h"
#include "common/terminal.h"

namespace corpus::cli {
namespace {

// The records are what was asked for; words only when some of them are missing or -v is given.
Result<int> show(Recipe recipe, const Args& args) {
  CORPUS_CHECK(complete(recipe, args, args.words, "-"));
  bool printed = recipe.output.get("file", "") == "-";
  if (args.has("verbose") || !printed) return run_job(recipe, args);
  CORPUS_TRY(auto report, run_quietly(recipe, args));
  if (report && report->summary.malformed != 0 && !args.has("quiet")) {
    std::fprintf(stderr, "corpus: left out: %s; -v says why\n",
                 counted(report->summary.malformed, "malformed record").c_str());
  }
  return kDone;
}

// select.head and select.sample, ten records unless -n says otherwise.
Recipe select(std::string id) {
  Recipe recipe;
  recipe.stages.push_back({std::move(id), Value(Value::Object{{"n", 10}})});
  return recipe;
}

}  // namespace

Result<int> cat(const Args& args) { return show({}, args); }
Result<int> head(const Args& args) { return show(select("select.head"), args); }
Result<int> sample(const Args& args) { return show(select("select.sample"), args); }

Result<int> convert(const Args& args) {
  if (!args.has("to") && !args.get("output", "").ends_with(".parquet")) {
    return Error{Code::kInvalidArgument,
                 "name a shape: --to messages, sharegpt, alpaca, prompt_response or text"};
  }
  return show({}, args);
}

Result<int> pack(const Args& args) {
  Recipe recipe;
  CORPUS_CHECK(complete(recipe, args, args.words, ""));
  return run_job(recipe, args);
}

}  // namespace corpus::cli
