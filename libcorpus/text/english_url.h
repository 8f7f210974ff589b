// Is a word a URL as spaCy's tokenizer sees it: host names with a lower-case top-level domain, or a
// public IPv4 address; with a scheme, user, port and path or without.
#ifndef CORPUS_TEXT_ENGLISH_URL_H_
#define CORPUS_TEXT_ENGLISH_URL_H_

#include <string_view>

namespace corpus::text {

// `is_lower` says which characters a top-level domain may have. `word` holds no white space.
bool is_english_url(std::string_view word, bool (*is_lower)(char32_t));

}  // namespace corpus::text

#endif  // CORPUS_TEXT_ENGLISH_URL_H_
