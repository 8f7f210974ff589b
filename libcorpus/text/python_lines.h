// Lines as Python's str.splitlines() cuts them: at line feeds, carriage returns (with a line feed:
// once), vertical tabs, form feeds, the separators 1C..1E, U+0085, U+2028 and U+2029.
#ifndef CORPUS_TEXT_PYTHON_LINES_H_
#define CORPUS_TEXT_PYTHON_LINES_H_

#include <cstddef>
#include <string_view>

#include "simd/byte_set.h"

namespace corpus::text {

inline constexpr simd::ByteSet kPythonLineEnds =
    simd::ByteSet().add(0x0A, 0x0D).add(0x1C, 0x1E).add(0xC2).add(0xE2);

// Calls f(line) for each line, without what ends it. A text that ends with a line end has no empty
// line behind it; an empty text has none at all.
template <typename F>
void for_each_python_line(std::string_view text, F&& f) {
  std::size_t begin = 0, at = 0;
  while ((at = simd::find_first(kPythonLineEnds, text, at)) < text.size()) {
    std::size_t size = 1;
    auto lead = static_cast<unsigned char>(text[at]);
    if (lead == 0xC2) {
      size = text.substr(at, 2) == "\xC2\x85" ? 2 : 0;
    } else if (lead == 0xE2) {
      bool separator = text.substr(at, 3) == "\xE2\x80\xA8" || text.substr(at, 3) == "\xE2\x80\xA9";
      size = separator ? 3 : 0;
    } else if (text.substr(at, 2) == "\r\n") {
      size = 2;
    }
    if (size == 0) {
      ++at;
      continue;
    }
    f(text.substr(begin, at - begin));
    begin = at += size;
  }
  if (begin < text.size()) f(text.substr(begin));
}

}  // namespace corpus::text

#endif  // CORPUS_TEXT_PYTHON_LINES_H_
