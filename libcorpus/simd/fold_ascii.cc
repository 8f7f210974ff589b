#include "simd/fold_ascii.h"

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {
namespace {

bool is_plain(std::string_view text, std::size_t i) {
  auto c = static_cast<unsigned char>(text[i]);
  if (c == ' ') return i > 0 && static_cast<signed char>(text[i - 1]) > ' ';
  return c > ' ' && c < 0x80 && c != '*' && c != '_' && c != '`';
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool starts_word(std::string_view text, std::size_t i) {
  char c = text[i];
  bool letter = (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0xC0;
  return letter && (i == 0 || !is_word(text[i - 1]));
}

}  // namespace

std::size_t fold_ascii_scalar(std::string_view text, std::size_t from, char* out) {
  for (; from < text.size() && is_plain(text, from); ++from) {
    char c = text[from];
    *out++ = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  return from;
}

std::size_t word_starts_scalar(std::string_view text, std::uint32_t* out) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts_word(text, i)) out[n++] = static_cast<std::uint32_t>(i);
  }
  return n;
}

#if CORPUS_X86
namespace {

__attribute__((target(CORPUS_TARGET_AVX2))) inline __m256i load(const char* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

// 0xFF where low <= byte <= high, unsigned.
__attribute__((target(CORPUS_TARGET_AVX2))) inline __m256i in_range(__m256i x, char low,
                                                                    char high) {
  __m256i shifted = _mm256_sub_epi8(x, _mm256_set1_epi8(low));
  __m256i width = _mm256_set1_epi8(static_cast<char>(high - low));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, width), shifted);
}

__attribute__((target(CORPUS_TARGET_AVX2))) std::size_t fold_ascii_avx2(std::string_view text,
                                                                        std::size_t from,
                                                                        char* out) {
  const __m256i space = _mm256_set1_epi8(' ');
  const char* p = text.data();
  if (from == 0 && !text.empty()) {  // the loop looks at the byte before
    if (fold_ascii_scalar(text.substr(0, 1), 0, out++) == 0) return 0;
    from = 1;
  }
  while (from + 32 <= text.size()) {
    __m256i x = load(p + from);
    // As signed bytes, what is beyond ASCII lies below the space too.
    __m256i special = _mm256_cmpgt_epi8(space, x);
    __m256i doubled = _mm256_andnot_si256(_mm256_cmpgt_epi8(load(p + from - 1), space),
                                          _mm256_cmpeq_epi8(x, space));
    special = _mm256_or_si256(special, doubled);
    special = _mm256_or_si256(special, _mm256_cmpeq_epi8(x, _mm256_set1_epi8('*')));
    special = _mm256_or_si256(special, _mm256_cmpeq_epi8(x, _mm256_set1_epi8('_')));
    special = _mm256_or_si256(special, _mm256_cmpeq_epi8(x, _mm256_set1_epi8('`')));
    __m256i upper = _mm256_and_si256(in_range(x, 'A', 'Z'), _mm256_set1_epi8(32));
    // What lies behind the special byte is written too, and overwritten by the caller.
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_add_epi8(x, upper));
    auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(special));
    if (mask != 0) return from + static_cast<std::size_t>(__builtin_ctz(mask));
    from += 32;
    out += 32;
  }
  return fold_ascii_scalar(text, from, out);
}

__attribute__((target(CORPUS_TARGET_AVX2))) std::size_t word_starts_avx2(std::string_view text,
                                                                         std::uint32_t* out) {
  const char* p = text.data();
  std::size_t n = 0, at = 0;
  std::uint32_t before = 0;  // was the last byte of the previous block part of a word?
  for (; at + 32 <= text.size(); at += 32) {
    __m256i x = load(p + at);
    __m256i letter = in_range(x, 'a', 'z');
    __m256i lead = in_range(x, '\xC0', '\xFF');
    auto letters = static_cast<std::uint32_t>(_mm256_movemask_epi8(letter));
    auto word = letters | static_cast<std::uint32_t>(_mm256_movemask_epi8(in_range(x, '0', '9')));
    auto starts = letters | static_cast<std::uint32_t>(_mm256_movemask_epi8(lead));
    starts &= ~(word << 1 | before);
    before = word >> 31;
    for (; starts != 0; starts &= starts - 1) {
      out[n++] = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(__builtin_ctz(starts));
    }
  }
  for (; at < text.size(); ++at) {
    if (starts_word(text, at)) out[n++] = static_cast<std::uint32_t>(at);
  }
  return n;
}

}  // namespace
#endif

std::size_t fold_ascii(std::string_view text, std::size_t from, char* out) {
#if CORPUS_X86
  if (has_avx2()) return fold_ascii_avx2(text, from, out);
#endif
  return fold_ascii_scalar(text, from, out);
}

std::size_t word_starts(std::string_view text, std::uint32_t* out) {
#if CORPUS_X86
  if (has_avx2()) return word_starts_avx2(text, out);
#endif
  return word_starts_scalar(text, out);
}

}  // namespace corpus::simd
