#include "simd/utf8_count.h"

#include <cstdint>

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {

std::size_t count_code_points_scalar(std::string_view text) {
  std::size_t n = 0;
  for (char c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

#if CORPUS_X86
namespace {

__attribute__((target(CORPUS_TARGET_AVX2))) std::size_t count_code_points_avx2(
    std::string_view text) {
  // As signed bytes, continuation bytes are -128..-65.
  const __m256i last_tail = _mm256_set1_epi8(-65);
  const char* p = text.data();
  std::size_t left = text.size();
  __m256i total = _mm256_setzero_si256();
  while (left >= 32) {
    // Byte counters overflow after 255 rounds.
    __m256i heads = _mm256_setzero_si256();
    for (int round = 0; round < 255 && left >= 32; ++round, p += 32, left -= 32) {
      __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
      heads = _mm256_sub_epi8(heads, _mm256_cmpgt_epi8(x, last_tail));
    }
    total = _mm256_add_epi64(total, _mm256_sad_epu8(heads, _mm256_setzero_si256()));
  }
  alignas(32) std::uint64_t lanes[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), total);
  return lanes[0] + lanes[1] + lanes[2] + lanes[3] + count_code_points_scalar({p, left});
}

}  // namespace
#endif

std::size_t count_code_points(std::string_view text) {
#if CORPUS_X86
  if (has_avx2() && text.size() >= 32) return count_code_points_avx2(text);
#endif
  return count_code_points_scalar(text);
}

}  // namespace corpus::simd
