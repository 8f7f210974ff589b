// English tokens of whole texts, fast: what the rule sets count.
//
// The cuts are those of text/english_tokens.h. Texts are made of few different words, so that each
// run between white space is cut once and remembered; the memory is bounded and never changes a
// result. One walk a thread.
#ifndef CORPUS_TEXT_TOKEN_WALK_H_
#define CORPUS_TEXT_TOKEN_WALK_H_

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/english_tokens.h"

namespace corpus::text {

struct Token {
  // A polynomial over the bytes, modulo 2^64: the hash of two neighbours' concatenation is
  // first.hash * power(second.bytes) + second.hash.
  std::uint64_t hash;
  std::uint32_t bytes, chars;
  std::uint8_t traits;      // of Token::kLetter...
  std::uint8_t listed = 0;  // 1 + index into the walk's word list; 0: is not in it

  static constexpr std::uint8_t kLetter = 1, kSymbols = 2, kStop = 4, kPunctuation = 8;
  bool has(std::uint8_t trait) const { return (traits & trait) != 0; }
  // Of the polynomial's base.
  static std::uint64_t power(std::size_t bytes) {
    return bytes < kPowers.size() ? kPowers[bytes] : far_power(bytes);
  }

 private:
  static const std::array<std::uint64_t, 1024> kPowers;
  static std::uint64_t far_power(std::size_t bytes);
};

// What walk() would give, summed up. A word is a token that is not of symbols only.
struct TokenCounts {
  std::size_t tokens = 0, words = 0, word_chars = 0;
  std::size_t letters = 0;  // tokens with a letter
  std::size_t listed = 0;   // tokens of the word list
  std::bitset<256> seen;    // which of it, by Token::listed
  void add(const Token& token);
  friend bool operator==(const TokenCounts&, const TokenCounts&) = default;
};

class TokenWalk {
 public:
  // `list`: words to look out for (at most 255), compared as they stand.
  explicit TokenWalk(std::vector<std::string> list);
  TokenWalk() : TokenWalk(std::vector<std::string>()) {}

  // Valid until the next call.
  std::span<const Token> walk(std::string_view text);
  const TokenCounts& counts() const { return counts_; }  // of that walk
  // Those counts without the tokens, in half the time.
  const TokenCounts& count(std::string_view text);

 private:
  static constexpr std::size_t kSetBits = 16;                       // 4 MiB
  static constexpr std::size_t kMostTokens = std::size_t{1} << 17;  // 3 MiB
  static constexpr std::size_t kLongestRun = 64;  // bytes; longer ones are not remembered
  static constexpr std::size_t kBlock = 16;       // runs whose slots are asked for at once

  // A run of up to 15 bytes is its own key, with the size in the last byte; of a longer one it is a
  // hash, with 255 there.
  struct Key {
    std::uint64_t low, high;
    friend bool operator==(const Key&, const Key&) = default;
    std::size_t set() const {
      return (low * 0x9E3779B97F4A7C15U ^ high * 0xD6E8FEB86659FD93U) >> (64 - kSetBits);
    }
  };
  static Key key_of(std::string_view run, const char* limit);

  // Half a cache line. Most runs are one token, or one with a mark of one byte behind it: that token
  // stands here. Of others the tokens stand in known_.
  enum class Kind : std::uint8_t { kEmpty, kOne, kMarked, kKnown };
  struct alignas(32) Slot {
    Key key{};
    std::uint64_t value = 0;  // the token's hash; or where in known_ the tokens begin
    Kind kind = Kind::kEmpty;
    std::uint8_t count = 0;  // tokens of the run
    std::uint8_t chars = 0, traits = 0;
    std::uint8_t listed = 0;  // the token's; or how many of the tokens in known_ are listed
    std::uint8_t words = 0, word_chars = 0, letters = 0;  // sums over the run
  };
  static_assert(sizeof(Slot) == 32);
  // A cache line. The first is in use; the second is what came once, until it comes again: so words that
  // are rare, of which there are many, do not put out those that are not.
  struct alignas(64) Set {
    Slot first, second;
  };

  // Calls known(slot, run) or cut(tokens) for each run of the text.
  template <typename Known, typename Cut>
  void for_each_run(std::string_view text, Known&& known, Cut&& cut);
  void count(const Slot& slot);
  void cut(std::string_view run, std::vector<Token>& out);
  bool cut_plain(std::string_view run, std::vector<Token>& out);
  const Slot& find(std::string_view run, const Key& key);
  void learn(std::string_view run, const Key& key, Slot& slot);
  Token token(std::string_view word) const;
  Token hashed(std::string_view word) const;  // without chars and traits

  std::vector<std::string> list_;
  std::array<Token, 128> marks_;  // of one ASCII character each
  std::vector<Set> sets_;
  std::vector<Token> known_;
  std::vector<std::uint32_t> edges_;
  std::vector<Token> out_, fresh_;
  TokenCounts counts_;
  EnglishScratch scratch_;
};

}  // namespace corpus::text

#endif  // CORPUS_TEXT_TOKEN_WALK_H_
