#include "simd/escapable.h"

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {

std::size_t find_escapable_scalar(const char* s, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x20 || c == '"' || c == '\\') return i;
  }
  return n;
}

#if CORPUS_X86
__attribute__((target(CORPUS_TARGET_AVX2))) std::size_t find_escapable_avx2(const char* s,
                                                                            std::size_t n) {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i backslash = _mm256_set1_epi8('\\');
  const __m256i control = _mm256_set1_epi8(0x1F);
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(s + i));
    __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(v, quote), _mm256_cmpeq_epi8(v, backslash));
    // Unsigned v <= 0x1F.
    hit = _mm256_or_si256(hit, _mm256_cmpeq_epi8(_mm256_min_epu8(v, control), v));
    auto mask = static_cast<unsigned>(_mm256_movemask_epi8(hit));
    if (mask != 0) return i + static_cast<std::size_t>(__builtin_ctz(mask));
  }
  return i + find_escapable_scalar(s + i, n - i);
}
#else
std::size_t find_escapable_avx2(const char* s, std::size_t n) {
  return find_escapable_scalar(s, n);
}
#endif

std::size_t find_escapable(const char* s, std::size_t n) {
  return n >= 32 && has_avx2() ? find_escapable_avx2(s, n) : find_escapable_scalar(s, n);
}

}  // namespace corpus::simd
