// The frame of a rule set: a set of rules that other tools made, over the text of a record.
//
// A Rules type judges one text. It has a Scratch made by scratch(), a constexpr kTag (what it is
// called under "corpus"), and
//   Reason judge(std::string_view text, Scratch&, Signals* signals) const;
// which returns the first rule that is broken. A Scratch with a member `TokenNote* note` gets the
// record's there. With `signals` it measures everything and adds each
// signal; without, it may stop early. The text is that of the turns in scope, joined by line feeds.
//
// action: drop sets the reason; action: tag writes {"signal":value,...,"verdict":"short_doc"}
// instead, so that thresholds can be chosen later.
#ifndef CORPUS_FILTERS_RULE_MAP_H_
#define CORPUS_FILTERS_RULE_MAP_H_

#include <array>
#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "corpus/component.h"
#include "filters/judge.h"
#include "filters/token_notes.h"

namespace corpus {

// What was measured: a name and a number each. Names are literals.
class Signals {
 public:
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  void add(std::string_view name, double value) {
    assert(size_ < values_.size());
    values_[size_++] = {name, value};
  }
  // As a JSON object in the arena; `verdict` is left out when it is empty.
  std::string_view write(Arena& arena, std::string_view verdict) const;

 private:
  std::array<std::pair<std::string_view, double>, 32> values_;
  std::size_t size_ = 0;
};

// The text a rule set sees. Joined in `buffer` when there is more than one turn in scope.
std::string_view text_in_scope(const Record& record, Scope scope, std::string& buffer);

struct RuleOptions {
  Scope scope = Scope::kResponse;
  bool tag = false;  // action: tag
};
Result<RuleOptions> rule_options(const Value& options);  // scope, action

template <typename Rules>
class RuleMap final : public Map {
 public:
  RuleMap(Rules rules, RuleOptions options) : rules_(std::move(rules)), options_(options) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Memory>(rules_); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& memory = static_cast<Memory&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop) continue;
      std::string_view text = text_in_scope(record, options_.scope, memory.joined);
      if constexpr (requires { memory.scratch.note; }) {
        memory.scratch.note = &batch.note<TokenNotes>().of(batch, i);
      }
      if (!options_.tag) {
        record.drop = rules_.judge(text, memory.scratch, nullptr);
        continue;
      }
      memory.signals.clear();
      Reason reason = rules_.judge(text, memory.scratch, &memory.signals);
      std::string_view name = reason.name();
      batch.tag(i, Rules::kTag, memory.signals.write(batch.arena, name.substr(name.rfind('.') + 1)));
    }
    return {};
  }

 private:
  struct Memory : State {
    explicit Memory(const Rules& rules) : scratch(rules.scratch()) {}
    typename Rules::Scratch scratch;
    std::string joined;
    Signals signals;
  };
  Rules rules_;
  RuleOptions options_;
};

template <typename Rules>
Stages ruled_by(Rules rules, RuleOptions options) {
  return stages(std::make_unique<RuleMap<Rules>>(std::move(rules), options));
}

}  // namespace corpus

#endif  // CORPUS_FILTERS_RULE_MAP_H_
