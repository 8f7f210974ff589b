// bfloat16 as two bytes on the host: the upper half of an f32, rounded to nearest even.
#ifndef STUDENT_TENSOR_BF16_H_
#define STUDENT_TENSOR_BF16_H_

#include <bit>
#include <cstdint>

namespace student {

using bf16 = std::uint16_t;

inline float from_bf16(bf16 x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16); }

inline bf16 to_bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<bf16>((bits >> 16) | 0x40u);  // NaN stays one
  return static_cast<bf16>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace student

#endif  // STUDENT_TENSOR_BF16_H_
