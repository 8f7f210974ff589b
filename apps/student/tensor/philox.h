// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): random bits as a pure
// function of a counter, so that a number depends on what it is for and never on who drew the one before.
// Stochastic rounding and the initial weights use it; CUDA kernels include this file as it is.
#ifndef STUDENT_TENSOR_PHILOX_H_
#define STUDENT_TENSOR_PHILOX_H_

#include <cstdint>

#if defined(__CUDACC__)
#define STUDENT_PURE __host__ __device__ inline
#else
#define STUDENT_PURE inline
#endif

namespace student {

struct Philox4 {
  std::uint32_t word[4];
};

STUDENT_PURE Philox4 philox4x32(std::uint64_t key, std::uint64_t low, std::uint64_t high) {
  std::uint32_t c0 = static_cast<std::uint32_t>(low), c1 = static_cast<std::uint32_t>(low >> 32);
  std::uint32_t c2 = static_cast<std::uint32_t>(high), c3 = static_cast<std::uint32_t>(high >> 32);
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = static_cast<std::uint64_t>(0xD2511F53u) * c0;
    const std::uint64_t b = static_cast<std::uint64_t>(0xCD9E8D57u) * c2;
    c0 = static_cast<std::uint32_t>(b >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(b);
    c2 = static_cast<std::uint32_t>(a >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(a);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// The four words for elements 4 * block ... 4 * block + 3 of tensor `stream` at `step`.
STUDENT_PURE Philox4 philox_block(std::uint64_t seed, std::uint64_t step, std::uint64_t stream, std::uint64_t block) {
  return philox4x32(seed, block, (step & 0xffffffffu) | (stream << 32));
}

STUDENT_PURE std::uint32_t philox_bits(std::uint64_t seed, std::uint64_t step, std::uint64_t stream,
                                       std::uint64_t element) {
  return philox_block(seed, step, stream, element >> 2).word[element & 3];
}

// Bits of an f32 -> bits of a bf16: up with the probability of what is cut off. Not for infinities and NaN.
STUDENT_PURE std::uint16_t stochastic_bf16(std::uint32_t f32_bits, std::uint32_t random) {
  if ((f32_bits & 0x7f800000u) != 0x7f800000u) f32_bits += random & 0xffffu;
  return static_cast<std::uint16_t>(f32_bits >> 16);
}

}  // namespace student

#endif  // STUDENT_TENSOR_PHILOX_H_
