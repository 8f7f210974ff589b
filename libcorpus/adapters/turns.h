// TurnBuilder: collects the turns of one record. Reused from record to record.
//
// Turns are numbered in the order they are added. Texts are views of the record where they have no
// escapes and live in the batch's arena otherwise. With `want_text` off only the structure is
// built: whether a record fits a shape must not depend on what the stages read.
#ifndef CORPUS_ADAPTERS_TURNS_H_
#define CORPUS_ADAPTERS_TURNS_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "corpus/arena.h"
#include "corpus/record.h"
#include "json/cursor.h"

namespace corpus {

// "user", "human", "prompter" ...: kUser; case does not count. kText when the name is not known.
Role role_of(std::string_view name);

class TurnBuilder {
 public:
  // `line`: where the record begins, relative to the cursors' base.
  void begin(Arena* arena, std::uint32_t line, bool want_text) {
    arena_ = arena;
    line_ = line;
    want_text_ = want_text;
    bad_escape_ = lone_ = false;
    turns_.clear();
  }

  // Each returns the number of the new turn. A string becomes its text, a number or literal its
  // spelling, null the empty text.
  int add(Role role, json::Cursor value, int parent, unsigned rank = 0);
  int add_raw(Role role, json::Range json, const char* base, int parent);  // JSON as it stands
  int add_empty(Role role, int parent, unsigned rank = 0);

  // The text of a string; the spelling of a number or literal; empty for null.
  std::string_view text(json::Cursor value);

  std::vector<Turn>& turns() { return turns_; }
  const std::vector<Turn>& turns() const { return turns_; }
  int size() const { return static_cast<int>(turns_.size()); }
  bool want_text() const { return want_text_; }
  bool bad_escape() const { return bad_escape_; }
  bool lone_surrogate() const { return lone_; }
  // The turns as an array in the arena.
  std::span<const Turn> finish();

 private:
  Arena* arena_ = nullptr;
  std::uint32_t line_ = 0;
  bool want_text_ = false;
  bool bad_escape_ = false;
  bool lone_ = false;
  std::vector<Turn> turns_;
};

// True for "" and null.
bool is_blank(json::Cursor value);
// Strings, numbers, true, false, null.
inline bool is_scalar(char kind) { return kind != '{' && kind != '[' && kind != '\0'; }

}  // namespace corpus

#endif  // CORPUS_ADAPTERS_TURNS_H_
