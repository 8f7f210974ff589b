// From a recipe to a chain that can run.
#include <cstdint>
#include <memory>

#include "base/hash.h"
#include "corpus/pipeline.h"
#include "corpus/registry.h"

namespace corpus {

// The two ends and the parse stage, each made by the folder that owns it.
Result<std::unique_ptr<Source>> make_source(const Value& input);                      // readers/
Result<std::unique_ptr<Source>> make_source(const Value& input, int fd, const std::string& name);
Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields);    // adapters/
Result<std::unique_ptr<Sink>> make_sink(const Recipe& recipe, std::string* work_dir);  // writers/
Result<std::unique_ptr<Sink>> make_token_sink(const Value& output);                   // tokens/
Result<std::unique_ptr<Sink>> make_delivery(const Recipe& recipe, decltype(Custom::deliver) deliver);

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

Result<Chain> build(const Recipe& recipe, std::uint64_t memory, Custom custom) {
  CORPUS_CHECK(check_recipe(recipe, "recipe"));
  Chain chain;
  // Half for what stages remember, the rest for batches in flight, codecs and code.
  chain.memory = std::make_unique<MemoryBudget>(memory / 2);
  BuildContext context{.memory = chain.memory.get()};
  context.recipe_digest = recipe.content_digest();
  CORPUS_TRY(chain.source, custom.input_fd < 0
                               ? make_source(recipe.input)
                               : make_source(recipe.input, custom.input_fd, custom.input_name));
  bool sizes_known = true;
  for (const auto& input : chain.source->inputs()) {
    context.inputs.push_back(input.name);
    context.input_bytes += input.bytes;
    sizes_known &= input.bytes != 0;
  }
  if (!sizes_known) context.input_bytes = 0;
  CORPUS_TRY(chain.sink, custom.deliver                     ? make_delivery(recipe, std::move(custom.deliver))
                         : recipe.output.find("tokens") ? make_token_sink(recipe.output)
                                                        : make_sink(recipe, &chain.work_dir));
  context.spill_dir = chain.work_dir;

  bool folds = false;
  auto add = [&](std::string id, Stage stage) {
    auto* fold = std::get_if<std::unique_ptr<Fold>>(&stage);
    folds |= fold != nullptr && !(*fold)->observes_only();
    chain.stages.emplace_back(std::move(id), std::move(stage));
  };
  std::string brought_ids;
  auto brought = custom.stages.begin();
  for (std::size_t i = 0; i <= recipe.stages.size(); ++i) {
    for (; brought != custom.stages.end() && brought->behind == i; ++brought) {
      brought_ids += '\n' + brought->id;
      add(std::move(brought->id), std::move(brought->stage));
    }
    if (i == recipe.stages.size()) break;
    const auto& spec = recipe.stages[i];
    auto made = find_component(spec.id)->make(spec.options, context);
    if (!made) return std::move(made).error().context(spec.id);
    for (auto& stage : *made) add(spec.id, std::move(stage));
  }
  chain.parse = [input = recipe.input](std::uint32_t fields) { return make_parse(input, fields); };
  if (folds) CORPUS_CHECK(chain.source->expect_rewind());
  chain.columns = context.columns;
  chain.batch_bytes = static_cast<std::uint64_t>(recipe.input.get("batch", kDefaultBatch));
  chain.digest = digest_of(recipe, *chain.source) + brought_ids;
  return chain;
}

Result<void> parse_text(const Value& input, std::uint32_t fields, Batch& batch) {
  CORPUS_TRY(auto parse, make_parse(input, fields));
  return parse->run(batch, parse->scratch().get());
}

Result<Report> run(const Recipe& recipe, const RunOptions& options) {
  CORPUS_TRY(Chain chain, build(recipe, options.memory));
  return run(chain, options);
}

}  // namespace corpus
