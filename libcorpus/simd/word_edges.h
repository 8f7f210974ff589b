// Where words begin and end, by byte class alone.
//
// Word bytes are ASCII letters and digits and all bytes of other scripts, but for characters that
// begin with C2, E2, EF or F0..F7: those are signs, punctuation and pictographs (nearly) without
// exception, and all of their bytes separate. Which scripts need more than that is text/words.h's
// business.
#ifndef CORPUS_SIMD_WORD_EDGES_H_
#define CORPUS_SIMD_WORD_EDGES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpus::simd {

// Writes begin, end, begin, end, ... to `out`, which has room for text.size() + 2 of them; returns
// their number, which is even.
std::size_t word_edges(std::string_view text, std::uint32_t* out);
std::size_t word_edges_scalar(std::string_view text, std::uint32_t* out);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_WORD_EDGES_H_
