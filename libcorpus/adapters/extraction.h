// Extraction: what is known while one record's turns are being built, and the steps that build
// them.
//
// A step is handed a place in a record whose JSON has been checked and appends turns. It returns
// false when the value is not of the form the step is for; the record then does not have the shape
// that was tried. `last` is the turn that the next one continues, `prompt` the one that answers
// hang under; both -1 at first.
#ifndef CORPUS_ADAPTERS_EXTRACTION_H_
#define CORPUS_ADAPTERS_EXTRACTION_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "adapters/members.h"
#include "adapters/turns.h"

namespace corpus {

struct Extraction {
  TurnBuilder turns;
  int last = -1;
  int prompt = -1;
  Members record;
  KeySet taken;  // string members of `record` whose text was decoded, and so checked
  json::Fault fault = json::Fault::kNone;  // a duplicate key deeper inside
  // Found inside rather than at the top; null when not.
  json::Cursor finish_reason;
  json::Cursor teacher;

  void restart() {
    turns.turns().clear();
    last = prompt = -1;
    taken = {};
    finish_reason = teacher = {};
  }
  bool read(Members& members, json::Cursor& at) {
    fault = members.read(at);
    return fault == json::Fault::kNone;
  }

  // The rows of the shape table that fit the keys of the record before (shape.cc).
  KeySet rows_keys;
  std::uint64_t rows = 0;

  // Scratch, so that nothing is allocated for each record. One for each level of nesting.
  Members element, message, part;
  struct Level {
    json::Cursor next;  // in an array of replies
    int parent;
    unsigned ordinal;
  };
  std::vector<Level> levels;
  std::vector<std::pair<double, int>> scored;
};

// Calls f(cursor at the element) for each element of the array; f moves behind it and returns false
// to stop. True when none stopped.
template <typename F>
bool for_each(json::Cursor array, F f) {
  array.next();
  if (array.next_if(']')) return true;
  do {
    if (!f(array)) return false;
  } while (array.next_if(','));
  return true;
}

// --- message.cc
// The message just read into x.message: reasoning, content, tool calls, in this order.
bool add_message(Extraction& x, Role fallback, unsigned rank);
// An array of messages, or of strings said in turn by user and assistant.
bool add_chat(Extraction& x, json::Cursor array, unsigned rank = 0);

// --- collections.cc
bool add_strings(Extraction& x, json::Cursor array, Role role);
bool add_history(Extraction& x, json::Cursor array);    // [["question", "answer"], ...]
bool add_instances(Extraction& x, json::Cursor array);  // [{input, output}, ...]
bool add_dialogue(Extraction& x, json::Cursor turns);   // ["u1", "u2"], answered by `reference`
bool add_choices(Extraction& x, json::Cursor array);    // [{turns | message | text}, ...]
bool add_samples(Extraction& x, json::Cursor array);    // [{prompt, results: [{outputs}]}, ...]
bool add_answers(Extraction& x, json::Cursor array);    // ["a", ...] or [{text, score}, ...]

// --- preference.cc
// One of the two sides of a preference: a string, a message or an array of messages.
bool add_branch(Extraction& x, json::Cursor value, unsigned rank);

// --- tree.cc
bool add_tree(Extraction& x, json::Cursor root);  // {text, role, replies: [...]}

}  // namespace corpus

#endif  // CORPUS_ADAPTERS_EXTRACTION_H_
