// BandEntries: band keys of many records in the order they came, kept in blocks so that nothing is
// copied when it grows.
//
// A record is a row of 64-bit words: its position, its rank, a key for each band, and four words of
// sketch. Within a block each band's keys lie together, so that grouping one band reads memory in
// order. Memory: 48 + 8 * bands bytes a record, 176 for 16 bands, taken 1024 records at a time and
// accounted in the MemoryBudget before it is. One thread at a time; const methods are thread safe.
#ifndef CORPUS_DEDUP_BAND_ENTRIES_H_
#define CORPUS_DEDUP_BAND_ENTRIES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"

namespace corpus {

// Two bits of each of up to 128 minima, from which the similarity of two records is estimated.
struct Sketch {
  static constexpr std::size_t kWords = 4;
  static constexpr std::size_t kMinima = 32 * kWords;
  std::uint64_t words[kWords] = {};

  // Of two records with `hashes` minima each. b-bit minwise hashing (Li and Koenig, 2010): unequal
  // minima agree in two bits by chance with probability 1/4. Within 0 .. 1.
  static double similarity(const Sketch& a, const Sketch& b, std::size_t hashes);
};

// Where the parts of a row are.
struct RowLayout {
  std::size_t bands = 0;
  std::size_t extra = 0;  // words of the caller's, behind the sketch
  std::size_t words() const { return 2 + bands + Sketch::kWords + extra; }
  std::size_t bytes() const { return 8 * words(); }
  static constexpr std::size_t kKeys = 2;  // behind position and rank
  std::size_t sketch() const { return kKeys + bands; }
  std::size_t extra_at() const { return sketch() + Sketch::kWords; }
};

class BandEntries {
 public:
  // The budget, and what `who` views, have to outlive the entries.
  BandEntries(RowLayout layout, MemoryBudget* memory, std::string_view who)
      : layout_(layout), memory_(memory), who_(who) {}
  ~BandEntries() { memory_->release(blocks_.size() * block_bytes()); }
  BandEntries(const BandEntries&) = delete;
  BandEntries& operator=(const BandEntries&) = delete;

  // Takes the memory for n more rows. To be called before them; keeps what it got when it fails.
  Result<void> make_room(std::size_t n);
  void add(const std::uint64_t* row);  // copies it

  std::uint32_t size() const { return size_; }
  // Numbered 0 .. size() - 1.
  void copy_row(std::size_t i, std::uint64_t* row) const;
  // f(first entry's number, keys of entries that follow each other, how many) for all, in order.
  template <typename F>
  void each_run(std::size_t band, F&& f) const {
    for (std::size_t at = 0; at < size_; at += kBlock) {
      f(at, blocks_[at / kBlock].get() + (RowLayout::kKeys + band) * kBlock,
        std::min(kBlock, size_ - at));
    }
  }

  static constexpr std::size_t kBlock = 1024;

 private:
  std::size_t block_bytes() const { return kBlock * layout_.bytes(); }

  RowLayout layout_;
  MemoryBudget* memory_;
  std::string_view who_;
  std::vector<std::unique_ptr<std::uint64_t[]>> blocks_;  // kBlock of word 0, of word 1, ...
  std::uint32_t size_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_BAND_ENTRIES_H_
