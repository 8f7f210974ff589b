// The text of a JSON string, copied only when it has escapes.
#ifndef CORPUS_JSON_UNESCAPE_H_
#define CORPUS_JSON_UNESCAPE_H_

#include <string_view>

#include "corpus/arena.h"

namespace corpus::json {

// `raw` is what stands between the quotes of a string that the index (index.h) passed, with 64
// readable bytes behind it. *text views `raw` itself when it has no backslash, else the arena.
// *lone is set when a surrogate without its partner was replaced by U+FFFD, and left alone
// otherwise. False when an escape is none of RFC 8259's.
bool unescape(std::string_view raw, Arena& arena, std::string_view* text, bool* lone);

}  // namespace corpus::json

#endif  // CORPUS_JSON_UNESCAPE_H_
