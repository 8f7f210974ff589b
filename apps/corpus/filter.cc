// corpus filter: drops records by what they say.
#include "commands.h"
#include "job.h"

namespace corpus::cli {

Result<int> filter(const Args& args) {
  // Cheap ones first, as in the profiles: what one drops the next need not look at.
  static constexpr std::string_view kOrder[] = {
      "filters.encoding", "filters.length",  "filters.truncated", "filters.structure",
      "filters.loop",     "filters.refusal", "filters.echo",      "filters.low_information"};
  Recipe recipe;
  for (auto id : kOrder) {
    std::string path = "stages." + std::string(id);
    for (const auto& [flag, value] : args.given) {
      if (flag->sets != path && !flag->sets.starts_with(path + '.')) continue;
      recipe.stages.push_back({std::string(id), Value(Value::Object{})});
      break;
    }
  }
  if (recipe.stages.empty()) {
    return Error{Code::kInvalidArgument,
                 "no filter: add for example --refusal, --truncated or --min-chars 20"};
  }
  CORPUS_CHECK(complete(recipe, args, args.words, ""));
  return run_job(recipe, args);
}

}  // namespace corpus::cli
