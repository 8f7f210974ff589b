#include "dedup/turn_drops.h"

#include <utility>

namespace corpus {
namespace {

class DropRepeatedTurns final : public Map {
 public:
  DropRepeatedTurns(std::unique_ptr<PositionList<Drop>> list, Reason reason, std::string_view method,
                    std::function<CountTurns()> new_counter)
      : list_(std::move(list)),
        reason_(reason),
        method_(method),
        new_counter_(std::move(new_counter)) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override {
    return std::make_unique<Scratch>(new_counter_());
  }

  Result<void> run(Batch& batch, State* state) const override {
    auto& own = static_cast<Scratch&>(*state);
    Repeated repeated;
    CORPUS_CHECK(list_->each(batch, own.cursor, [&](std::size_t i, const Drop& drop) {
      if (repeated.turns == 0 || repeated.record != i) {
        judge(batch, repeated, own);
        repeated = {.record = i, .turns = 0, .evidence = drop};
      }
      ++repeated.turns;
      if (comes_first(drop, repeated.evidence)) repeated.evidence = drop;
    }));
    judge(batch, repeated, own);
    return {};
  }

 private:
  struct Scratch : State {
    explicit Scratch(CountTurns counter) : count(std::move(counter)) {}
    PositionList<Drop>::Cursor cursor;
    CountTurns count;
  };
  struct Repeated {
    std::size_t record = 0;
    std::size_t turns = 0;
    Drop evidence;
  };

  // Items of a record come in any order.
  static bool comes_first(const Drop& a, const Drop& b) {
    return a.of != b.of ? a.of < b.of : a.estimate > b.estimate;
  }

  void judge(Batch& batch, const Repeated& repeated, Scratch& own) const {
    if (repeated.turns == 0) return;
    Record& record = batch.records[repeated.record];
    if (record.drop || own.count(record) != repeated.turns) return;
    record.drop = reason_;
    tag_duplicate(batch, repeated.record, repeated.evidence, method_);
  }

  std::unique_ptr<PositionList<Drop>> list_;
  Reason reason_;
  std::string_view method_;
  std::function<CountTurns()> new_counter_;
};

}  // namespace

std::unique_ptr<Map> drop_repeated_turns(std::unique_ptr<PositionList<Drop>> list, Reason reason,
                                         std::string_view method,
                                         std::function<CountTurns()> new_counter) {
  return std::make_unique<DropRepeatedTurns>(std::move(list), reason, method,
                                             std::move(new_counter));
}

}  // namespace corpus
