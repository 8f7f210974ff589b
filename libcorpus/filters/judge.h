// The frame of a filter that needs memory between records: a judge says why a record is to go.
//
// A Judge has a default-constructible type Scratch, `std::uint32_t fields() const`, and
// `Reason operator()(const Record&, Scratch&) const`, which may run on many threads, each with its
// own Scratch.
#ifndef CORPUS_FILTERS_JUDGE_H_
#define CORPUS_FILTERS_JUDGE_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "corpus/component.h"

namespace corpus {

template <typename Judge>
class JudgeMap final : public Map {
 public:
  explicit JudgeMap(Judge judge) : judge_(std::move(judge)) {}
  std::uint32_t fields() const override { return judge_.fields(); }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Memory>(); }
  Result<void> run(Batch& batch, State* state) const override {
    auto& scratch = static_cast<Memory*>(state)->scratch;
    for (auto& record : batch.records) {
      if (!record.drop) record.drop = judge_(record, scratch);
    }
    return {};
  }

 private:
  struct Memory : State {
    typename Judge::Scratch scratch;
  };
  Judge judge_;
};

template <typename Judge>
Stages judged_by(Judge judge) {
  return stages(std::make_unique<JudgeMap<Judge>>(std::move(judge)));
}

// The answers and texts a quality filter looks at. Alternatives of a lower rank are there to be
// worse (a refusal is a fair thing to reject), so they do not count against their record.
inline bool is_judged(const Turn& turn, Scope scope) {
  return in_scope(turn, scope) && (scope != Scope::kResponse || turn.rank == 0);
}

}  // namespace corpus

#endif  // CORPUS_FILTERS_JUDGE_H_
