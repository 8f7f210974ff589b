// Small steps over UTF-8: decode one character, trim white space, count characters.
//
// Input is UTF-8 that the parse stage has checked; anything else is answered with kBadChar and
// never read past its end.
#ifndef CORPUS_TEXT_UTF8_H_
#define CORPUS_TEXT_UTF8_H_

#include <cstddef>
#include <string_view>

namespace corpus::text {

inline constexpr char32_t kBadChar = 0xFFFFFFFF;

struct Decoded {
  char32_t c;
  std::size_t size;  // bytes, at least 1
};

// The first character of a text that is not empty. RFC 3629: no overlong forms, no surrogates.
inline Decoded decode(std::string_view s) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  auto tail = [&](std::size_t i) { return i < s.size() && (byte(i) & 0xC0) == 0x80; };
  char32_t a = byte(0);
  if (a < 0x80) return {a, 1};
  if (a >= 0xC2 && a < 0xE0 && tail(1)) return {(a & 31) << 6 | (byte(1) & 63U), 2};
  if (a >= 0xE0 && a < 0xF0 && tail(1) && tail(2)) {
    char32_t c = (a & 15) << 12 | (byte(1) & 63U) << 6 | (byte(2) & 63U);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) return {c, 3};
  } else if (a >= 0xF0 && a < 0xF5 && tail(1) && tail(2) && tail(3)) {
    char32_t c = (a & 7) << 18 | (byte(1) & 63U) << 12 | (byte(2) & 63U) << 6 | (byte(3) & 63U);
    if (c >= 0x10000 && c < 0x110000) return {c, 4};
  }
  return {kBadChar, 1};
}

// The last character of a text that is not empty.
inline Decoded decode_last(std::string_view s) {
  std::size_t n = 1;
  while (n < 4 && n < s.size() && (static_cast<unsigned char>(s[s.size() - n]) & 0xC0) == 0x80) ++n;
  Decoded d = decode(s.substr(s.size() - n));
  return d.size == n ? d : Decoded{kBadChar, 1};
}

// Unicode's White_Space property, and U+FEFF, which is left over from byte order marks.
constexpr bool is_space(char32_t c) {
  if (c <= 0x20) return c == ' ' || (c >= 9 && c <= 13);
  if (c < 0x1680) return c == 0x85 || c == 0xA0;
  return c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

// `text` without the white space at both of its ends.
inline std::string_view trim(std::string_view text) {
  while (!text.empty()) {
    auto [c, size] = decode(text);
    if (!is_space(c)) break;
    text.remove_prefix(size);
  }
  while (!text.empty()) {
    auto [c, size] = decode_last(text);
    if (!is_space(c)) break;
    text.remove_suffix(size);
  }
  return text;
}

}  // namespace corpus::text

#endif  // CORPUS_TEXT_UTF8_H_
