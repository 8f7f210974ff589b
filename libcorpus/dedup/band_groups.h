// Unites the records that have the same key in one band: in memory, or from spilled runs.
//
// Both cut the key space by the top bits of the keys and find equal keys of one part in a small
// hash table, so that all random access stays in the cache and one huge group costs no more than
// many small ones.
#ifndef CORPUS_DEDUP_BAND_GROUPS_H_
#define CORPUS_DEDUP_BAND_GROUPS_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "corpus/result.h"
#include "dedup/spill_file.h"
#include "dedup/union_find.h"

namespace corpus {

// A key of one band and whose it is, as runs hold it: 12 bytes.
struct BandItem {
  std::uint32_t low, high;
  std::uint32_t entry;
  std::uint64_t key() const { return std::uint64_t{high} << 32 | low; }
};
static_assert(sizeof(BandItem) == 12);

// What a run is ordered by.
inline constexpr int kRunPartBits = 12;
inline std::size_t run_part(std::uint32_t high) { return high >> (32 - kRunPartBits); }

// Orders items by the top bits of their keys (a counting sort).
class RunOrder {
 public:
  std::span<const BandItem> order(std::span<const BandItem> items) {
    starts_.assign((std::size_t{1} << kRunPartBits) + 1, 0);
    for (const BandItem& item : items) ++starts_[run_part(item.high) + 1];
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    ordered_.resize(items.size());
    for (const BandItem& item : items) ordered_[starts_[run_part(item.high)]++] = item;
    return ordered_;
  }

 private:
  std::vector<std::size_t> starts_;
  std::vector<BandItem> ordered_;
};

// Reads all runs of one band side by side. Memory: a block for each run, and 16 to 48 bytes for
// each distinct key of one 4096th of the key space.
class RunGrouper {
 public:
  Result<void> group(const SpillFile& file, std::span<const Extent> runs, UnionFind& sets);

 private:
  struct Slot {
    std::uint64_t key;
    std::uint32_t entry;
  };
  static constexpr std::uint32_t kFree = std::numeric_limits<std::uint32_t>::max();

  void clear();
  void put(const BandItem& item, UnionFind& sets);
  void grow();

  std::vector<Slot> table_;
  std::size_t used_ = 0;
};

// The same for keys in memory: partitions a band's items, then unites part by part. 12 bytes an
// item.
class MemoryGrouper {
 public:
  explicit MemoryGrouper(std::size_t n)
      : items_(n), parts_(std::bit_ceil(std::clamp<std::size_t>(n / kPartSize, 1, kMaxParts))) {}

  // `each_run` calls f(first entry, keys, how many) for all items, the same each time.
  template <typename EachRun>
  void group(EachRun&& each_run, UnionFind& sets) {
    int shift = 63 - std::countr_zero(parts_);
    auto part = [shift](std::uint64_t key) { return static_cast<std::size_t>(key >> 1 >> shift); };
    starts_.assign(parts_ + 1, 0);
    each_run([&](std::size_t, const std::uint64_t* keys, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) ++starts_[part(keys[i]) + 1];
    });
    std::size_t largest = *std::max_element(starts_.begin(), starts_.end());
    table_.resize(std::bit_ceil(2 * largest));
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    ends_.assign(starts_.begin(), starts_.end() - 1);
    each_run([&](std::size_t first, const std::uint64_t* keys, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) {
        items_[ends_[part(keys[i])]++] = {static_cast<std::uint32_t>(keys[i]),
                                          static_cast<std::uint32_t>(keys[i] >> 32),
                                          static_cast<std::uint32_t>(first + i)};
      }
    });
    for (std::size_t p = 0; p < parts_; ++p) unite_equal(starts_[p], starts_[p + 1], sets);
  }

 private:
  static constexpr std::size_t kPartSize = 2048;
  static constexpr std::size_t kMaxParts = 4096;  // more would miss the TLB at every write
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  void unite_equal(std::size_t begin, std::size_t end, UnionFind& sets);

  std::vector<BandItem> items_;
  std::size_t parts_;
  std::vector<std::size_t> starts_, ends_;
  std::vector<std::uint32_t> table_;  // index within the part of the first item with a key
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_BAND_GROUPS_H_
