// Words as Python's str.split() cuts them, and which sequences of them come again: what NeMo's rules count.
//
// All of it is O(text); equal means equal 64-bit hashes. The buffers only grow. One thread at a time.
#ifndef CORPUS_FILTERS_SPACED_WORDS_H_
#define CORPUS_FILTERS_SPACED_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "filters/grams.h"
#include "filters/word_repeats.h"

namespace corpus {

struct SpacedWord {
  std::uint64_t hash;
  std::uint32_t begin, size;  // in bytes of the text
  std::uint32_t chars;
};

class SpacedWords {
 public:
  // The text has to stay where it is.
  void start(std::string_view text);
  std::span<const SpacedWord> words() const { return words_; }
  std::string_view word(std::size_t i) const { return text_.substr(words_[i].begin, words_[i].size); }

  // Where the n words (there are that many) begin that follow one another most often; of those that are
  // equally frequent the first.
  std::size_t most_frequent(std::size_t n);
  // Characters of words in sequences of n that were there before, each counted once, and the spaces between
  // those that follow one another. No more for a greater n.
  std::size_t repeated_chars(std::size_t n);

 private:
  void add(std::size_t begin, std::size_t end);
  void hash_all(std::size_t n);  // every sequence of n, into hashes_

  std::string_view text_;
  std::vector<SpacedWord> words_;
  std::vector<std::uint32_t> edges_;
  std::vector<std::uint64_t> hashes_;
  MostFrequent most_;
  HashSet seen_;
};

}  // namespace corpus

#endif  // CORPUS_FILTERS_SPACED_WORDS_H_
