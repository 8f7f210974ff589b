// What the pre-tokenizer patterns of language models ask of a character.
//
// White space is Unicode's White_Space property, which is what \s means to the regex engines of
// `tokenizers` (Oniguruma) and `tiktoken` (Rust's regex). PCRE2's \s has U+180E besides.
#ifndef CORPUS_TOKENS_CHAR_CLASS_H_
#define CORPUS_TOKENS_CHAR_CLASS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/char_table.h"
#include "text/utf8.h"

namespace corpus::tokens {

enum CharClass : std::uint8_t {
  kL = 1,     // \p{L}
  kN = 2,     // \p{N}
  kS = 4,     // \s
  kEol = 8,   // [\r\n]
  kUp = 16,   // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
  kLow = 32,  // [\p{Ll}\p{Lm}\p{Lo}\p{M}]
  kPs = 64,   // [\p{P}\p{S}]
  kM = 128,   // \p{M}
};

const text::CharTable& char_classes();

struct Seen {
  std::uint8_t is;    // of CharClass
  std::uint8_t size;  // bytes
};

// Looks at the characters of text[0, end), which is UTF-8 that was checked before. What lies behind
// `end` is not looked at: to a pattern, a piece is a text of its own.
class View {
 public:
  View(const char* text, std::size_t end) : s_(text), end_(end), classes_(char_classes()) {}

  std::size_t end() const { return end_; }
  char byte(std::size_t at) const { return s_[at]; }

  Seen at(std::size_t i) const {
    auto b = static_cast<unsigned char>(s_[i]);
    if (b < 0x80) return {classes_[b], 1};
    auto [c, size] = text::decode({s_ + i, end_ - i});
    return {c == text::kBadChar ? std::uint8_t{0} : classes_[c], static_cast<std::uint8_t>(size)};
  }
  char32_t code_point(std::size_t i) const { return text::decode({s_ + i, end_ - i}).c; }

  // The classes at i; 0 at the end.
  std::uint8_t is(std::size_t i) const { return i < end_ ? at(i).is : std::uint8_t{0}; }

  // Behind the run of characters from i on that have one of the classes, or none of them.
  std::size_t run(std::size_t i, std::uint8_t any_of) const {
    while (i < end_) {
      Seen c = at(i);
      if ((c.is & any_of) == 0) break;
      i += c.size;
    }
    return i;
  }
  std::size_t run_without(std::size_t i, std::uint8_t none_of) const {
    while (i < end_) {
      Seen c = at(i);
      if ((c.is & none_of) != 0) break;
      i += c.size;
    }
    return i;
  }

 private:
  const char* s_;
  std::size_t end_;
  const text::CharTable& classes_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_CHAR_CLASS_H_
