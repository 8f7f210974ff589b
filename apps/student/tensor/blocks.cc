#include "tensor/blocks.h"

#include <cstring>

#include "tensor/half.h"

namespace student {
namespace {

float half_at(const char* p) {
  std::uint16_t bits;
  std::memcpy(&bits, p, sizeof(bits));
  return from_half(bits);
}

}  // namespace

std::vector<float> values_of_blocks(DType type, std::string_view bytes) {
  std::vector<float> out;
  out.reserve(bytes.size() / size_of(type) * kBlockValues);
  for (const char* from = bytes.data(); from != bytes.data() + bytes.size(); from += size_of(type)) {
    const float scale = half_at(from);
    if (type == DType::kQ8_0) {
      for (int i = 0; i < 32; ++i) out.push_back(scale * static_cast<float>(static_cast<signed char>(from[2 + i])));
      continue;
    }
    const float least = half_at(from + 2);
    for (const int shift : {0, 4}) {
      for (int i = 0; i < 16; ++i) {
        out.push_back(scale * static_cast<float>(static_cast<unsigned char>(from[4 + i]) >> shift & 15) + least);
      }
    }
  }
  return out;
}

}  // namespace student
