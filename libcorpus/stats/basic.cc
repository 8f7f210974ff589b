// stats.basic: one look at a corpus: how many records, of which shapes and teachers, how long, how
// many of them twice.
//
// Counts what reaches it: malformed records too, but not those an earlier stage has dropped.
// Duplicates are records whose content id (text/content_key.h, 64 bits of it) was there before; the
// count is exact up to about 16 million different records, or what --memory allows, and an estimate
// marked as such beyond (stats/distinct_sample.h).
#include <algorithm>
#include <cstdint>
#include <string>

#include "corpus/component.h"
#include "stats/tally.h"

namespace corpus {
namespace {

// An eighth of the budget, at up to 43 bytes a key (two thirds of the slots of a doubled table
// free).
std::size_t max_keys(const MemoryBudget& memory) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 24, kLeast = std::uint64_t{1} << 16;
  if (memory.limit() == 0) return kMost;
  return std::clamp<std::uint64_t>(memory.limit() / 8 / 43, kLeast, kMost);
}

struct Partial : State {
  Partial(std::size_t keys, MemoryBudget* memory) : tally(keys, memory) {}
  Tally tally;
  std::string scratch;
};

class Basic final : public Fold {
 public:
  explicit Basic(MemoryBudget* memory)
      : memory_(memory),
        max_keys_(max_keys(*memory)),
        total_(max_keys_, memory),
        unsaved_(max_keys_, memory) {}

  std::uint32_t fields() const override { return Fields::kTurns | Fields::kTeacher; }
  bool observes_only() const override { return true; }

  std::unique_ptr<State> partial() const override {
    return std::make_unique<Partial>(max_keys_, memory_);
  }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    for (const Record& record : batch.records) partial.tally.add(record, partial.scratch);
    return {};
  }

  Result<void> merge(std::unique_ptr<State> state) override {
    unsaved_.merge(static_cast<const Partial&>(*state).tally);
    return {};
  }

  Result<std::unique_ptr<Map>> finish() override {
    settle();
    return std::unique_ptr<Map>();
  }

  // What was saved is a series of tallies that add up.
  Result<void> save(const StateSink& sink) override {
    std::string bytes;
    unsaved_.write(bytes);
    CORPUS_CHECK(sink(bytes));
    settle();
    return {};
  }

  Result<void> load(std::string_view bytes) override {
    while (!bytes.empty()) {
      if (!total_.read(bytes)) {
        return Error{Code::kCorrupt,
                     "stats.basic: the saved state is damaged; run without --resume"};
      }
    }
    return {};
  }

  std::string report() const override { return total_.to_json(); }

 private:
  void settle() {
    total_.merge(unsaved_);
    unsaved_.clear();
  }

  MemoryBudget* memory_;
  std::size_t max_keys_;
  Tally total_;  // of what save() has written, and after finish() of everything
  Tally unsaved_;
};

}  // namespace

Result<Stages> make_stats_basic(const Value&, BuildContext& context) {
  return stages(std::unique_ptr<Fold>(std::make_unique<Basic>(context.memory)));
}

}  // namespace corpus
