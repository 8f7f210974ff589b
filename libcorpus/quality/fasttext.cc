// quality.fasttext: what a classifier says of a text, as "quality": {"class": "high", "score":
// 0.91}; drops what scores too low.
#include <charconv>
#include <memory>
#include <string>

#include "core/joined_turns.h"
#include "corpus/component.h"
#include "json/escape.h"
#include "quality/classifier.h"

namespace corpus {
namespace {

using quality::Classifier;

struct Scratch final : State {
  explicit Scratch(const Classifier& classifier) : model(classifier.scratch()) {}
  Classifier::Scratch model;
  std::string joined, json;
};

class Quality final : public Map {
 public:
  Quality(Classifier classifier, const Value& options, Scope scope)
      : classifier_(std::move(classifier)),
        scope_(scope),
        key_(options.get("key", "quality")),
        least_(options.get("min_score", 0.0)) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(classifier_); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& scratch = static_cast<Scratch&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop) continue;
      auto verdict = classifier_.judge(joined_turns(record, scope_, scratch.joined), scratch.model);
      scratch.json = "{\"class\":";
      json::append_quoted(scratch.json, classifier_.model().label(verdict.label));
      char digits[32];
      auto end = std::to_chars(digits, digits + sizeof digits, verdict.score,
                               std::chars_format::general, 6)
                     .ptr;
      scratch.json.append(",\"score\":").append(digits, end).append(1, '}');
      batch.tag(i, key_, batch.arena.copy(scratch.json));
      if (verdict.score < least_) record.drop = low_;
    }
    return {};
  }

 private:
  Classifier classifier_;
  Scope scope_;
  std::string key_;
  double least_;
  Reason low_ = Reason::intern("quality.fasttext.low_score");
};

}  // namespace

Result<Stages> make_quality_fasttext(const Value& options, BuildContext& context) {
  CORPUS_TRY(Scope scope, parse_scope(options.get("scope", "response")));
  CORPUS_TRY(Classifier classifier,
             Classifier::open(options.get("model", ""), options.get("label", ""),
                              options.get("calibrated", true)));
  CORPUS_CHECK(context.memory->reserve(classifier.model().memory(), "quality.fasttext"));
  return stages(std::make_unique<Quality>(std::move(classifier), options, scope));
}

}  // namespace corpus
