// Counts the characters (code points) of UTF-8 text: its bytes that are no continuation bytes.
#ifndef CORPUS_SIMD_UTF8_COUNT_H_
#define CORPUS_SIMD_UTF8_COUNT_H_

#include <cstddef>
#include <string_view>

namespace corpus::simd {

std::size_t count_code_points(std::string_view text);
std::size_t count_code_points_scalar(std::string_view text);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_UTF8_COUNT_H_
