// Where runs of anything but white space begin and end: ASCII white space as Python and Unicode see
// it (9..13, 28..32). White space beyond ASCII does not end a run.
#ifndef CORPUS_SIMD_SPACE_EDGES_H_
#define CORPUS_SIMD_SPACE_EDGES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpus::simd {

// Writes begin, end, begin, end, ... to `out`, which has room for text.size() + 2 of them; returns
// their number, which is even.
std::size_t space_edges(std::string_view text, std::uint32_t* out);
std::size_t space_edges_scalar(std::string_view text, std::uint32_t* out);

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_SPACE_EDGES_H_
