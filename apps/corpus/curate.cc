// corpus curate and corpus run: whole recipes.
#include "commands.h"
#include "intent.h"
#include "job.h"

namespace corpus::cli {
namespace {

constexpr std::size_t kLargestRecipe = std::size_t{4} << 20;

Result<Recipe> read_recipe(const std::string& path) {
  CORPUS_TRY(std::string text, read_small_file(path, kLargestRecipe));
  return parse_recipe(text, path);
}

}  // namespace

Result<int> curate(const Args& args) {
  if (args.has("recipe") && args.has("profile")) {
    return Error{Code::kInvalidArgument, "--recipe and --profile exclude each other"};
  }
  CORPUS_TRY(Recipe recipe, args.has("recipe") ? read_recipe(*args.last("recipe"))
                                               : profile(args.get("profile", "sft")));
  CORPUS_CHECK(state_intent(recipe, args));
  leave_out_withdrawn(recipe, args);
  CORPUS_CHECK(complete(recipe, args, args.words, ""));
  return run_job(recipe, args);
}

Result<int> run_recipe(const Args& args) {
  if (args.words.size() != 1) {
    return Error{Code::kInvalidArgument, "name one recipe file: corpus run RECIPE.yaml"};
  }
  CORPUS_TRY(Recipe recipe, read_recipe(args.words[0]));
  CORPUS_CHECK(complete(recipe, args, {}, ""));
  return run_job(recipe, args);
}

}  // namespace corpus::cli
