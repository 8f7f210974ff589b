#include "corpus/stage_set.h"

#include <utility>

#include "corpus/pipeline.h"
#include "corpus/registry.h"

namespace corpus {

Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields);  // adapters/
Result<std::unique_ptr<Sink>> make_delivery(const Recipe& recipe,                   // writers/
                                            decltype(Custom::deliver) deliver);

namespace {

constexpr std::size_t kMost = std::size_t{1} << 30;  // positions in a batch have 32 bits

}  // namespace

struct StageSet::Impl {
  Recipe recipe;
  MemoryBudget memory;
  std::vector<std::pair<std::string, std::unique_ptr<Map>>> stages;
  std::unique_ptr<Map> parse;
  std::size_t columns = 0;

  Result<void> make();
};

Result<void> StageSet::Impl::make() {
  CORPUS_CHECK(check_recipe(recipe, "recipe"));
  CORPUS_TRY(auto lines, make_delivery(recipe, {}));
  std::uint32_t fields = lines->fields();
  BuildContext context{.memory = &memory, .inputs = {"buffer"}};
  context.recipe_digest = recipe.content_digest();
  for (const auto& spec : recipe.stages) {
    auto made = find_component(spec.id)->make(spec.options, context);
    if (!made) return std::move(made).error().context(spec.id);
    for (auto& stage : *made) {
      if (auto* map = std::get_if<std::unique_ptr<Map>>(&stage)) {
        fields |= (*map)->fields();
        stages.emplace_back(spec.id, std::move(*map));
        continue;
      }
      auto* fold = std::get_if<std::unique_ptr<Fold>>(&stage);
      if (fold != nullptr && (*fold)->observes_only()) continue;
      return Error{
          Code::kUnsupported,
          spec.id + ": compares the records of a run with each other; use a stream or a run"};
    }
  }
  columns = context.columns;
  CORPUS_TRY(parse, make_parse(recipe.input, fields));
  return {};
}

StageSet::StageSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StageSet::~StageSet() = default;

Result<std::unique_ptr<const StageSet>> StageSet::make(const Recipe& recipe) {
  auto impl = std::make_unique<Impl>();
  impl->recipe = recipe;
  CORPUS_CHECK(impl->make());
  return std::unique_ptr<const StageSet>(new StageSet(std::move(impl)));
}

Result<StageSet::Applied> StageSet::apply(std::string_view records) const {
  if (records.size() > kMost) {
    return Error{Code::kLimit, "more than 1 GiB of records at once; give fewer at a time"};
  }
  Batch batch;
  batch.columns.resize(impl_->columns);
  batch.bytes.append(records);
  CORPUS_CHECK(impl_->parse->run(batch, impl_->parse->scratch().get()));
  for (const auto& [id, stage] : impl_->stages) {
    auto done = stage->run(batch, stage->scratch().get());
    if (!done) return std::move(done).error().context(id);
  }
  Applied out;
  for (const auto& record : batch.records) {
    out.reasons.emplace_back(record.drop ? record.drop.name() : std::string_view());
  }
  CORPUS_TRY(auto sink, make_delivery(impl_->recipe, [&out](const Delivered& delivered) {
               out.lines = delivered.lines;
               return Result<void>();
             }));
  CORPUS_CHECK(sink->prepare(batch, sink->scratch().get()));
  CORPUS_CHECK(sink->write(batch));
  return out;
}

}  // namespace corpus
