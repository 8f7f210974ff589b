#include "base/hash.h"

#include <utility>
#include <xxhash.h>

namespace corpus {

Hasher128::Hasher128() : state_(XXH3_createState()) { reset(); }
Hasher128::~Hasher128() { XXH3_freeState(state_); }
Hasher128::Hasher128(Hasher128&& o) noexcept : state_(std::exchange(o.state_, nullptr)) {}
Hasher128& Hasher128::operator=(Hasher128&& o) noexcept {
  std::swap(state_, o.state_);
  return *this;
}
void Hasher128::reset() { XXH3_128bits_reset(state_); }
void Hasher128::update(std::string_view bytes) {
  XXH3_128bits_update(state_, bytes.data(), bytes.size());
}
Key128 Hasher128::digest() const {
  auto h = XXH3_128bits_digest(state_);
  return {h.low64, h.high64};
}

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t xxh64(std::string_view bytes) { return XXH64(bytes.data(), bytes.size(), 0); }

Key128 hash128(std::string_view bytes, std::uint64_t seed) {
  auto h = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {h.low64, h.high64};
}

void hex(Key128 key, char out[32]) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int i = 0; i < 16; ++i) {
    out[i] = kDigits[key.hi >> (60 - 4 * i) & 15];
    out[16 + i] = kDigits[key.lo >> (60 - 4 * i) & 15];
  }
}

std::string hex(Key128 key) {
  std::string out(32, '0');
  hex(key, out.data());
  return out;
}

}  // namespace corpus
