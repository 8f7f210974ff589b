// Finds added tokens ("<|im_end|>") in text: leftmost first, of those the longest, as `tokenizers`
// does. A byte trie, entered only at bytes that some token begins with.
//
// Immutable once built; threads may share one.
#ifndef CORPUS_TOKENS_ADDED_TOKENS_H_
#define CORPUS_TOKENS_ADDED_TOKENS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/tokenizer.h"
#include "simd/byte_set.h"
#include "tokens/pair_table.h"

namespace corpus::tokens {

struct AddedToken {
  std::string content;
  TokenId id = -1;
  bool special = false;
  bool normalized = false;   // looked for in normalised text, not in the text as given
  bool single_word = false;  // only where no word character touches it
  bool lstrip = false;       // takes the white space before it
  bool rstrip = false;       // ... and behind it
};

class AddedTokens {
 public:
  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);

  bool empty() const { return tokens_.empty(); }
  const std::vector<AddedToken>& tokens() const { return tokens_; }
  TokenId id_of(std::string_view content) const;

  // Calls on_text(view) and on_token(id) for the parts of `text` in order; no part is empty.
  // Special tokens are found where `specials`, and are plain text otherwise.
  template <typename OnText, typename OnToken>
  void split(std::string_view text, bool specials, OnText&& on_text, OnToken&& on_token) const {
    std::size_t done = 0;
    for (std::size_t at = 0; !empty();) {
      at = simd::find_first(first_bytes_, text, at);
      if (at >= text.size()) break;
      const AddedToken* token = longest(text.substr(at));
      if (token == nullptr) {
        ++at;
        continue;
      }
      std::size_t begin = at, end = at + token->content.size();
      at = end;
      if (token->special && !specials) continue;
      if (token->single_word && touches_word(text, begin, end)) continue;
      widen(*token, text, done, &begin, &end);
      if (begin > done) on_text(text.substr(done, begin - done));
      on_token(token->id);
      done = end;
      if (at < done) at = done;
    }
    if (done < text.size()) on_text(text.substr(done));
  }

 private:
  const AddedToken* longest(std::string_view text) const;
  static bool touches_word(std::string_view text, std::size_t begin, std::size_t end);
  static void widen(const AddedToken& token, std::string_view text, std::size_t done,
                    std::size_t* begin, std::size_t* end);

  std::vector<AddedToken> tokens_;
  simd::ByteSet first_bytes_;
  PairTable edges_;                     // (node, byte) -> node in Merge::id
  std::vector<std::int32_t> token_at_;  // node -> index in tokens_, -1
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_ADDED_TOKENS_H_
