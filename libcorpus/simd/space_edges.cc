#include "simd/space_edges.h"

#include <cstring>

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {

std::size_t space_edges_scalar(std::string_view text, std::uint32_t* out) {
  std::uint32_t* to = out;
  bool in_run = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    bool run = !((c >= 9 && c <= 13) || (c >= 28 && c <= 32));
    if (run != in_run) *to++ = static_cast<std::uint32_t>(i);
    in_run = run;
  }
  if (in_run) *to++ = static_cast<std::uint32_t>(text.size());
  return static_cast<std::size_t>(to - out);
}

#if CORPUS_X86
namespace {

__attribute__((target(CORPUS_TARGET_AVX2))) inline std::uint32_t spaces(const char* p) {
  __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  auto in_five = [x](int low) __attribute__((target(CORPUS_TARGET_AVX2))) {
    __m256i shifted = _mm256_sub_epi8(x, _mm256_set1_epi8(static_cast<char>(low)));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8(4)), shifted);
  };
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(in_five(9), in_five(28))));
}

__attribute__((target(CORPUS_TARGET_AVX2))) std::size_t space_edges_avx2(std::string_view text,
                                                                         std::uint32_t* out) {
  std::uint32_t* to = out;
  std::uint64_t in_run = 0;
  for (std::size_t at = 0; at < text.size(); at += 64) {
    char last[64];
    const char* block = text.data() + at;
    if (text.size() - at < 64) {
      std::memset(last, ' ', sizeof last);
      block = static_cast<char*>(std::memcpy(last, block, text.size() - at));
    }
    std::uint64_t run = ~(spaces(block) | std::uint64_t{spaces(block + 32)} << 32);
    std::uint64_t edges = run ^ (run << 1 | in_run);
    in_run = run >> 63;
    for (; edges != 0; edges &= edges - 1) {
      *to++ = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(__builtin_ctzll(edges));
    }
  }
  if (in_run != 0) *to++ = static_cast<std::uint32_t>(text.size());
  return static_cast<std::size_t>(to - out);
}

}  // namespace
#endif

std::size_t space_edges(std::string_view text, std::uint32_t* out) {
#if CORPUS_X86
  if (has_avx2()) return space_edges_avx2(text, out);
#endif
  return space_edges_scalar(text, out);
}

}  // namespace corpus::simd
