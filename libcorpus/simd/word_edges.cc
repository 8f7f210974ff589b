#include "simd/word_edges.h"

#include <cstring>

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {
namespace {

// How many bytes a separating character has that begins with `lead`; 0 when none does.
unsigned sign_size(unsigned char lead) {
  if (lead == 0xC2) return 2;
  if (lead == 0xE2 || lead == 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF7 ? 4 : 0;
}

bool is_alnum(unsigned char c) {
  return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

}  // namespace

std::size_t word_edges_scalar(std::string_view text, std::uint32_t* out) {
  std::uint32_t* to = out;
  bool in_word = false;
  unsigned sign_left = 0;  // bytes of a separating character still to come
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (unsigned size = sign_size(c); size > sign_left) sign_left = size;
    bool word = (c >= 0x80 && sign_left == 0) || (sign_left == 0 && is_alnum(c));
    if (sign_left > 0) --sign_left;
    if (word != in_word) *to++ = static_cast<std::uint32_t>(i);
    in_word = word;
  }
  if (in_word) *to++ = static_cast<std::uint32_t>(text.size());
  return static_cast<std::size_t>(to - out);
}

#if CORPUS_X86
namespace {

struct Masks {
  std::uint64_t word;              // ASCII letters and digits, and everything beyond ASCII
  std::uint64_t two, three, four;  // leads of separating characters of that many bytes
};

__attribute__((target(CORPUS_TARGET_AVX2))) inline __m256i in_range(__m256i x, int low, int high) {
  __m256i shifted = _mm256_sub_epi8(x, _mm256_set1_epi8(static_cast<char>(low)));
  __m256i width = _mm256_set1_epi8(static_cast<char>(high - low));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, width), shifted);
}

__attribute__((target(CORPUS_TARGET_AVX2))) inline std::uint32_t bits(__m256i x) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(x));
}

__attribute__((target(CORPUS_TARGET_AVX2))) inline Masks masks_of(const char* p) {
  Masks m{};
  for (int half = 0; half < 2; ++half) {
    __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32 * half));
    auto shift = [half](std::uint32_t mask) { return std::uint64_t{mask} << (32 * half); };
    __m256i letter = in_range(_mm256_or_si256(x, _mm256_set1_epi8(32)), 'a', 'z');
    __m256i word = _mm256_or_si256(_mm256_or_si256(letter, in_range(x, '0', '9')), x);
    m.word |= shift(bits(word));  // movemask takes the top bit: x itself where it is beyond ASCII
    if (bits(x) == 0) continue;
    m.two |= shift(bits(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('\xC2'))));
    m.three |= shift(bits(_mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('\xE2')),
                                          _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\xEF')))));
    m.four |= shift(bits(in_range(x, 0xF0, 0xF7)));
  }
  return m;
}

__attribute__((target(CORPUS_TARGET_AVX2))) std::size_t word_edges_avx2(std::string_view text,
                                                                        std::uint32_t* out) {
  std::uint32_t* to = out;
  std::uint64_t in_word = 0;     // 1 when the byte before this block is a word byte
  std::uint64_t sign_ahead = 0;  // first bytes of this block that belong to a sign begun before it
  for (std::size_t at = 0; at < text.size(); at += 64) {
    char last[64] = {};
    const char* block = text.data() + at;
    if (text.size() - at < 64)
      block = static_cast<char*>(std::memcpy(last, block, text.size() - at));
    Masks m = masks_of(block);
    std::uint64_t signs = sign_ahead | m.two | m.three | m.four;
    sign_ahead = 0;
    if ((m.two | m.three | m.four) != 0) {
      std::uint64_t over1 = m.two | m.three | m.four, over2 = m.three | m.four, over3 = m.four;
      signs |= over1 << 1 | over2 << 2 | over3 << 3;
      sign_ahead = over1 >> 63 | over2 >> 62 | over3 >> 61;
    }
    std::uint64_t word = m.word & ~signs;
    std::uint64_t edges = word ^ (word << 1 | in_word);
    in_word = word >> 63;
    for (; edges != 0; edges &= edges - 1) {
      *to++ = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(__builtin_ctzll(edges));
    }
  }
  if (in_word != 0) *to++ = static_cast<std::uint32_t>(text.size());
  return static_cast<std::size_t>(to - out);
}

}  // namespace
#endif

std::size_t word_edges(std::string_view text, std::uint32_t* out) {
#if CORPUS_X86
  if (has_avx2()) return word_edges_avx2(text, out);
#endif
  return word_edges_scalar(text, out);
}

}  // namespace corpus::simd
