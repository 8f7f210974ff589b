#include "simd/minhash.h"

#include <algorithm>

#include "simd/cpu.h"

#if CORPUS_X86
#include <immintrin.h>
#endif

namespace corpus::simd {

void minhash_update_scalar(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                           std::size_t lanes, const std::uint32_t* x, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < lanes; ++j) min[j] = std::min(min[j], a[j] * x[i] + b[j]);
  }
}

#if CORPUS_X86
namespace {

// V vectors of 16 lanes: 3 V registers, so V <= 8 leaves room for x and the product.
template <int V>
__attribute__((target(CORPUS_TARGET_AVX512))) void block_avx512(const std::uint32_t* a,
                                                                const std::uint32_t* b,
                                                                std::uint32_t* min,
                                                                const std::uint32_t* x,
                                                                std::size_t n) {
  __m512i va[V], vb[V], vmin[V];
  for (int v = 0; v < V; ++v) {
    va[v] = _mm512_loadu_si512(a + 16 * v);
    vb[v] = _mm512_loadu_si512(b + 16 * v);
    vmin[v] = _mm512_loadu_si512(min + 16 * v);
  }
  for (std::size_t i = 0; i < n; ++i) {
    __m512i vx = _mm512_set1_epi32(static_cast<int>(x[i]));
    for (int v = 0; v < V; ++v) {
      __m512i h = _mm512_add_epi32(_mm512_mullo_epi32(va[v], vx), vb[v]);
      // The same as min_epu32, which g++ 12 warns about (GCC bug 105593).
      vmin[v] = _mm512_maskz_min_epu32(0xFFFF, vmin[v], h);
    }
  }
  for (int v = 0; v < V; ++v) _mm512_storeu_si512(min + 16 * v, vmin[v]);
}

__attribute__((target(CORPUS_TARGET_AVX2))) inline __m256i load(const std::uint32_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

template <int V>
__attribute__((target(CORPUS_TARGET_AVX2))) void block_avx2(const std::uint32_t* a,
                                                            const std::uint32_t* b,
                                                            std::uint32_t* min,
                                                            const std::uint32_t* x, std::size_t n) {
  __m256i va[V], vb[V], vmin[V];
  for (int v = 0; v < V; ++v) {
    va[v] = load(a + 8 * v);
    vb[v] = load(b + 8 * v);
    vmin[v] = load(min + 8 * v);
  }
  for (std::size_t i = 0; i < n; ++i) {
    __m256i vx = _mm256_set1_epi32(static_cast<int>(x[i]));
    for (int v = 0; v < V; ++v) {
      __m256i h = _mm256_add_epi32(_mm256_mullo_epi32(va[v], vx), vb[v]);
      vmin[v] = _mm256_min_epu32(vmin[v], h);
    }
  }
  for (int v = 0; v < V; ++v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(min + 8 * v), vmin[v]);
  }
}

}  // namespace

void minhash_update_avx512(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                           std::size_t lanes, const std::uint32_t* x, std::size_t n) {
  using Block = void (*)(const std::uint32_t*, const std::uint32_t*, std::uint32_t*,
                         const std::uint32_t*, std::size_t);
  static constexpr Block kBlocks[] = {block_avx512<1>, block_avx512<2>, block_avx512<3>,
                                      block_avx512<4>, block_avx512<5>, block_avx512<6>,
                                      block_avx512<7>, block_avx512<8>};
  for (std::size_t j = 0; j < lanes; j += 128) {
    kBlocks[std::min<std::size_t>(lanes - j, 128) / 16 - 1](a + j, b + j, min + j, x, n);
  }
}

void minhash_update_avx2(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                         std::size_t lanes, const std::uint32_t* x, std::size_t n) {
  std::size_t j = 0;
  for (; j + 32 <= lanes; j += 32) block_avx2<4>(a + j, b + j, min + j, x, n);
  if (j < lanes) block_avx2<2>(a + j, b + j, min + j, x, n);
}
#else
void minhash_update_avx512(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                           std::size_t lanes, const std::uint32_t* x, std::size_t n) {
  minhash_update_scalar(a, b, min, lanes, x, n);
}
void minhash_update_avx2(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                         std::size_t lanes, const std::uint32_t* x, std::size_t n) {
  minhash_update_scalar(a, b, min, lanes, x, n);
}
#endif

void minhash_update(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                    std::size_t lanes, const std::uint32_t* x, std::size_t n) {
  if (has_avx512()) {
    minhash_update_avx512(a, b, min, lanes, x, n);
  } else if (has_avx2()) {
    minhash_update_avx2(a, b, min, lanes, x, n);
  } else {
    minhash_update_scalar(a, b, min, lanes, x, n);
  }
}

}  // namespace corpus::simd
