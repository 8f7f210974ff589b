// Repeated pieces of a text: lines, paragraphs, sequences of tokens. What the repetition rules count.
//
// All of it is O(text); equal means equal 64-bit hashes. The buffers are the caller's and only grow.
#ifndef CORPUS_FILTERS_REPEATS_H_
#define CORPUS_FILTERS_REPEATS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "filters/grams.h"
#include "filters/word_repeats.h"
#include "simd/utf8_count.h"
#include "text/token_walk.h"

namespace corpus {

// Pieces that were there before.
struct Duplicates {
  std::size_t pieces = 0, duplicates = 0;
  std::size_t chars = 0;  // of the duplicates
};

class DuplicateCounter {
 public:
  explicit DuplicateCounter(HashSet& seen, std::size_t expected) : seen_(seen) { seen.clear(expected); }
  void add(std::string_view piece) {
    ++counts_.pieces;
    if (seen_.insert(hash64(piece))) return;
    ++counts_.duplicates;
    counts_.chars += simd::count_code_points(piece);
  }
  const Duplicates& counts() const { return counts_; }

 private:
  HashSet& seen_;
  Duplicates counts_;
};

class TokenRepeats {
 public:
  void start(std::span<const text::Token> tokens);

  // Characters of the n tokens that follow one another most often, joined by spaces, times how
  // often; of those that are equally frequent the first counts.
  std::size_t top(std::size_t n);
  // No less than top(2), top(3) and top(4), for a fraction of the work.
  using Tops = std::array<std::size_t, 3>;
  Tops tops_at_most();

  // Characters in sequences of n tokens, joined by nothing, that were there before; after one the
  // search goes on behind it.
  std::size_t duplicated(std::size_t n);
  // No duplicated(m) for m >= n is more than this: characters covered by sequences of n that were
  // there before.
  std::size_t covered(std::size_t n);
  // No less than that, for a fraction of the work.
  std::size_t covered_at_most(std::size_t n);

 private:
  std::size_t size() const { return tokens_.size(); }
  std::size_t chars(std::size_t from, std::size_t n) const { return chars_[from + n] - chars_[from]; }
  // Hash of tokens [i, i + n) joined by nothing.
  std::uint64_t joined(std::size_t i, std::size_t n) const {
    return sums_[i + n] - sums_[i] * text::Token::power(bytes_[i + n] - bytes_[i]);
  }

  std::span<const text::Token> tokens_;
  std::vector<std::uint64_t> sums_;  // hash of all tokens before
  std::vector<std::uint32_t> bytes_, chars_;
  MostFrequent most_;
  std::vector<std::uint16_t> rough_;
  std::vector<std::uint64_t> bits_;
  HashSet seen_;
};

}  // namespace corpus

#endif  // CORPUS_FILTERS_REPEATS_H_
