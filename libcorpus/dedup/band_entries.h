// BandEntries: band keys of many records in the order they came, kept in blocks so that nothing is
// copied when it grows or when one worker's entries join another's.
//
// Memory: 12 + 8 * bands bytes a record, 124 for 14 bands, taken 1024 records at a time and
// accounted in the MemoryBudget before it is. Within a block each band's keys lie together, so that
// grouping one band reads memory in order. One thread at a time.
//
// Saved as entries of 12 + 8 * bands bytes, little-endian: position (8), length (4), band keys
// (8 each). See docs/formats/minhash.md.
#ifndef CORPUS_DEDUP_BAND_ENTRIES_H_
#define CORPUS_DEDUP_BAND_ENTRIES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"

namespace corpus {

class BandEntries {
 public:
  // The budget, and what `who` views, have to outlive the entries.
  BandEntries(std::size_t bands, MemoryBudget* memory, std::string_view who)
      : bands_(bands), memory_(memory), who_(who) {}
  ~BandEntries() { clear(); }
  BandEntries(const BandEntries&) = delete;
  BandEntries& operator=(const BandEntries&) = delete;

  // `length` decides when the longest record of a cluster is kept. Copies bands() keys.
  Result<void> add(RecordPos pos, std::uint32_t length, const std::uint64_t* keys);
  // Takes everything out of `other`, which has the same number of bands. The order is not kept.
  Result<void> take(BandEntries& other);
  void clear();

  std::size_t bands() const { return bands_; }
  std::size_t size() const { return size_; }
  // Numbered 0 .. size() - 1.
  RecordPos pos(std::size_t i) const { return {blocks_[i / kBlock].pos()[i % kBlock]}; }
  std::uint32_t length(std::size_t i) const {
    return blocks_[i / kBlock].length(bands_)[i % kBlock];
  }
  // f(first entry's number, keys of entries that follow each other, how many) for all, in order.
  template <typename F>
  void each_run(std::size_t band, F&& f) const {
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      f(b * kBlock, blocks_[b].keys(band), blocks_[b].size);
    }
  }

  // Hands the sink the entries that were not saved before.
  Result<void> save(const StateSink& sink);
  // Adds what was saved, by one or several calls of save(), and counts it as saved.
  Result<void> load(std::string_view bytes);

 private:
  static constexpr std::size_t kBlock = 1024;

  // positions, keys of band 0, of band 1, ..., lengths; kBlock of each.
  struct Block {
    std::unique_ptr<std::uint64_t[]> memory;
    std::uint32_t size = 0;
    std::uint32_t saved = 0;  // entries before this one

    std::uint64_t* pos() const { return memory.get(); }
    std::uint64_t* keys(std::size_t band) const { return memory.get() + (1 + band) * kBlock; }
    std::uint32_t* length(std::size_t bands) const {
      return reinterpret_cast<std::uint32_t*>(memory.get() + (1 + bands) * kBlock);
    }
  };

  std::size_t block_bytes() const { return kBlock * (12 + 8 * bands_); }
  std::size_t entry_bytes() const { return 12 + 8 * bands_; }

  std::size_t bands_;
  MemoryBudget* memory_;
  std::string_view who_;
  std::vector<Block> blocks_;  // all full but the last
  std::size_t size_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_BAND_ENTRIES_H_
