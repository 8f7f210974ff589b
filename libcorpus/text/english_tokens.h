// English tokens as spaCy's rule-based tokenizer makes them: prefixes, suffixes and infixes are cut
// from what stands between white space, contractions are cut in two, abbreviations, emoticons and
// URLs stay whole. Rules and filters of other tools (datatrove's above all) count these tokens, and
// their thresholds mean something for these tokens only.
//
// A new formulation of the rules of spaCy 3.8's `en`, without regular expressions; tests/parity
// compares token by token where spaCy is installed. Pure functions, thread safe.
#ifndef CORPUS_TEXT_ENGLISH_TOKENS_H_
#define CORPUS_TEXT_ENGLISH_TOKENS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/utf8.h"

namespace corpus::text {

// Memory for a split; only saves allocations.
struct EnglishScratch {
  std::vector<char32_t> chars;
  std::vector<std::uint32_t> begins;  // byte offset of each character, and the end
  std::vector<std::uint32_t> cuts, front, back;
};

// Calls nothing, returns where the tokens of `span` end, in bytes; the last one is span.size().
// `span` is not empty and holds no white space (is_python_space).
const std::vector<std::uint32_t>& split_english(std::string_view span, EnglishScratch& scratch);

// What Python's str.isspace() says.
inline bool is_python_space(char32_t c) {
  if (c <= 0x20) return c == ' ' || (c >= 9 && c <= 13) || c >= 0x1C;
  return c >= 0x80 && c != 0xFEFF && is_space(c);
}
// `text` without it at both ends.
std::string_view python_strip(std::string_view text);

// What the characters of a token say about it.
struct TokenTraits {
  std::uint32_t chars = 0;
  bool letter = false;    // has a letter (category L)
  bool symbols = false;   // is of symbols only, as datatrove lists them
  bool stop = false;      // is one character that may end a sentence
  bool punctuation = false;  // is of punctuation only (category P)
};
TokenTraits traits_of(std::string_view token);

// Does a line or text end with terminal punctuation of any script?
bool is_terminal(char32_t c);

}  // namespace corpus::text

#endif  // CORPUS_TEXT_ENGLISH_TOKENS_H_
