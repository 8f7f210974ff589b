// corpus dedup: one method at a time, and questions about what one did.
#include "dedup.h"

#include <algorithm>
#include <array>
#include <span>

#include "commands.h"
#include "job.h"

namespace corpus::cli {
namespace {

constexpr std::array<std::string_view, 8> kMethods = {"exact", "minhash",  "simhash", "lines",
                                                      "substring", "semantic", "bloom", "known"};

bool is_method(std::string_view word) {
  return std::find(kMethods.begin(), kMethods.end(), word) != kMethods.end();
}

}  // namespace

Result<int> dedup(const Args& args) {
  std::string first = args.words.empty() ? "" : args.words[0];
  if (first == "explain") return explain(args);
  if (first == "query") return query(args);
  std::span<const std::string> inputs = args.words;
  std::string method = args.get("method", "");
  if (method.empty() && is_method(first)) {
    method = first;
    inputs = inputs.subspan(1);
  }
  if (method.empty()) {
    return Error{Code::kInvalidArgument,
                 "say how to compare: corpus dedup IN... -o OUT --method "
                 "exact|minhash|simhash|lines|substring|semantic|bloom|known"};
  }
  Recipe recipe;
  recipe.stages.push_back({"dedup." + method, Value(Value::Object{})});
  CORPUS_CHECK(complete(recipe, args, inputs, ""));
  return run_job(recipe, args);
}

}  // namespace corpus::cli
