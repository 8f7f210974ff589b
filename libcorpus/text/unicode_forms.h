// Unicode's own lower case, decomposition and character classes (ICU), where a result has to be the
// same as another program's. Slower than text/fold.h and text/words.h; ASCII has a fast path.
//
// Pure functions, thread safe. Invalid UTF-8 becomes U+FFFD.
#ifndef CORPUS_TEXT_UNICODE_FORMS_H_
#define CORPUS_TEXT_UNICODE_FORMS_H_

#include <string>
#include <string_view>

namespace corpus::text {

bool is_ascii(std::string_view text);

// The full mapping with its context rules, no language: what Python's str.lower() does.
std::string lower(std::string_view text);
// Normalization form D.
std::string nfd(std::string_view text);

bool is_decimal_digit(char32_t c);     // category Nd
bool is_nonspacing_mark(char32_t c);   // category Mn
bool is_letter_or_number(char32_t c);  // categories L and N: Python's str.isalnum()

}  // namespace corpus::text

#endif  // CORPUS_TEXT_UNICODE_FORMS_H_
