// Words, cheaply: for counting and for finding repeats, not for linguistics.
//
// A word is a run of ASCII letters and digits, with whatever other letters follow or precede them;
// scripts written without spaces (Chinese characters, kana) count one word a character. Everything
// else separates.
#ifndef CORPUS_TEXT_WORDS_H_
#define CORPUS_TEXT_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpus::text {

enum class ByteKind : std::uint8_t {
  kSeparator,  // ASCII that is no letter or digit
  kWord,       // letters, digits, and leads of two-byte letters
  kTail,       // continuation bytes, part of what they follow
  kIdeograph,  // leads of U+3000..U+9FFF
  kLead,       // other leads of three or four bytes: ask is_word_char()
};

struct ByteKinds {
  constexpr ByteKinds() {
    for (int b = 0; b < 256; ++b) {
      bool alnum = (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
      kinds[b] = b < 0x80   ? (alnum ? ByteKind::kWord : ByteKind::kSeparator)
                 : b < 0xC0 ? ByteKind::kTail
                 : b < 0xC3 ? ByteKind::kLead  // U+0080..U+00BF are mostly signs
                 : b < 0xE0 ? ByteKind::kWord
                 : b >= 0xE3 && b <= 0xE9 ? ByteKind::kIdeograph
                                          : ByteKind::kLead;
    }
  }
  constexpr ByteKind operator[](char c) const { return kinds[static_cast<unsigned char>(c)]; }
  ByteKind kinds[256] = {};
};
inline constexpr ByteKinds kByteKinds;

// For the leads the table leaves open, by the first three bytes at p, of which n can be read.
inline bool is_word_char(const char* p, std::size_t n) {
  auto a = static_cast<unsigned char>(p[0]);
  auto b = n > 1 ? static_cast<unsigned char>(p[1]) : 0;
  if (a == 0xC2) return b == 0xAA || b == 0xB5 || b == 0xBA;
  if (a == 0xE2) return b >= 0xB0;         // U+2000..U+2BFF are punctuation and signs
  if (a == 0xEF) return b >= 0xA4 && b != 0xB8 && b != 0xB9 && b != 0xBB;  // not private use, BOM
  return a < 0xF0;                         // pictographs separate
}

// Calls f(word) for each word of `text`, in order.
template <typename F>
void for_each_word(std::string_view text, F&& f) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    switch (kByteKinds[*p]) {
      case ByteKind::kSeparator:
      case ByteKind::kTail: ++p; continue;
      case ByteKind::kIdeograph: {
        const char* begin = p++;
        while (p < end && kByteKinds[*p] == ByteKind::kTail) ++p;
        // U+3000..U+303F: CJK punctuation, which is E3 80 xx.
        if (!(begin[0] == '\xE3' && p - begin > 1 && begin[1] == '\x80')) {
          f(std::string_view(begin, static_cast<std::size_t>(p - begin)));
        }
        continue;
      }
      case ByteKind::kLead:
        if (!is_word_char(p, static_cast<std::size_t>(end - p))) {
          ++p;
          continue;
        }
        break;
      case ByteKind::kWord: break;
    }
    const char* begin = p++;
    for (; p < end; ++p) {
      ByteKind kind = kByteKinds[*p];
      if (kind == ByteKind::kWord || kind == ByteKind::kTail) continue;
      if (kind != ByteKind::kLead || !is_word_char(p, static_cast<std::size_t>(end - p))) break;
    }
    f(std::string_view(begin, static_cast<std::size_t>(p - begin)));
  }
}

inline std::size_t count_words(std::string_view text) {
  std::size_t n = 0;
  for_each_word(text, [&](std::string_view) { ++n; });
  return n;
}

}  // namespace corpus::text

#endif  // CORPUS_TEXT_WORDS_H_
