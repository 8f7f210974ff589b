// Hashes of 64 bits of a record's shingles of words, and the SimHash of all of them.
//
// The words are those of text/word_hashes.h, so case, punctuation and layout do not matter. One worker's
// scratch; one thread at a time.
#ifndef CORPUS_DEDUP_SHINGLE_HASHES_H_
#define CORPUS_DEDUP_SHINGLE_HASHES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "text/word_hashes.h"

namespace corpus {

class ShingleHashes {
 public:
  explicit ShingleHashes(std::size_t words) : window_(words) {}

  // Reads the turns in scope. False when they hold less than one shingle.
  bool read(std::span<const Turn> turns, Scope scope) {
    count_ = at_ = 0;
    bytes_ = 0;
    rolling_ = 0;
    std::fill(window_.begin(), window_.end(), 0);
    sums_.fill(0);
    factor_ = 1;
    for (std::size_t i = 0; i < window_.size(); ++i) factor_ *= kFactor;
    for (const Turn& turn : turns) {
      if (!in_scope(turn, scope)) continue;
      bytes_ += turn.text.size();
      words_.start(turn.text);
      for (auto some = words_.next(); !some.empty(); some = words_.next()) {
        for (std::uint64_t word : some) add(word);
      }
    }
    return count_ >= window_.size();
  }
  std::uint64_t bytes() const { return bytes_; }  // of text in scope

  // Of the shingles, repetitions counted. Bit i is set when it is in more than half of them.
  std::uint64_t simhash() const {
    std::uint64_t n = count_ - window_.size() + 1, out = 0;
    for (std::size_t bit = 0; bit < 64; ++bit) {
      if (2 * std::uint64_t{sums_[bit]} > n) out |= std::uint64_t{1} << bit;
    }
    return out;
  }

 private:
  static constexpr std::uint64_t kFactor = 0xD1342543DE82EF95;

  void add(std::uint64_t word) {
    rolling_ = rolling_ * kFactor + word - window_[at_] * factor_;
    window_[at_] = word;
    if (++at_ == window_.size()) at_ = 0;
    if (++count_ < window_.size()) return;
    std::uint64_t h = (rolling_ ^ rolling_ >> 32) * 0x9FB21C651E98DF25;
    h = (h ^ h >> 35) * 0xD6E8FEB86659FD93;
    h ^= h >> 28;
    for (std::size_t bit = 0; bit < 64; ++bit) {
      sums_[bit] += static_cast<std::uint32_t>(h >> bit & 1);
    }
  }

  Words words_;
  std::vector<std::uint64_t> window_;  // hashes of the last words, as a ring
  std::array<std::uint32_t, 64> sums_ = {};
  std::uint64_t factor_ = 1, rolling_ = 0, count_ = 0, bytes_ = 0;
  std::size_t at_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_SHINGLE_HASHES_H_
