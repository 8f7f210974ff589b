#include "dedup/sha1.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace corpus {
namespace {

void add_block(std::array<std::uint32_t, 5>& state, const unsigned char* block) {
  std::uint32_t w[80];
  for (std::size_t t = 0; t < 16; ++t) {
    const unsigned char* p = block + 4 * t;
    w[t] = static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1]) << 16 |
           static_cast<std::uint32_t>(p[2]) << 8 | p[3];
  }
  for (std::size_t t = 16; t < 80; ++t) {
    w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  }
  auto [a, b, c, d, e] = state;
  for (std::size_t t = 0; t < 80; ++t) {
    std::uint32_t f, k;
    if (t < 20) {
      f = (b & c) | (~b & d);
      k = 0x5A827999;
    } else if (t < 40) {
      f = b ^ c ^ d;
      k = 0x6ED9EBA1;
    } else if (t < 60) {
      f = (b & c) | (b & d) | (c & d);
      k = 0x8F1BBCDC;
    } else {
      f = b ^ c ^ d;
      k = 0xCA62C1D6;
    }
    std::uint32_t next = std::rotl(a, 5) + f + e + k + w[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

}  // namespace

std::array<std::uint32_t, 5> sha1(std::string_view bytes) {
  std::array<std::uint32_t, 5> state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  std::uint64_t bits = 8 * static_cast<std::uint64_t>(bytes.size());
  for (; bytes.size() >= 64; bytes.remove_prefix(64)) {
    add_block(state, reinterpret_cast<const unsigned char*>(bytes.data()));
  }
  unsigned char last[128] = {};
  if (!bytes.empty()) std::memcpy(last, bytes.data(), bytes.size());
  last[bytes.size()] = 0x80;
  std::size_t size = bytes.size() < 56 ? 64 : 128;
  for (std::size_t i = 0; i < 8; ++i)
    last[size - 1 - i] = static_cast<unsigned char>(bits >> 8 * i);
  for (std::size_t at = 0; at < size; at += 64) add_block(state, last + at);
  return state;
}

}  // namespace corpus
