// JSON text (RFC 8259) to a Value, for the documents libcorpus writes itself (manifests).
// Not for records: those are never built as trees.
#ifndef CORPUS_WRITERS_JSON_VALUE_H_
#define CORPUS_WRITERS_JSON_VALUE_H_

#include <string_view>

#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus {

// kCorrupt with the byte position of the first error. Refused: nesting beyond 64, equal keys in one
// object are not looked for (the first counts). Integers beyond 64 bit become doubles.
Result<Value> parse_json(std::string_view text);

}  // namespace corpus

#endif  // CORPUS_WRITERS_JSON_VALUE_H_
