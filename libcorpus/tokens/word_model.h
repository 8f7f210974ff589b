// What turns one piece of text (a word of the pre-tokenizer) into ids: BPE or Unigram.
//
// A pure function of the word, so that answers may be cached. Immutable; threads share one, each
// with its own WordScratch.
#ifndef CORPUS_TOKENS_WORD_MODEL_H_
#define CORPUS_TOKENS_WORD_MODEL_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "corpus/tokenizer.h"
#include "tokens/pair_table.h"

namespace corpus::tokens {

struct WordScratch {
  std::vector<TokenId> ids;   // the symbols of the word
  std::vector<Merge> merges;  // of each symbol with the next
  struct Candidate {
    std::uint32_t rank;
    std::uint32_t at;
  };
  std::vector<Candidate> heap;
  std::vector<std::uint32_t> next, previous;
  struct Node {  // Unigram: the best way to reach a byte
    double score;
    std::uint32_t from;
    TokenId id;
  };
  std::vector<Node> nodes;

  // Gives memory back that one huge word needed.
  void release() {
    if (ids.capacity() + nodes.capacity() > kKept) *this = WordScratch();
  }
  static constexpr std::size_t kKept = std::size_t{1} << 20;
};

class WordModel {
 public:
  virtual ~WordModel() = default;
  virtual void encode(std::string_view word, WordScratch& scratch,
                      std::vector<TokenId>& out) const = 0;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_WORD_MODEL_H_
