// Lower-case hex of byte arrays, and back: digests of 32 bytes, content ids of 16.
#ifndef CORPUS_BASE_HEX_H_
#define CORPUS_BASE_HEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace corpus {

template <std::size_t N>
std::string print_hex(const std::array<std::uint8_t, N>& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * N);
  for (std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

// Only what print_hex() prints.
template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> read_hex(std::string_view text) {
  std::array<std::uint8_t, N> out;
  if (text.size() != 2 * N) return std::nullopt;
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i < N; ++i) {
    int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return out;
}

}  // namespace corpus

#endif  // CORPUS_BASE_HEX_H_
