// IEEE half precision to f32.
#ifndef STUDENT_TENSOR_HALF_H_
#define STUDENT_TENSOR_HALF_H_

#include <bit>
#include <cstdint>

namespace student {

inline float from_half(std::uint16_t h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16, exponent = (h >> 10) & 31u, low = h & 1023u;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | low << 13);
  if (exponent > 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | low << 13);
  const float small = static_cast<float>(low) * 0x1p-24f;
  return sign != 0 ? -small : small;
}

}  // namespace student

#endif  // STUDENT_TENSOR_HALF_H_
