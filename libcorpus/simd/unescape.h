// Decodes the escapes of a JSON string (RFC 8259, section 7).
//
// `s` points behind the opening quote and n bytes later stands the closing one; it must be valid
// UTF-8 without control characters, and kUnescapePadding bytes behind s + n must be readable. A
// surrogate without its partner becomes U+FFFD and is reported; every other bad escape is a
// failure. Pure functions, thread safe; the variant is chosen at run time and all give the same
// answer.
#ifndef CORPUS_SIMD_UNESCAPE_H_
#define CORPUS_SIMD_UNESCAPE_H_

#include <cstddef>

namespace corpus::simd {

inline constexpr std::size_t kUnescapePadding = 64;

struct Unescaped {
  std::size_t size = 0;  // bytes written, at most n
  bool ok = true;        // false: a bad escape; nothing else is meaningful then
  bool lone_surrogate = false;
};

// Index of the first backslash, n when there is none.
std::size_t find_backslash(const char* s, std::size_t n);
// Writes the text to `out`, which has room for n + kUnescapePadding bytes.
Unescaped unescape(const char* s, std::size_t n, char* out);
// The same without writing: ok and lone_surrogate only.
Unescaped check_escapes(const char* s, std::size_t n);

// Variants, for tests. Those named after a target may only be called on a CPU that has it.
std::size_t find_backslash_scalar(const char* s, std::size_t n);
std::size_t find_backslash_avx2(const char* s, std::size_t n);
std::size_t find_backslash_avx512(const char* s, std::size_t n);
Unescaped unescape_scalar(const char* s, std::size_t n, char* out);
Unescaped unescape_avx2(const char* s, std::size_t n, char* out);
Unescaped unescape_avx512(const char* s, std::size_t n, char* out);
Unescaped unescape_vbmi2(const char* s, std::size_t n, char* out);
bool has_vbmi2();  // AVX-512 with VBMI and VBMI2: Ice Lake, Zen 4 and later

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_UNESCAPE_H_
