// The frame of a rule set that takes lines out: the turns in scope are rewritten, and the record is
// dropped when too little is left.
//
// A Rules type has a Scratch made by scratch(), a constexpr kTag, and
//   void start(Scratch&) const                     before the first turn of a record
//   Reason rewrite(text, out, Scratch&) const      one turn; a reason when the record is to go
//   Reason finish(Scratch&, Signals*) const        after the last turn
//   Reason emptied() const                         for a turn of which nothing is left
// action: edit changes the text as edits, drop only judges, tag writes signals and verdict.
#ifndef CORPUS_FILTERS_LINE_RULE_MAP_H_
#define CORPUS_FILTERS_LINE_RULE_MAP_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "filters/edit_turn.h"
#include "filters/rule_map.h"

namespace corpus {

template <typename Rules>
class LineRuleMap final : public Map {
 public:
  LineRuleMap(Rules rules, RuleOptions options, bool edits)
      : rules_(std::move(rules)), options_(options), edits_(edits) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Memory>(rules_); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& memory = static_cast<Memory&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (batch.records[i].drop) continue;
      memory.signals.clear();
      Reason reason = judge(batch.records[i], memory);
      if (options_.tag) {
        std::string_view name = reason.name();
        name.remove_prefix(name.rfind('.') + 1);
        batch.tag(i, Rules::kTag, memory.signals.write(batch.arena, name));
      } else if (reason) {
        batch.records[i].drop = reason;
      } else if (edits_) {
        for (std::size_t n = 0; n < memory.changed; ++n) {
          edit_turn(batch, i, memory.texts[n].first, memory.texts[n].second);
        }
      }
    }
    return {};
  }

 private:
  struct Memory : State {
    explicit Memory(const Rules& rules) : scratch(rules.scratch()) {}
    typename Rules::Scratch scratch;
    Signals signals;
    std::vector<std::pair<std::size_t, std::string>> texts;  // turn, what it becomes
    std::size_t changed = 0;                                 // of texts
  };

  Reason judge(const Record& record, Memory& m) const {
    rules_.start(m.scratch);
    m.changed = 0;
    Reason first;
    bool lost = false;
    for (std::size_t t = 0; t < record.turns.size(); ++t) {
      const Turn& turn = record.turns[t];
      if (!is_judged(turn, options_.scope)) continue;
      if (m.texts.size() == m.changed) m.texts.emplace_back();
      auto& [number, text] = m.texts[m.changed];
      Reason reason = rules_.rewrite(turn.text, text, m.scratch);
      if (reason && !first) first = reason;
      if (reason && !options_.tag) return reason;
      if (text == turn.text) continue;
      lost |= text.empty();
      number = t;
      ++m.changed;
    }
    Reason reason = rules_.finish(m.scratch, options_.tag ? &m.signals : nullptr);
    if (first) return first;
    if (reason) return reason;
    return lost && edits_ ? rules_.emptied() : Reason();
  }

  Rules rules_;
  RuleOptions options_;
  bool edits_;
};

template <typename Rules>
Result<Stages> lines_ruled_by(Rules rules, const Value& options) {
  CORPUS_TRY(RuleOptions common, rule_options(options));
  bool edits = options.get("action", "edit") == "edit";
  return stages(std::make_unique<LineRuleMap<Rules>>(std::move(rules), common, edits));
}

}  // namespace corpus

#endif  // CORPUS_FILTERS_LINE_RULE_MAP_H_
