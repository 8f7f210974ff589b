// Checks a Value against the part of JSON Schema draft-07 that schemas/ is written in, with
// messages that name line, key and remedy (docs/adr/0003-own-schema-checker.md).
//
// Known: type, enum, const, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength,
// maxLength, items, minItems, maxItems, uniqueItems, properties, required, additionalProperties,
// minProperties, maxProperties, oneOf, anyOf, default. "format": "bytes" is ours: the number is a
// size and may be written as text ("256MiB"); minimum and maximum then hold for the size. An
// integer has to be written as one (1.0 is a number). A test refuses a schema with any other word.
#ifndef CORPUS_CORE_SCHEMA_H_
#define CORPUS_CORE_SCHEMA_H_

#include <optional>
#include <string>
#include <string_view>

#include "corpus/value.h"

namespace corpus {

struct Problem {
  int line = 0;      // of the value, 0 when it came from no text
  std::string path;  // "dedup.minhash.bands"
  std::string what;  // "0 is less than 1"

  // "recipe.yaml:7: dedup.minhash.bands: 0 is less than 1"
  Error error(std::string_view name) const;
};

// The first problem in the order of the text. `path` is what to call `value`; may be empty.
std::optional<Problem> find_problem(const Value& value, const Value& schema, std::string_view path);

// One spelling of what `value` means: defaults filled in, members sorted, sizes as numbers.
Value canonical(const Value& value, const Value& schema);

// schema(name), parsed once; null when there is none. Thread safe; lives for ever.
const Value* parsed_schema(std::string_view name);

}  // namespace corpus

#endif  // CORPUS_CORE_SCHEMA_H_
