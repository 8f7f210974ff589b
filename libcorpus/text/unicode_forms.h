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

// The normalization forms (UAX #15) of Unicode 11: those of the `tokenizers` package, whose tables are
// that old. Characters that came later (U+32FF, say) stay as they are.
enum class Form { kNfc, kNfd, kNfkc, kNfkd };
std::string normalize_unicode11(std::string_view text, Form form);

bool is_decimal_digit(char32_t c);     // category Nd
bool is_nonspacing_mark(char32_t c);   // category Mn
bool is_letter_or_number(char32_t c);  // categories L and N: Python's str.isalnum()
bool is_letter(char32_t c);            // category L: Python's str.isalpha()
bool is_alphabetic(char32_t c);        // property Alphabetic: letters, letter numbers, vowel signs
bool is_punctuation(char32_t c);       // category P
bool is_upper(char32_t c);             // Uppercase: Python's str.isupper() of one character
bool is_digit(char32_t c);             // decimal or other digit: Python's str.isdigit()

}  // namespace corpus::text

#endif  // CORPUS_TEXT_UNICODE_FORMS_H_
