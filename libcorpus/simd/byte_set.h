// Finds the first byte of a text that is in a set: the scan under every "nothing unusual here"
// path.
//
// Any set of byte values, tested with three table look-ups of 16 entries a vector (W. Mula, "SIMD
// byte lookup", 2018, the universal variant). About 20 GB/s a core from cache with AVX2.
// Values are immutable; threads may share them.
#ifndef CORPUS_SIMD_BYTE_SET_H_
#define CORPUS_SIMD_BYTE_SET_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpus::simd {

class ByteSet {
 public:
  constexpr ByteSet() = default;
  constexpr ByteSet& add(unsigned first, unsigned last) {  // both included
    for (unsigned b = first; b <= last; ++b) {
      rows_[b >> 7][b & 15] = static_cast<std::uint8_t>(rows_[b >> 7][b & 15] | 1U << (b >> 4 & 7));
    }
    return *this;
  }
  constexpr ByteSet& add(unsigned byte) { return add(byte, byte); }
  constexpr bool contains(unsigned char b) const {
    return (rows_[b >> 7][b & 15] >> (b >> 4 & 7) & 1) != 0;
  }
  // [0] for bytes below 0x80, [1] for the others: indexed by the low nibble, a bit a high nibble.
  const std::uint8_t* row(int high) const { return rows_[high]; }

 private:
  std::uint8_t rows_[2][16] = {};
};

// Index of the first byte of `text` at or after `from` that is in the set; text.size() when none
// is.
std::size_t find_first(const ByteSet& set, std::string_view text, std::size_t from = 0);
std::size_t find_first_scalar(const ByteSet& set, std::string_view text, std::size_t from = 0);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_BYTE_SET_H_
