// Byte pair encoding (R. Sennrich et al. 2016): starts from the symbols of a word and merges, again
// and again, the pair with the lowest rank, the leftmost of equal ones.
//
// Short words are scanned for the lowest rank; longer ones keep the pairs in a heap, so that a word
// of n symbols costs O(n log n) whatever it is.
#ifndef CORPUS_TOKENS_BPE_H_
#define CORPUS_TOKENS_BPE_H_

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "tokens/pair_table.h"
#include "tokens/vocabulary.h"
#include "tokens/word_model.h"

namespace corpus::tokens {

struct BpeOptions {
  bool byte_symbols = true;    // symbols are bytes; else characters
  bool whole_words = false;    // a word that is a token is that token, whatever the merges say
  bool byte_fallback = false;  // an unknown character becomes the tokens of its bytes
  TokenId unknown = -1;        // else this; -1: it is left out, as the peers do
  bool fuse_unknown = false;   // one for a run of unknown characters
  std::array<TokenId, 256>
      byte_ids{};  // of byte symbols, or of byte_fallback; -1 where there is none
};

class Bpe final : public WordModel {
 public:
  // `pieces`: the symbols and words that are looked up.
  Bpe(std::unique_ptr<Vocabulary> pieces, PairTable merges, BpeOptions options);
  void encode(std::string_view word, WordScratch& scratch,
              std::vector<TokenId>& out) const override;

 private:
  void symbols(std::string_view word, std::vector<TokenId>& out) const;
  void merge_short(WordScratch& s) const;
  void merge_long(WordScratch& s) const;
  Merge find(const std::vector<TokenId>& ids, std::size_t left, std::size_t right) const {
    return merges_.find(ids[left], ids[right]);
  }

  std::unique_ptr<Vocabulary> pieces_;
  PairTable merges_;
  BpeOptions options_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_BPE_H_
