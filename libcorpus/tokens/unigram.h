// Unigram language model (T. Kudo 2018): of all ways to cut a word into pieces the one with the
// highest sum of scores, found in one pass (Viterbi). As in `tokenizers` a character that no piece
// covers costs the lowest score less 10, and unknown characters side by side become one unknown.
#ifndef CORPUS_TOKENS_UNIGRAM_H_
#define CORPUS_TOKENS_UNIGRAM_H_

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "tokens/pair_table.h"
#include "tokens/vocabulary.h"
#include "tokens/word_model.h"

namespace corpus::tokens {

struct UnigramOptions {
  TokenId unknown = -1;
  bool byte_fallback = false;
};

class Unigram final : public WordModel {
 public:
  Unigram(std::unique_ptr<Vocabulary> pieces, std::vector<double> scores, UnigramOptions options);
  void encode(std::string_view word, WordScratch& scratch,
              std::vector<TokenId>& out) const override;

 private:
  std::vector<double> scores_;
  UnigramOptions options_;
  double unknown_score_ = 0;
  std::array<TokenId, 256> byte_ids_{};
  PairTable edges_{0};             // a trie: (node, byte) -> node in Merge::id
  std::vector<TokenId> piece_at_;  // node -> id, -1
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_UNIGRAM_H_
