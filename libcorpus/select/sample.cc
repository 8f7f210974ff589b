// select.sample: a uniform sample without replacement of n of the records that come this far.
//
// Every record gets a hash of its position and the seed; the n least are the sample, in input
// order. So it depends on the input and the seed alone, and a smaller n gives a part of a larger
// one's sample (bottom-k sampling; Cohen and Kaplan, 2007). Memory: 24 bytes for each of the n, for
// each worker in the first pass.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "core/position_set.h"
#include "corpus/component.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "select.sample";

// The n least entries of those pushed, as a heap with the greatest on top.
class Least {
 public:
  struct Entry {
    std::uint64_t hash = 0;
    RecordPos pos;
    bool saved = false;
    bool operator<(const Entry& o) const { return std::pair(hash, pos) < std::pair(o.hash, o.pos); }
  };

  Least(std::size_t n, MemoryBudget* memory) : n_(n), memory_(memory) {}
  ~Least() { memory_->release(heap_.capacity() * sizeof(Entry)); }
  Least(const Least&) = delete;
  Least& operator=(const Least&) = delete;

  Result<void> push(const Entry& entry) {
    if (heap_.size() < n_) {
      if (heap_.size() == heap_.capacity()) CORPUS_CHECK(grow());
      heap_.push_back(entry);
      std::push_heap(heap_.begin(), heap_.end());
    } else if (n_ > 0 && entry < heap_.front()) {
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.back() = entry;
      std::push_heap(heap_.begin(), heap_.end());
    }
    return {};
  }
  std::vector<Entry>& entries() { return heap_; }

 private:
  Result<void> grow() {
    std::size_t old = heap_.capacity();
    std::size_t capacity = std::min(n_, std::max<std::size_t>(256, 2 * old));
    CORPUS_CHECK(memory_->reserve(capacity * sizeof(Entry), kId));
    heap_.reserve(capacity);
    memory_->release(old * sizeof(Entry));
    return {};
  }
  std::size_t n_;
  MemoryBudget* memory_;
  std::vector<Entry> heap_;
};

class DropOthers final : public Map {
 public:
  DropOthers(std::vector<RecordPos> chosen, MemoryBudget* memory)
      : memory_(memory), chosen_(std::move(chosen)) {}
  ~DropOthers() override { memory_->release(chosen_.size() * sizeof(RecordPos)); }
  bool drops_only() const override { return true; }
  Result<void> run(Batch& batch, State*) const override {
    chosen_.drop_if(batch, false, reason_);
    return {};
  }

 private:
  MemoryBudget* memory_;
  PositionSet chosen_;
  Reason reason_ = Reason::intern("select.sample.not_chosen");
};

class Sample final : public Fold {
 public:
  Sample(std::size_t n, std::uint64_t seed, MemoryBudget* memory)
      : n_(n), seed_(seed), memory_(memory), least_(n, memory) {}

  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(n_, memory_); }

  Result<void> observe(const Batch& batch, State& state) const override {
    Least& least = static_cast<Partial&>(state).least;
    for (const Record& record : batch.records) {
      if (!record.drop) CORPUS_CHECK(least.push({hash(record.pos), record.pos}));
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    for (const auto& entry : static_cast<Partial&>(*state).least.entries()) {
      CORPUS_CHECK(least_.push(entry));
    }
    return {};
  }
  Result<std::unique_ptr<Map>> finish() override {
    CORPUS_CHECK(memory_->reserve(least_.entries().size() * sizeof(RecordPos), kId));
    std::vector<RecordPos> chosen;
    chosen.reserve(least_.entries().size());
    for (const auto& entry : least_.entries()) chosen.push_back(entry.pos);
    return std::unique_ptr<Map>(std::make_unique<DropOthers>(std::move(chosen), memory_));
  }

  // Positions that came into the sample since the last save, 8 bytes each, little-endian. Some may
  // have been ousted since: load() ousts them again.
  Result<void> save(const StateSink& sink) override {
    std::string bytes;
    for (auto& entry : least_.entries()) {
      if (std::exchange(entry.saved, true)) continue;
      for (int i = 0; i < 8; ++i) bytes += static_cast<char>(entry.pos.packed >> 8 * i);
    }
    return bytes.empty() ? Result<void>() : sink(bytes);
  }
  Result<void> load(std::string_view bytes) override {
    if (bytes.size() % 8 != 0) {
      return Error{
          Code::kCorrupt,
          std::string(kId) + ": saved positions are cut off; start again without --resume"};
    }
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
      RecordPos pos;
      for (std::size_t i = 0; i < 8; ++i) {
        pos.packed |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << 8 * i;
      }
      CORPUS_CHECK(least_.push({hash(pos), pos, true}));
    }
    return {};
  }

 private:
  struct Partial : State {
    Partial(std::size_t n, MemoryBudget* memory) : least(n, memory) {}
    Least least;
  };
  std::uint64_t hash(RecordPos pos) const {
    return hash64({reinterpret_cast<const char*>(&pos.packed), sizeof pos.packed}, seed_);
  }

  std::size_t n_;
  std::uint64_t seed_;
  MemoryBudget* memory_;
  Least least_;
};

}  // namespace

Result<Stages> make_select_sample(const Value& options, BuildContext& context) {
  return stages(std::make_unique<Sample>(static_cast<std::size_t>(options.get("n", 0)),
                                         static_cast<std::uint64_t>(options.get("seed", 0)),
                                         context.memory));
}

}  // namespace corpus
