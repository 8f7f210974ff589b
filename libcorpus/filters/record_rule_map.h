// The frame of a filter that judges answers, maybe by what they answer.
//
// A Rules type has a default-constructible Scratch, a constexpr kTag (what it is called under
// "corpus"), and
//   Reason judge(const Record&, Scratch&, Signals* signals) const;
// which returns the first rule that is broken. With `signals` it adds what it measured, if
// anything.
//
// action: drop sets the reason; action: tag writes {"signal":value,...,"verdict":"rule"} instead,
// and nothing where there is neither a signal nor a broken rule.
#ifndef CORPUS_FILTERS_RECORD_RULE_MAP_H_
#define CORPUS_FILTERS_RECORD_RULE_MAP_H_

#include <memory>
#include <string_view>
#include <utility>

#include "corpus/component.h"
#include "filters/rule_map.h"

namespace corpus {

template <typename Rules>
class RecordRuleMap final : public Map {
 public:
  RecordRuleMap(Rules rules, bool tag) : rules_(std::move(rules)), tag_(tag) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return !tag_; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Memory>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& memory = static_cast<Memory&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop) continue;
      if (!tag_) {
        record.drop = rules_.judge(record, memory.scratch, nullptr);
        continue;
      }
      memory.signals.clear();
      std::string_view name = rules_.judge(record, memory.scratch, &memory.signals).name();
      if (name.empty() && memory.signals.empty()) continue;
      batch.tag(i, Rules::kTag,
                memory.signals.write(batch.arena, name.substr(name.rfind('.') + 1)));
    }
    return {};
  }

 private:
  struct Memory : State {
    typename Rules::Scratch scratch;
    Signals signals;
  };
  Rules rules_;
  bool tag_;
};

template <typename Rules>
Stages answers_ruled_by(Rules rules, bool tag) {
  return stages(std::make_unique<RecordRuleMap<Rules>>(std::move(rules), tag));
}

}  // namespace corpus

#endif  // CORPUS_FILTERS_RECORD_RULE_MAP_H_
