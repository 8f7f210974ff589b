// Recipe: what to read, which stages, what to write. The one thing that curate, run, C and Python
// pass around.
//
// Text form is YAML (JSON is YAML too); see schemas/recipe.json. A Recipe that parse_recipe returned
// has been checked against the schemas of the recipe and of every component it names; messages name
// file, line and key.
#ifndef CORPUS_RECIPE_H_
#define CORPUS_RECIPE_H_

#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus {

struct StageSpec {
  std::string id;   // "filters.length"
  Value options;    // an object; empty means all defaults
};

struct Recipe {
  Value input;                     // {paths, adapt, map, unknown, batch, max_record, ...}
  std::vector<StageSpec> stages;
  Value output;                    // {dir | file | null, compress, shard, rejects, convert, ...}

  Value to_value() const;
  // Hex XXH3-128 of what decides the content: input options but not paths, stages, output options
  // but not where. Two runs with equal digests over equal inputs write equal files.
  std::string digest() const;
  // The same of what decides the records alone: not how they are cut into batches, shards and frames.
  std::string content_digest() const;
};

// `name` is used in messages ("recipe.yaml").
Result<Recipe> parse_recipe(std::string_view yaml, std::string_view name);
Result<Value> parse_yaml(std::string_view yaml, std::string_view name);

// Checks a recipe that was put together in code.
Result<void> check_recipe(const Recipe& recipe, std::string_view name);

// Sets a value by path: "stages.dedup.minhash.bands=20", "output.compress=zstd:9", "input.adapt=text".
Result<void> set(Recipe& recipe, std::string_view assignment);

// "sft", "pretrain", "code": the stages of a built-in recipe. kNotFound lists the names.
Result<Recipe> profile(std::string_view name);
std::vector<std::string> profiles();

}  // namespace corpus

#endif  // CORPUS_RECIPE_H_
