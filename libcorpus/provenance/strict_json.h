// JSON text (RFC 8259) to a Value, for signed documents: there must be one way to read them.
//
// Refused beyond what the RFC refuses: equal keys in one object, lone surrogates, bytes that are
// not UTF-8, nesting beyond 64, integers beyond 64 bit and numbers beyond a double.
#ifndef CORPUS_PROVENANCE_STRICT_JSON_H_
#define CORPUS_PROVENANCE_STRICT_JSON_H_

#include <string_view>

#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::provenance {

Result<Value> parse_strict_json(std::string_view text);  // kCorrupt with the byte position

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_STRICT_JSON_H_
