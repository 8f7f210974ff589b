// Is a text JSON (RFC 8259), and if not: does it break a rule, or only stop too early?
#ifndef CORPUS_FILTERS_JSON_TEXT_H_
#define CORPUS_FILTERS_JSON_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace corpus {

enum class JsonEnd : std::uint8_t { kWhole, kUnfinished, kInvalid };

// Reads one value and the white space before it. *size is set to where it ends or breaks. Strict,
// but for what is in strings: only that they end, and hold no control character. O(text), no
// allocation; nested deeper than 1,024 is kInvalid.
JsonEnd read_json(std::string_view text, std::size_t* size);

}  // namespace corpus

#endif  // CORPUS_FILTERS_JSON_TEXT_H_
