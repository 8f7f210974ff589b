// English tokens of whole texts, fast: what the rule sets count.
//
// The cuts are those of text/english_tokens.h. Texts are made of few different words, so that each
// run between white space is cut once and remembered; the memory is bounded and never changes a
// result. One walk a thread.
#ifndef CORPUS_TEXT_TOKEN_WALK_H_
#define CORPUS_TEXT_TOKEN_WALK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/english_tokens.h"

namespace corpus::text {

struct Token {
  // A polynomial over the bytes, modulo 2^64, with ascending powers: hashes of neighbours add up to
  // the hash of their concatenation. power is the base to the power of the size, inverse its
  // inverse.
  std::uint64_t hash, power, inverse;
  std::uint32_t chars;
  std::uint8_t traits;     // of Token::kLetter...
  std::uint8_t listed = 0;  // 1 + index into the walk's word list; 0: is not in it

  static constexpr std::uint8_t kLetter = 1, kSymbols = 2, kStop = 4, kPunctuation = 8;
  bool has(std::uint8_t trait) const { return (traits & trait) != 0; }
};

class TokenWalk {
 public:
  // `list`: words to look out for (at most 255), compared as they stand.
  explicit TokenWalk(std::vector<std::string> list);
  TokenWalk() : TokenWalk(std::vector<std::string>()) {}

  // Valid until the next call.
  std::span<const Token> walk(std::string_view text);

 private:
  static constexpr std::size_t kSlots = std::size_t{1} << 15;  // 2 MiB
  static constexpr std::size_t kMostTokens = std::size_t{1} << 17;  // 4 MiB
  static constexpr std::size_t kLongestRun = 64;  // bytes; longer ones are not remembered

  // One cache line. A single token, which is most of them, stands here; more stand in known_.
  struct alignas(64) Slot {
    std::uint64_t key = 0;
    std::uint32_t first = 0;
    std::uint16_t count = 0;  // 0: empty
    std::uint16_t room = 0;   // of known_ that this slot may use
    Token one{};
  };

  void cut(std::string_view run, std::vector<Token>& out);
  bool cut_plain(std::string_view run, std::vector<Token>& out);
  void learn(std::string_view run, std::uint64_t key, Slot& slot);
  Token token(std::string_view word) const;

  std::vector<std::string> list_;
  std::vector<Slot> slots_;
  std::vector<Token> known_;
  std::vector<std::uint32_t> edges_;
  std::vector<Token> out_, fresh_;
  EnglishScratch scratch_;
};

}  // namespace corpus::text

#endif  // CORPUS_TEXT_TOKEN_WALK_H_
