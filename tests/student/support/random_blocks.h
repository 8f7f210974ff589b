// Rows of blocks of tensor/blocks.h with random contents.
#ifndef CORPUS_TESTS_STUDENT_SUPPORT_RANDOM_BLOCKS_H_
#define CORPUS_TESTS_STUDENT_SUPPORT_RANDOM_BLOCKS_H_

#include <cstdint>
#include <random>
#include <string>

#include "tensor/tensor.h"

namespace student::test {

// Values of a few hundredths, as weights have, above and below zero.
inline std::string random_blocks(DType type, std::int64_t values, std::mt19937_64& generator) {
  const std::size_t size = size_of(type);
  std::string out;
  while (static_cast<std::int64_t>(out.size()) < bytes_of(type, values)) {
    std::string block(size, '\0');
    for (char& byte : block) byte = static_cast<char>(generator());
    // Halves: a scale of 2^-11 to 2^-9 (Q8_0) or 2^-8 to 2^-6, and about -7.5 times that as the least.
    const auto at = [&](std::size_t i, std::uint64_t half) {
      block[i] = static_cast<char>(half);
      block[i + 1] = static_cast<char>(half >> 8);
    };
    const std::uint64_t mantissa = generator() % 2048;
    at(0, (type == DType::kQ8_0 ? 0x1000u : 0x1c00u) + mantissa);
    if (type == DType::kQ4_1) at(2, 0x8000u + 0x2800u + mantissa);
    out += block;
  }
  return out;
}

}  // namespace student::test

#endif  // CORPUS_TESTS_STUDENT_SUPPORT_RANDOM_BLOCKS_H_
