// A few values out of one JSON text, by JSON Pointer, without building a tree.
//
// Owns a copy of the text; what it hands out lives until the next parse(). Not thread safe.
#ifndef CORPUS_PROVENANCE_JSON_LOOK_H_
#define CORPUS_PROVENANCE_JSON_LOOK_H_

#include <string>
#include <string_view>

#include "corpus/batch.h"
#include "json/cursor.h"
#include "json/index.h"
#include "json/pointer.h"

namespace corpus::provenance {

class JsonLook {
 public:
  // False when `text` is no JSON.
  bool parse(std::string_view text);
  // The value as it stands in the text; empty when there is no such place.
  std::string_view raw(const json::Pointer& where) const;
  // The text of a string; empty when there is none.
  std::string string(const json::Pointer& where) const;

 private:
  PaddedBuffer text_;
  json::Index index_;
  json::Cursor start_;
};

// A pointer that is known to be one.
json::Pointer pointer(std::string_view text);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_JSON_LOOK_H_
