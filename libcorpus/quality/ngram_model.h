// A back-off n-gram model of words (Katz, 1987), as ARPA files hold it: what log10 probability a
// text has.
//
// Words are what stands between white space, and each line is a sentence of its own between <s> and
// </s>, as KenLM's tools take text; empty lines are none. Words that the model does not know count
// as <unk>. Each order is an open-addressed table of 64-bit hashes, 16 bytes an entry at most two
// thirds full (Heafield, 2011, "probing"); nothing is allocated for a text. Two n-grams whose
// hashes are equal would be mixed up; at a billion of them the chance of that is 3%. Immutable
// after reading; threads may share one.
#ifndef CORPUS_QUALITY_NGRAM_MODEL_H_
#define CORPUS_QUALITY_NGRAM_MODEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"

namespace corpus::quality {

class NgramModel {
 public:
  static constexpr std::size_t kMaxOrder = 8;

  // True when `bytes` begin as an ARPA file does.
  static bool sniff(std::string_view bytes);
  static Result<NgramModel> parse_arpa(std::string_view text);

  struct Score {
    double log10 = 0;         // sum over all words and sentence ends
    std::uint64_t words = 0;  // without sentence ends
    std::uint64_t sentences = 0;
    std::uint64_t unknown = 0;
    // Per word and sentence end, as KenLM has it. 0 for a text without words.
    double perplexity() const;
  };
  Score score(std::string_view text) const;

  std::size_t order() const { return order_; }
  std::uint64_t memory() const;  // bytes held

 private:
  struct Entry {
    std::uint64_t key = 0;  // 0: free
    float probability = 0, backoff = 0;
  };
  struct Table {
    std::vector<Entry> slots;
    void size_for(std::uint64_t entries);
    Entry& place(std::uint64_t key);
    const Entry* find(std::uint64_t key) const;
  };
  struct Word {
    std::uint64_t hash = 0;  // of its letters; 0: free
    std::uint32_t id = 0;
  };
  // The words before, last one first, and the back-off weights of the n-grams that they end.
  struct Context {
    std::array<std::uint32_t, kMaxOrder> words;
    std::array<float, kMaxOrder> backoffs;
    std::size_t size = 0;
  };
  class ArpaReader;
  class Scorer;

  std::uint32_t find_word(std::uint64_t hash) const;
  float next(std::uint32_t word, Context& context) const;

  std::size_t order_ = 0;
  bool gaps_ = false;  // some n-gram is there whose shorter suffix is not
  std::uint32_t unknown_ = 0, begin_ = 0, end_ = 0;
  std::vector<Word> words_;      // open addressing, by hash
  std::vector<Entry> unigrams_;  // by word id; no keys
  std::vector<Table> tables_;    // [n - 2]
};

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_NGRAM_MODEL_H_
