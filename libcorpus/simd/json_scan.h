// Where a JSON value ends, and the value without its white space: what is needed to take an array
// of records apart without parsing it.
//
// Works on 64 bytes at a time as bit masks: quotes that no backslash escapes, turned into "inside a
// string" by a running exclusive or (G. Langdale, D. Lemire: "Parsing gigabytes of JSON per
// second", VLDB Journal 2019), then brackets outside strings. Says nothing about validity: brackets
// are counted, not matched. Pure functions, thread safe; every variant gives the same answer as the
// scalar one.
#ifndef CORPUS_SIMD_JSON_SCAN_H_
#define CORPUS_SIMD_JSON_SCAN_H_

#include <cstddef>
#include <cstdint>

namespace corpus::simd {

// What is known of a value whose bytes came only in part.
struct JsonScan {
  std::uint64_t depth = 0;  // brackets open
  bool in_string = false;
  bool escaped = false;     // the next byte is escaped by the one before
  bool line_break = false;  // a CR or LF was seen outside strings
};

inline constexpr std::size_t kNoEnd = ~std::size_t{0};

// Scans the next n bytes of a value that starts with '{' or '['. Returns the index behind the
// bracket that closes it and leaves `scan` there, or kNoEnd when it goes on behind them. Reads only
// [s, s+n).
std::size_t find_value_end(const char* s, std::size_t n, JsonScan& scan);

// Copies a whole value of n bytes without the white space outside its strings and returns the new
// size. One space stays where two bytes would join that are neither brackets, commas, colons nor
// quotes ("1 2" must not become 12). `to` must have room for n + 64 bytes; no overlap.
std::size_t minify_value(const char* s, std::size_t n, char* to);

// Variants, for tests. To be called only where has_avx2() (simd/cpu.h).
std::size_t find_value_end_scalar(const char* s, std::size_t n, JsonScan& scan);
std::size_t find_value_end_avx2(const char* s, std::size_t n, JsonScan& scan);
std::size_t minify_value_scalar(const char* s, std::size_t n, char* to);
std::size_t minify_value_avx2(const char* s, std::size_t n, char* to);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_JSON_SCAN_H_
