// Bodies of Blocks (loops.h), a part of loops_inl.h. Intrinsics, since the compiler makes a poor job of widening bytes in
// its own vectors; loops over lanes are the twin of both.
#ifndef STUDENT_BACKEND_CPU_BLOCKS_INL_H_
#define STUDENT_BACKEND_CPU_BLOCKS_INL_H_

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace student::cpu {
namespace {

// 16 IEEE halves. The multiplication brings the exponent up, and makes subnormals normal.
inline void load_halves(float* to, const std::uint16_t* from) {
#if defined(__AVX512F__)
  // maskz: GCC warns of the undefined vector inside the plain forms (its bug 105593).
  _mm512_storeu_ps(to, _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
#elif defined(__AVX2__)
  for (std::int64_t i = 0; i < kLanes; i += 8) {
    const __m256i h = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
    const __m256i exponent = _mm256_set1_epi32(0x7c00);
    const __m256i bits = _mm256_slli_epi32(_mm256_and_si256(h, _mm256_set1_epi32(0x7fff)), 13);
    const __m256i special = _mm256_cmpeq_epi32(_mm256_and_si256(h, exponent), exponent);
    const __m256i sign = _mm256_slli_epi32(_mm256_and_si256(h, _mm256_set1_epi32(0x8000)), 16);
    const __m256i scaled = _mm256_castps_si256(_mm256_mul_ps(_mm256_castsi256_ps(bits), _mm256_set1_ps(0x1p112f)));
    const __m256i kept = _mm256_add_epi32(bits, _mm256_set1_epi32(0x70000000));
    const __m256i value = _mm256_or_si256(_mm256_blendv_epi8(scaled, kept, special), sign);
    _mm256_storeu_ps(to + i, _mm256_castsi256_ps(value));
  }
#else
  for (std::int64_t i = 0; i < kLanes; ++i) {
    const std::uint32_t h = from[i], bits = (h & 0x7fffu) << 13;
    float scaled;
    __builtin_memcpy(&scaled, &bits, sizeof(scaled));
    scaled *= 0x1p112f;
    std::uint32_t value;
    __builtin_memcpy(&value, &scaled, sizeof(value));
    value = (h & 0x7c00u) == 0x7c00u ? bits + 0x70000000u : value;
    value |= (h & 0x8000u) << 16;
    __builtin_memcpy(to + i, &value, sizeof(value));
  }
#endif
}

// The block types of tensor/blocks.h. head: the halves a block begins with.
struct Q4 {
  static constexpr int kBytes = 20, kHalves = 2;
  static inline void load(float* to, const unsigned char* numbers, const float* head) {
#if defined(__AVX512F__)
    // All sixteen values that a number can have, and of them those that the low four bits say.
    const __m512 all = _mm512_fmadd_ps(_mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                       _mm512_set1_ps(head[0]), _mm512_set1_ps(head[1]));
    const __m512i wide =
        _mm512_maskz_cvtepu8_epi32(0xffff, _mm_loadu_si128(reinterpret_cast<const __m128i*>(numbers)));
    _mm512_storeu_ps(to, _mm512_maskz_permutexvar_ps(0xffff, wide, all));
    _mm512_storeu_ps(to + 16, _mm512_maskz_permutexvar_ps(0xffff, _mm512_maskz_srli_epi32(0xffff, wide, 4), all));
#elif defined(__AVX2__)
    const __m256 scale = _mm256_set1_ps(head[0]), least = _mm256_set1_ps(head[1]);
    for (int i = 0; i < 16; i += 8) {
      const __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(numbers + i)));
      const __m256i low = _mm256_and_si256(wide, _mm256_set1_epi32(15)), high = _mm256_srli_epi32(wide, 4);
      _mm256_storeu_ps(to + i, _mm256_fmadd_ps(_mm256_cvtepi32_ps(low), scale, least));
      _mm256_storeu_ps(to + 16 + i, _mm256_fmadd_ps(_mm256_cvtepi32_ps(high), scale, least));
    }
#else
    for (int i = 0; i < 16; ++i) to[i] = static_cast<float>(numbers[i] & 15) * head[0] + head[1];
    for (int i = 0; i < 16; ++i) to[i + 16] = static_cast<float>(numbers[i] >> 4) * head[0] + head[1];
#endif
  }
};

struct Q8 {
  static constexpr int kBytes = 34, kHalves = 1;
  static inline void load(float* to, const unsigned char* numbers, const float* head) {
#if defined(__AVX512F__)
    for (int i = 0; i < 32; i += 16) {
      const __m512i wide =
          _mm512_maskz_cvtepi8_epi32(0xffff, _mm_loadu_si128(reinterpret_cast<const __m128i*>(numbers + i)));
      _mm512_storeu_ps(to + i, _mm512_mul_ps(_mm512_maskz_cvtepi32_ps(0xffff, wide), _mm512_set1_ps(head[0])));
    }
#elif defined(__AVX2__)
    for (int i = 0; i < 32; i += 8) {
      const __m256i wide = _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(numbers + i)));
      _mm256_storeu_ps(to + i, _mm256_mul_ps(_mm256_cvtepi32_ps(wide), _mm256_set1_ps(head[0])));
    }
#else
    for (int i = 0; i < 32; ++i) to[i] = static_cast<float>(static_cast<signed char>(numbers[i])) * head[0];
#endif
  }
};

// Calls body(column, at, numbers, head) for the blocks of kCols rows of n numbers, `ldw` bytes apart.
template <typename Q, int kCols, typename Body>
inline void each_block(const void* w, std::int64_t ldw, std::int64_t n, const Body& body) {
  constexpr std::int64_t kBlock = 32, kChunk = 32;
  const auto* from = static_cast<const unsigned char*>(w);
  for (std::int64_t at = 0; at < n; from += kChunk * Q::kBytes) {
    const std::int64_t count = n - at < kChunk * kBlock ? (n - at) / kBlock : kChunk;
    std::uint16_t halves[kCols][kChunk * Q::kHalves];
    float heads[kCols][kChunk * Q::kHalves];
    for (int c = 0; c < kCols; ++c) {
      for (std::int64_t b = 0; b < count; ++b) {
        __builtin_memcpy(halves[c] + b * Q::kHalves, from + c * ldw + b * Q::kBytes, 2 * Q::kHalves);
      }
    }
    for (int c = 0; c < kCols; ++c) {
      for (std::int64_t i = 0; i < count * Q::kHalves; i += kLanes) load_halves(heads[c] + i, halves[c] + i);
    }
    for (std::int64_t b = 0; b < count; ++b, at += kBlock) {
#pragma GCC unroll 4
      for (int c = 0; c < kCols; ++c) {
        const unsigned char* block = from + c * ldw + b * Q::kBytes;
        if (kCols > 1) __builtin_prefetch(block + kCols * ldw);  // the next call's: rows are short
        body(c, at, block + 2 * Q::kHalves, heads[c] + b * Q::kHalves);
      }
    }
  }
}

template <typename Q>
void load_blocks(float* to, const void* blocks, std::int64_t n) {
  each_block<Q, 1>(blocks, 0, n, [&](int, std::int64_t at, const unsigned char* numbers, const float* head) {
    Q::load(to + at, numbers, head);
  });
}

// Sums in registers as wide as they are: of wider ones the compiler makes a poor job here, too.
#if defined(__AVX512F__)
constexpr int kWide = 16;
#elif defined(__AVX2__)
constexpr int kWide = 8;
#else
constexpr int kWide = 4;
#endif
typedef float Vw __attribute__((vector_size(kWide * sizeof(float))));

inline Vw load_wide(const float* p) {
  Vw v;
  __builtin_memcpy(&v, p, sizeof(v));
  return v;
}

// The lanes, their order and so the sums are those of dots().
template <typename Q>
void dot4_blocks(float* out, const float* a, const void* w, std::int64_t n) {
  Vw sums[4][kLanes / kWide] = {};
  each_block<Q, 4>(w, n / 32 * Q::kBytes, n,
                   [&](int c, std::int64_t at, const unsigned char* numbers, const float* head) {
                     float values[32];
                     Q::load(values, numbers, head);
#pragma GCC unroll 8
                     for (int i = 0; i < 32; i += kWide) {
                       sums[c][i % kLanes / kWide] += load_wide(a + at + i) * load_wide(values + i);
                     }
                   });
  for (int c = 0; c < 4; ++c) {
    Vf whole;
    __builtin_memcpy(&whole, sums[c], sizeof(whole));
    out[c] = total(whole);
  }
}

}  // namespace
}  // namespace student::cpu

#endif  // STUDENT_BACKEND_CPU_BLOCKS_INL_H_
