// Two kernels under phrase matching: copy plain text in lower case, and list where words begin.
#ifndef CORPUS_SIMD_FOLD_ASCII_H_
#define CORPUS_SIMD_FOLD_ASCII_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpus::simd {

// Copies text[from..] in lower case to `out`, which has room for all of it, and stops before the
// first byte that is not plain: control characters, bytes beyond ASCII, * _ `, and a space at the
// beginning or after anything but a visible ASCII character. Returns where it stopped.
std::size_t fold_ascii(std::string_view text, std::size_t from, char* out);
std::size_t fold_ascii_scalar(std::string_view text, std::size_t from, char* out);

// Positions in lower-case text where [a-z] or the lead byte of a character beyond ASCII stands, not
// after [a-z0-9]. `out` has room for text.size() of them; returns their number.
std::size_t word_starts(std::string_view text, std::uint32_t* out);
std::size_t word_starts_scalar(std::string_view text, std::uint32_t* out);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_FOLD_ASCII_H_
