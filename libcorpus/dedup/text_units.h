// Cuts a text into lines, paragraphs or sentences, for dedup.lines.
//
// A line ends with a line feed; a paragraph with an empty line; a sentence behind . ! ? or their CJK
// kin (with closing quotes and brackets) before white space, or where a line ends. Each unit has the
// white space behind it; what is compared is without white space at both ends.
#ifndef CORPUS_DEDUP_TEXT_UNITS_H_
#define CORPUS_DEDUP_TEXT_UNITS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "dedup/cut.h"

namespace corpus {

enum class TextUnit : std::uint8_t { kLine, kParagraph, kSentence };
TextUnit parse_text_unit(std::string_view name);  // "line", "paragraph", "sentence"

// Replaces `units`: they cover the text, in order.
void cut_units(std::string_view text, TextUnit unit, std::vector<Piece>& units);

}  // namespace corpus

#endif  // CORPUS_DEDUP_TEXT_UNITS_H_
