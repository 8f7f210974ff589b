// Counts how often keys come twice, in bounded memory.
//
// Adaptive sampling (Flajolet 1990, after Wegman; with counts as Gibbons 2001): all keys are kept
// with their counts until there are too many; then only those whose hash ends in one more zero bit,
// and so on. Up to the bound (level() == 0) the answer is exact; beyond it, it is the sample's,
// scaled. What is kept depends on the set of keys alone, not on their order or on how they were
// split over samples of equal bound, so merge() commutes and associates. Not thread safe.
#ifndef CORPUS_STATS_DISTINCT_SAMPLE_H_
#define CORPUS_STATS_DISTINCT_SAMPLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "corpus/component.h"

namespace corpus {

class DistinctSample {
 public:
  // At most `max_keys` are kept. Memory is accounted to `memory`; where that has no more, the level
  // rises sooner.
  DistinctSample(std::size_t max_keys, MemoryBudget* memory);
  ~DistinctSample();
  DistinctSample(const DistinctSample&) = delete;
  DistinctSample& operator=(const DistinctSample&) = delete;

  // `key` is a hash already; 0 is counted as another key.
  void add(std::uint64_t key, std::uint64_t count = 1);
  void merge(const DistinctSample& other);
  void raise_to(int level);
  void clear();

  int level() const { return level_; }
  std::size_t kept() const { return size_; }
  std::uint64_t duplicates() const;  // occurrences beyond the first of each key

  template <typename F>
  void for_each(F&& f) const {  // f(key, count), in no order
    for (const Slot& slot : slots_) {
      if (slot.count != 0) f(slot.key, slot.count);
    }
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint64_t count = 0;  // 0: free
  };

  bool sampled(std::uint64_t key) const {
    return level_ == 0 || (key & ((std::uint64_t{1} << level_) - 1)) == 0;
  }
  Slot& find(std::uint64_t key);
  void make_room();
  void rehash(std::size_t slots);

  std::size_t max_keys_;
  MemoryBudget* memory_;
  std::vector<Slot> slots_;  // open addressing by the high bits, size a power of two
  std::size_t size_ = 0;
  std::size_t accounted_ = 0;  // bytes
  int level_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_STATS_DISTINCT_SAMPLE_H_
