#include "simd/lower_words.h"

#include <cstring>

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {

bool lower_words_scalar(const char* text, std::size_t n, char* lower, std::uint64_t* word,
                        std::uint64_t* high) {
  bool any = false;
  for (std::size_t begin = 0; begin < n; begin += 64) {
    std::uint64_t words = 0, highs = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      auto c = static_cast<unsigned char>(begin + i < n ? text[begin + i] : '\0');
      if (c >= 'A' && c <= 'Z') c |= 0x20;
      bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      words |= std::uint64_t{is_word} << i;
      highs |= std::uint64_t{c >= 0x80} << i;
      lower[begin + i] = static_cast<char>(c);
    }
    word[begin / 64] = words;
    high[begin / 64] = highs;
    any |= highs != 0;
  }
  return any;
}

#if CORPUS_X86
namespace {

// 0xFF for each byte in [first, first + count): shifted so that the range ends at the top of the
// signed numbers.
__attribute__((target(CORPUS_TARGET_AVX2))) inline __m256i in_range(__m256i v, char first,
                                                                    int count) {
  __m256i shifted = _mm256_sub_epi8(v, _mm256_set1_epi8(static_cast<char>(first - (128 - count))));
  return _mm256_cmpgt_epi8(shifted, _mm256_set1_epi8(static_cast<char>(127 - count)));
}

__attribute__((target(CORPUS_TARGET_AVX2))) inline std::uint64_t bits(__m256i lo, __m256i hi) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(lo)) |
         std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(hi))} << 32;
}

__attribute__((target(CORPUS_TARGET_AVX2))) inline std::uint64_t block_avx2(const char* text,
                                                                            char* lower,
                                                                            std::uint64_t* word) {
  __m256i v[2], w[2];
  for (int k = 0; k < 2; ++k) {
    v[k] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32 * k));
    __m256i upper = in_range(v[k], 'A', 26);
    __m256i low = _mm256_or_si256(v[k], _mm256_and_si256(upper, _mm256_set1_epi8(0x20)));
    w[k] = _mm256_or_si256(in_range(low, 'a', 26), in_range(low, '0', 10));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lower + 32 * k), low);
  }
  *word = bits(w[0], w[1]);
  return bits(v[0], v[1]);
}

}  // namespace

__attribute__((target(CORPUS_TARGET_AVX2))) bool lower_words_avx2(const char* text, std::size_t n,
                                                                  char* lower, std::uint64_t* word,
                                                                  std::uint64_t* high) {
  std::uint64_t any = 0;
  std::size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    any |= high[i / 64] = block_avx2(text + i, lower + i, word + i / 64);
  }
  if (i < n) {
    char tail[64] = {};
    std::memcpy(tail, text + i, n - i);
    any |= high[i / 64] = block_avx2(tail, lower + i, word + i / 64);
  }
  return any != 0;
}

__attribute__((target(CORPUS_TARGET_AVX512))) bool lower_words_avx512(const char* text,
                                                                      std::size_t n, char* lower,
                                                                      std::uint64_t* word,
                                                                      std::uint64_t* high) {
  const __m512i bit = _mm512_set1_epi8(0x20);
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < n; i += 64) {
    __mmask64 valid = n - i >= 64 ? ~__mmask64{0} : (__mmask64{1} << (n - i)) - 1;
    __m512i v = _mm512_maskz_loadu_epi8(valid, text + i);
    __mmask64 upper =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('A')), _mm512_set1_epi8(26));
    __m512i low = _mm512_mask_add_epi8(v, upper, v, bit);
    __mmask64 alpha =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(low, _mm512_set1_epi8('a')), _mm512_set1_epi8(26));
    __mmask64 digit =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(low, _mm512_set1_epi8('0')), _mm512_set1_epi8(10));
    _mm512_storeu_si512(lower + i, low);
    word[i / 64] = alpha | digit;
    any |= high[i / 64] = _mm512_movepi8_mask(v);
  }
  return any != 0;
}
#else
bool lower_words_avx2(const char* text, std::size_t n, char* lower, std::uint64_t* word,
                      std::uint64_t* high) {
  return lower_words_scalar(text, n, lower, word, high);
}
bool lower_words_avx512(const char* text, std::size_t n, char* lower, std::uint64_t* word,
                        std::uint64_t* high) {
  return lower_words_scalar(text, n, lower, word, high);
}
#endif

bool lower_words(const char* text, std::size_t n, char* lower, std::uint64_t* word,
                 std::uint64_t* high) {
  if (has_avx512()) return lower_words_avx512(text, n, lower, word, high);
  return has_avx2() ? lower_words_avx2(text, n, lower, word, high)
                    : lower_words_scalar(text, n, lower, word, high);
}

}  // namespace corpus::simd
