// Mapping: records of any shape, read through JSON Pointers that the user gives (`adapt: mapped`).
//
//   map: {system: /meta/sys, prompt: [/q, /context], response: /a/0/text, id: /uid}
//
// Turns come in the order system, text, prompt, reasoning, response, each continuing the one
// before; chosen and rejected hang below the last of them. A pointer to a string or number makes
// one turn, one to an array of strings a turn for each; to nothing or null makes none. Immutable,
// thread safe.
#ifndef CORPUS_ADAPTERS_MAPPED_H_
#define CORPUS_ADAPTERS_MAPPED_H_

#include <vector>

#include "adapters/extraction.h"
#include "corpus/result.h"
#include "corpus/value.h"
#include "json/pointer.h"

namespace corpus {

class Mapping {
 public:
  // `map`: an object whose members are a pointer or an array of them.
  static Result<Mapping> parse(const Value& map);

  // Adds the turns of the record at `root`. False when no pointer led to a turn.
  bool add_turns(Extraction& x, json::Cursor root) const;

  // The value that names the record, its teacher or how it ended; false when the map has no such
  // pointer or it leads nowhere.
  bool find_id(json::Cursor& at) const { return find(id_, at); }
  bool find_teacher(json::Cursor& at) const { return find(teacher_, at); }
  bool find_finish_reason(json::Cursor& at) const { return find(finish_reason_, at); }

 private:
  using Pointers = std::vector<json::Pointer>;
  struct Text {
    Role role;
    Pointers at;
  };
  static bool find(const Pointers& pointers, json::Cursor& at);

  std::vector<Text> texts_;
  Pointers chosen_, rejected_, id_, teacher_, finish_reason_;
};

}  // namespace corpus

#endif  // CORPUS_ADAPTERS_MAPPED_H_
