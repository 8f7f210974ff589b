// JSON text (RFC 8259) to a Value: documents (manifests, statements, tokenizers), not records, which
// are never built as trees. Strict, because signed documents must have one way to be read.
//
// Refused beyond what the RFC refuses: equal keys in one object, lone surrogates, bytes that are
// not UTF-8, nesting beyond 64, integers beyond 64 bit and numbers beyond a double.
#ifndef CORPUS_JSON_VALUE_H_
#define CORPUS_JSON_VALUE_H_

#include <string_view>

#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::json {

Result<Value> parse_value(std::string_view text);  // kCorrupt with the byte position

}  // namespace corpus::json

#endif  // CORPUS_JSON_VALUE_H_
