#include "simd/byte_set.h"

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {

std::size_t find_first_scalar(const ByteSet& set, std::string_view text, std::size_t from) {
  while (from < text.size() && !set.contains(static_cast<unsigned char>(text[from]))) ++from;
  return from < text.size() ? from : text.size();
}

#if CORPUS_X86
namespace {

struct Tables {
  __m256i low, high, bits;
};

__attribute__((target(CORPUS_TARGET_AVX2))) inline __m256i repeat(const void* sixteen) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(sixteen)));
}

// 0xFF for each of the 32 bytes at p that is not in the set.
__attribute__((target(CORPUS_TARGET_AVX2))) inline __m256i outside(const Tables& t, const char* p) {
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  __m256i lo = _mm256_and_si256(x, nibble);
  __m256i hi = _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble);
  __m256i row =
      _mm256_blendv_epi8(_mm256_shuffle_epi8(t.low, lo), _mm256_shuffle_epi8(t.high, lo), x);
  return _mm256_cmpeq_epi8(_mm256_and_si256(row, _mm256_shuffle_epi8(t.bits, hi)),
                           _mm256_setzero_si256());
}

__attribute__((target(CORPUS_TARGET_AVX2))) std::size_t find_first_avx2(const ByteSet& set,
                                                                        std::string_view text,
                                                                        std::size_t from) {
  alignas(16) static constexpr std::uint8_t kBits[16] = {1, 2, 4, 8, 16, 32, 64, 128,
                                                         1, 2, 4, 8, 16, 32, 64, 128};
  const Tables t{repeat(set.row(0)), repeat(set.row(1)), repeat(kBits)};
  const char* p = text.data();
  const std::size_t n = text.size();
  for (; from + 64 <= n; from += 64) {
    __m256i a = outside(t, p + from), b = outside(t, p + from + 32);
    if (_mm256_movemask_epi8(_mm256_and_si256(a, b)) == -1) continue;
    auto out = static_cast<std::uint32_t>(_mm256_movemask_epi8(a)) |
               std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(b))} << 32;
    return from + static_cast<std::size_t>(__builtin_ctzll(~out));
  }
  for (; from + 32 <= n; from += 32) {
    auto out = static_cast<std::uint32_t>(_mm256_movemask_epi8(outside(t, p + from)));
    if (out != 0xFFFFFFFF) return from + static_cast<std::size_t>(__builtin_ctz(~out));
  }
  return find_first_scalar(set, text, from);
}

}  // namespace
#endif

std::size_t find_first(const ByteSet& set, std::string_view text, std::size_t from) {
#if CORPUS_X86
  if (has_avx2() && from < text.size() && text.size() - from >= 32) {
    return find_first_avx2(set, text, from);
  }
#endif
  return find_first_scalar(set, text, from);
}

}  // namespace corpus::simd
