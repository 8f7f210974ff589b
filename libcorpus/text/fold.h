// Text made easy to compare with phrases: case, quotation marks, white space and emphasis do not
// count any more.
//
// Letters become lower case (ASCII, Latin-1, Greek, Cyrillic). Typographic and full-width
// apostrophes become ', all double quotation marks ", full-width and CJK commas and stops their
// ASCII kin. White space becomes one space, or one \n where a line ends. Asterisks, underscores and
// zero-width characters go.
#ifndef CORPUS_TEXT_FOLD_H_
#define CORPUS_TEXT_FOLD_H_

#include <string>
#include <string_view>

namespace corpus::text {

// Appends the folded text. Never longer than `text`.
void fold(std::string_view text, std::string& out);

// The first `chars` characters of a text.
std::string_view first_chars(std::string_view text, std::size_t chars);

}  // namespace corpus::text

#endif  // CORPUS_TEXT_FOLD_H_
