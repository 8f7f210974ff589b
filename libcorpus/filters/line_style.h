// How lines of an answer are written: as prose, list or something else, and whether they end with a
// stop. What filters.truncated knows about style.
#ifndef CORPUS_FILTERS_LINE_STYLE_H_
#define CORPUS_FILTERS_LINE_STYLE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/lines.h"

namespace corpus {

// Lines shorter than this are titles, signatures, salutations: they say nothing.
inline constexpr std::size_t kProseBytes = 40;

enum class Ending : std::uint8_t {
  kStop,  // . ! ? : ; or a closing bracket or quotation mark, in any script
  kLetter,
  kComma,
  kOther,  // digits, signs, pictographs
};
// Of text that is not empty and ends in no white space.
Ending ending_of(std::string_view text);

enum class LineKind : std::uint8_t {
  kProse,
  kListItem,
  kOther,  // headings, table rows, code, formulas, links
};
LineKind kind_of(std::string_view line);

struct LastSentence {
  bool is_prose = false;         // long enough, and of ordinary words only
  std::size_t ended_before = 0;  // sentences of the line that ended before it
  std::string_view last_word;
};
// The sentence at the end of a line.
LastSentence last_sentence(std::string_view line);

using text::for_each_line;

}  // namespace corpus

#endif  // CORPUS_FILTERS_LINE_STYLE_H_
