// quality.perplexity: how surprised an n-gram model is by a text, as "perplexity": 123.4; drops
// what is outside of a range.
#include <charconv>
#include <memory>
#include <string>

#include "core/joined_turns.h"
#include "corpus/component.h"
#include "io/mapped_file.h"
#include "quality/ngram_model.h"

namespace corpus {
namespace {

struct Scratch final : State {
  std::string joined;
};

class Perplexity final : public Map {
 public:
  Perplexity(quality::NgramModel model, const Value& options, Scope scope)
      : model_(std::move(model)),
        scope_(scope),
        key_(options.get("key", "perplexity")),
        most_(options.get("max", 0.0)),
        least_(options.get("min", 0.0)) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& joined = static_cast<Scratch&>(*state).joined;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop) continue;
      auto score = model_.score(joined_turns(record, scope_, joined));
      if (score.words == 0) continue;  // says nothing: no tag, and other filters' matter
      double perplexity = score.perplexity();
      char digits[32];
      auto end =
          std::to_chars(digits, digits + sizeof digits, perplexity, std::chars_format::general, 6)
              .ptr;
      batch.tag(i, key_, batch.arena.copy({digits, static_cast<std::size_t>(end - digits)}));
      if (most_ > 0 && perplexity > most_) record.drop = high_;
      if (perplexity < least_) record.drop = low_;
    }
    return {};
  }

 private:
  quality::NgramModel model_;
  Scope scope_;
  std::string key_;
  double most_, least_;
  Reason high_ = Reason::intern("quality.perplexity.high"),
         low_ = Reason::intern("quality.perplexity.low");
};

}  // namespace

Result<Stages> make_quality_perplexity(const Value& options, BuildContext& context) {
  CORPUS_TRY(Scope scope, parse_scope(options.get("scope", "response")));
  std::string path = options.get("model", "");
  CORPUS_TRY(auto file, io::MappedFile::open(path));
  auto model = quality::NgramModel::parse_arpa(file.view());
  if (!model) return std::move(model).error().context(path);
  CORPUS_CHECK(context.memory->reserve(model->memory(), "quality.perplexity"));
  return stages(std::make_unique<Perplexity>(*std::move(model), options, scope));
}

}  // namespace corpus
