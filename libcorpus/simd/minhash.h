// Minima under many hash functions at once: the inner loop of MinHash.
//
// Function j is h_j(x) = a[j] * x + b[j] mod 2^32 with odd a[j], a permutation of the 32-bit
// numbers; the kernel keeps min over x of h_j(x). Such linear permutations are min-wise independent
// enough only for inputs that look random (Bohman, Cooper, Frieze: "Min-wise independent linear
// permutations", 2000), so x has to be a well mixed hash; the test measures bias and variance of
// the estimate. 7 vectors of 16 lanes stay in registers for 112 functions: about 6 cycles an x with
// AVX-512.
//
// Pure functions, thread safe. Every variant gives the same answer as the scalar one.
#ifndef CORPUS_SIMD_MINHASH_H_
#define CORPUS_SIMD_MINHASH_H_

#include <cstddef>
#include <cstdint>

namespace corpus::simd {

// Arrays of lanes are padded to a multiple of this; the padding is computed and means nothing.
inline constexpr std::size_t kMinhashLanes = 16;

// min[j] = min(min[j], a[j] * x[i] + b[j]) for all i < n and j < lanes; lanes a multiple of
// kMinhashLanes. Start with min[j] = 2^32 - 1. No alignment is needed.
void minhash_update(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                    std::size_t lanes, const std::uint32_t* x, std::size_t n);

// Variants, for tests. To be called only where has_avx2(), has_avx512() (simd/cpu.h).
void minhash_update_scalar(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                           std::size_t lanes, const std::uint32_t* x, std::size_t n);
void minhash_update_avx2(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                         std::size_t lanes, const std::uint32_t* x, std::size_t n);
void minhash_update_avx512(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t* min,
                           std::size_t lanes, const std::uint32_t* x, std::size_t n);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_MINHASH_H_
