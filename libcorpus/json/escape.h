// JSON string escaping (RFC 8259), for tags, edits and everything libcorpus prints itself.
// Escapes only what must be: the quote, the backslash and U+0000..U+001F. Input must be UTF-8.
#ifndef CORPUS_JSON_ESCAPE_H_
#define CORPUS_JSON_ESCAPE_H_

#include <string>
#include <string_view>

#include "corpus/arena.h"
#include "corpus/batch.h"

namespace corpus::json {

// Appends `"text"` with its quotes.
void append_quoted(std::string& out, std::string_view text);
void append_quoted(PaddedBuffer& out, std::string_view text);
// The same into the arena; the view lives as long as it.
std::string_view quoted(Arena& arena, std::string_view text);
bool valid_utf8(std::string_view bytes);

}  // namespace corpus::json

#endif  // CORPUS_JSON_ESCAPE_H_
