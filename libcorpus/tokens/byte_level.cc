#include "tokens/byte_level.h"

#include <array>

#include "text/utf8.h"

namespace corpus::tokens {
namespace {

constexpr std::size_t kChars = 0x144;  // U+0000..U+0143

constexpr std::array<std::int16_t, kChars> make_bytes() {
  std::array<std::int16_t, kChars> out{};
  for (auto& b : out) b = -1;
  std::size_t next = 0x100;
  for (std::int16_t b = 0; b < 256; ++b) {
    bool itself = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    out[itself ? static_cast<std::size_t>(b) : next++] = b;
  }
  return out;
}

constexpr auto kBytes = make_bytes();

}  // namespace

std::optional<std::string> bytes_of_printed(std::string_view printed) {
  std::string out;
  while (!printed.empty()) {
    auto [c, size] = text::decode(printed);
    if (c >= kChars || kBytes[c] < 0) return {};
    out += static_cast<char>(kBytes[c]);
    printed.remove_prefix(size);
  }
  return out;
}

}  // namespace corpus::tokens
