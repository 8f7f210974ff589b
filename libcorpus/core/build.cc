// From a recipe to a chain that can run.
#include <cstdint>
#include <memory>

#include "base/hash.h"
#include "corpus/pipeline.h"
#include "corpus/registry.h"

namespace corpus {

// The two ends and the parse stage, each made by the folder that owns it.
Result<std::unique_ptr<Source>> make_source(const Value& input);                      // readers/
Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields);    // adapters/
Result<std::unique_ptr<Sink>> make_sink(const Recipe& recipe, std::string* work_dir);  // writers/

namespace {

constexpr std::int64_t kDefaultBatch = 1 << 20;  // as schemas/recipe.json says

std::string digest_of(const Recipe& recipe, const Source& source) {
  std::string all = recipe.digest();
  for (const auto& input : source.inputs()) {
    all += '\n' + input.name + ' ' + std::to_string(input.bytes);
  }
  return hex(hash128(all));
}

}  // namespace

Result<Chain> build(const Recipe& recipe, std::uint64_t memory) {
  CORPUS_CHECK(check_recipe(recipe, "recipe"));
  Chain chain;
  // Half for what stages remember, the rest for batches in flight, codecs and code.
  chain.memory = std::make_unique<MemoryBudget>(memory / 2);
  BuildContext context{.memory = chain.memory.get()};
  CORPUS_TRY(chain.source, make_source(recipe.input));
  bool sizes_known = true;
  for (const auto& input : chain.source->inputs()) {
    context.inputs.push_back(input.name);
    context.input_bytes += input.bytes;
    sizes_known &= input.bytes != 0;
  }
  if (!sizes_known) context.input_bytes = 0;
  CORPUS_TRY(chain.sink, make_sink(recipe, &chain.work_dir));
  context.spill_dir = chain.work_dir;

  bool folds = false;
  for (const auto& spec : recipe.stages) {
    auto made = find_component(spec.id)->make(spec.options, context);
    if (!made) return std::move(made).error().context(spec.id);
    for (auto& stage : *made) {
      auto* fold = std::get_if<std::unique_ptr<Fold>>(&stage);
      folds |= fold != nullptr && !(*fold)->observes_only();
      chain.stages.emplace_back(spec.id, std::move(stage));
    }
  }
  chain.parse = [input = recipe.input](std::uint32_t fields) { return make_parse(input, fields); };
  if (folds) CORPUS_CHECK(chain.source->expect_rewind());
  chain.columns = context.columns;
  chain.batch_bytes = static_cast<std::uint64_t>(recipe.input.get("batch", kDefaultBatch));
  chain.digest = digest_of(recipe, *chain.source);
  return chain;
}

Result<Report> run(const Recipe& recipe, const RunOptions& options) {
  CORPUS_TRY(Chain chain, build(recipe, options.memory));
  return run(chain, options);
}

}  // namespace corpus
