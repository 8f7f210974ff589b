// What a code point outside ASCII is to a word, and its lower-case form.
//
// A compact stand-in for Unicode's word rules, stable across ICU versions because signatures depend
// on it. Letters, digits and combining marks make words. Scripts written without spaces between
// words (Han, kana, Hangul syllables, Bopomofo, Yi, Thai, Lao, Myanmar, Khmer, Tibetan) count each
// code point as a word of its own. Punctuation, spaces, symbols, emoji and unassigned areas
// separate; so do joiners and the soft hyphen. Case is folded where it is most common and keeps the
// byte length: Latin-1, Latin Extended-A, Greek and Cyrillic.
#ifndef CORPUS_TEXT_WORD_CLASS_H_
#define CORPUS_TEXT_WORD_CLASS_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace corpus {

enum class WordClass : std::uint8_t { kSeparator, kLetter, kSingle };

namespace word_class_internal {

struct Range {
  char32_t first, last;
  WordClass what;
};

inline constexpr WordClass kSep = WordClass::kSeparator;
inline constexpr WordClass kOne = WordClass::kSingle;

// Sorted and disjoint; everything else is a letter.
inline constexpr Range kRanges[] = {
    {0x0080, 0x00A9, kSep},    {0x00AB, 0x00B1, kSep},   {0x00B4, 0x00B4, kSep},
    {0x00B6, 0x00B8, kSep},    {0x00BB, 0x00BB, kSep},   {0x00BF, 0x00BF, kSep},
    {0x00D7, 0x00D7, kSep},    {0x00F7, 0x00F7, kSep},   {0x02C2, 0x02C5, kSep},
    {0x02D2, 0x02DF, kSep},    {0x037E, 0x037E, kSep},   {0x0384, 0x0385, kSep},
    {0x0387, 0x0387, kSep},    {0x055A, 0x055F, kSep},   {0x0589, 0x058F, kSep},
    {0x05BE, 0x05BE, kSep},    {0x05C0, 0x05C0, kSep},   {0x05C3, 0x05C3, kSep},
    {0x05C6, 0x05C6, kSep},    {0x05F3, 0x05F4, kSep},   {0x0600, 0x060F, kSep},
    {0x061B, 0x061F, kSep},    {0x066A, 0x066D, kSep},   {0x06D4, 0x06D4, kSep},
    {0x0700, 0x070F, kSep},    {0x07F6, 0x07F9, kSep},   {0x0964, 0x0965, kSep},
    {0x0970, 0x0970, kSep},    {0x0E01, 0x0E2E, kOne},   {0x0E2F, 0x0E2F, kSep},
    {0x0E30, 0x0E3E, kOne},    {0x0E3F, 0x0E3F, kSep},   {0x0E40, 0x0E4E, kOne},
    {0x0E4F, 0x0E4F, kSep},    {0x0E50, 0x0E59, kOne},   {0x0E5A, 0x0E5B, kSep},
    {0x0E80, 0x0EFF, kOne},    {0x0F01, 0x0F17, kSep},   {0x0F3A, 0x0F3D, kSep},
    {0x0F40, 0x0FFF, kOne},    {0x1000, 0x1049, kOne},   {0x104A, 0x104F, kSep},
    {0x1050, 0x109F, kOne},    {0x10FB, 0x10FB, kSep},   {0x1360, 0x1368, kSep},
    {0x1400, 0x1400, kSep},    {0x166D, 0x166E, kSep},   {0x1680, 0x1680, kSep},
    {0x1780, 0x17D3, kOne},    {0x17D4, 0x17DA, kSep},   {0x17DC, 0x17FF, kOne},
    {0x1800, 0x180A, kSep},    {0x2000, 0x2BFF, kSep},   {0x2E00, 0x2E7F, kSep},
    {0x2E80, 0x2FDF, kOne},    {0x2FE0, 0x3004, kSep},   {0x3005, 0x3007, kOne},
    {0x3008, 0x3020, kSep},    {0x3021, 0x3029, kOne},   {0x3030, 0x3030, kSep},
    {0x3031, 0x3035, kOne},    {0x3036, 0x3037, kSep},   {0x3038, 0x303C, kOne},
    {0x303D, 0x3040, kSep},    {0x3041, 0x309F, kOne},   {0x30A0, 0x30A0, kSep},
    {0x30A1, 0x30FA, kOne},    {0x30FB, 0x30FB, kSep},   {0x30FC, 0x31FF, kOne},
    {0x3200, 0x33FF, kSep},    {0x3400, 0x4DBF, kOne},   {0x4DC0, 0x4DFF, kSep},
    {0x4E00, 0xA48F, kOne},    {0xA490, 0xA4CF, kSep},   {0xAC00, 0xD7A3, kOne},
    {0xD800, 0xF8FF, kSep},    {0xF900, 0xFAFF, kOne},   {0xFD3E, 0xFD4F, kSep},
    {0xFE00, 0xFE1F, kSep},    {0xFE30, 0xFE6F, kSep},   {0xFEFD, 0xFF0F, kSep},
    {0xFF1A, 0xFF20, kSep},    {0xFF3B, 0xFF40, kSep},   {0xFF5B, 0xFF65, kSep},
    {0xFF66, 0xFFDF, kOne},    {0xFFE0, 0xFFFF, kSep},   {0x1B000, 0x1B16F, kOne},
    {0x1D000, 0x1D3FF, kSep},  {0x1F000, 0x1FFFF, kSep}, {0x20000, 0x3FFFF, kOne},
    {0xE0000, 0x10FFFF, kSep},
};

constexpr WordClass search(char32_t c) {
  const Range* it = std::lower_bound(std::begin(kRanges), std::end(kRanges), c,
                                     [](const Range& r, char32_t x) { return r.last < x; });
  return it != std::end(kRanges) && it->first <= c ? it->what : WordClass::kLetter;
}

constexpr char32_t fold(char32_t c) {
  if (c >= 0xC0 && c <= 0xDE) return c == 0xD7 ? c : c + 0x20;
  bool even_upper =
      (c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177);
  bool odd_upper = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
  if (even_upper) return c | 1;
  if (odd_upper) return c + (c & 1);
  if (c == 0x178) return 0xFF;
  if (c == 0x386) return 0x3AC;
  if (c >= 0x388 && c <= 0x38A) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 63;
  if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 0x20;
  if (c == 0x3C2) return 0x3C3;  // final sigma
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  return c;
}

// U+0080..U+07FF, the characters of two bytes: class in the high bits, folded form in the low.
inline constexpr auto kTwoByte = [] {
  std::array<std::uint16_t, 0x780> table{};
  for (char32_t c = 0x80; c < 0x800; ++c) {
    table[c - 0x80] = static_cast<std::uint16_t>(static_cast<unsigned>(search(c)) << 11 | fold(c));
  }
  return table;
}();

}  // namespace word_class_internal

// For c >= 0x80.
constexpr WordClass word_class(char32_t c) {
  if (c < 0x800) return static_cast<WordClass>(word_class_internal::kTwoByte[c - 0x80] >> 11);
  bool han_or_hangul = (c >= 0x4E00 && c < 0xA000) || (c >= 0xAC00 && c <= 0xD7A3);
  return han_or_hangul ? WordClass::kSingle : word_class_internal::search(c);
}

// For 0x80 <= c < 0x800; the result is in the same range.
constexpr char32_t fold_two_byte(char32_t c) {
  return word_class_internal::kTwoByte[c - 0x80] & 0x7FF;
}

}  // namespace corpus

#endif  // CORPUS_TEXT_WORD_CLASS_H_
