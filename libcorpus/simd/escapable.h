// Finds bytes that may not stand raw inside a JSON string: the quote, the backslash,
// U+0000..U+001F.
//
// Pure functions, thread safe. The best variant the CPU has is chosen at each call (one load and a
// branch); every variant gives the same answer as the scalar one. Reads only [s, s + n).
#ifndef CORPUS_SIMD_ESCAPABLE_H_
#define CORPUS_SIMD_ESCAPABLE_H_

#include <cstddef>

namespace corpus::simd {

// Index of the first such byte, n when there is none.
std::size_t find_escapable(const char* s, std::size_t n);

// Variants, for tests. The AVX2 one may only be called where has_avx2().
std::size_t find_escapable_scalar(const char* s, std::size_t n);
std::size_t find_escapable_avx2(const char* s, std::size_t n);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_ESCAPABLE_H_
