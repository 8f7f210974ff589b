// One scalar of a record, by its JSON Pointer: a label, a score, a reference answer.
#ifndef CORPUS_JSON_FIELD_H_
#define CORPUS_JSON_FIELD_H_

#include <optional>
#include <string>
#include <string_view>

#include "corpus/arena.h"
#include "corpus/result.h"
#include "json/index.h"
#include "json/pointer.h"

namespace corpus::json {

class Field {
 public:
  static Result<Field> parse(std::string_view pointer);

  // One worker's memory.
  struct Scratch {
    Index index;
    std::string text;
    Arena arena;
  };
  // What a string says, or a number, true or false as it is written; nothing where there is none of
  // these. Valid until the scratch is used again.
  std::optional<std::string_view> find(std::string_view json, Scratch& scratch) const;
  // A number, also one in a string.
  std::optional<double> number(std::string_view json, Scratch& scratch) const;

 private:
  explicit Field(Pointer pointer) : pointer_(std::move(pointer)) {}
  Pointer pointer_;
};

std::optional<double> to_number(std::string_view text);  // finite, all of the text

}  // namespace corpus::json

#endif  // CORPUS_JSON_FIELD_H_
