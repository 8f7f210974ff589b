// Members: where the known members of one JSON object are.
//
// Reading notes a place for each known key and walks past everything else. A known key that occurs
// twice is a fault: which of the two a reader takes differs between parsers, so such a record could
// show one text to a filter and another to a trainer.
#ifndef CORPUS_ADAPTERS_MEMBERS_H_
#define CORPUS_ADAPTERS_MEMBERS_H_

#include <array>
#include <cstdint>

#include "adapters/keys.h"
#include "json/cursor.h"

namespace corpus {

// A value by its tokens: its first, and the one behind it.
struct Slot {
  const std::uint32_t* token = nullptr;
  const std::uint32_t* after = nullptr;
};

class Members {
 public:
  // The object at the cursor, which moves behind it. read_checked() is for text that nobody has
  // looked at yet; escapes of strings under known keys are left to whoever takes them, see
  // unchecked().
  json::Fault read_checked(json::Cursor& cursor, unsigned depth, bool* lone);
  json::Fault read(json::Cursor& cursor);

  KeySet present() const { return present_; }
  bool has(Key k) const { return present_.has(k); }
  // Only for keys that are present.
  json::Cursor cursor(Key k) const { return base_.at(slots_[index(k)].token); }
  char kind(Key k) const { return cursor(k).peek(); }
  // The value with its quotes or brackets.
  json::Range range(Key k) const {
    return {cursor(k).position(), base_.end_of(slots_[index(k)].after)};
  }

  // Present string members whose escapes read_checked() did not look at.
  KeySet unchecked() const { return unchecked_; }

 private:
  template <bool kChecked>
  json::Fault read_object(json::Cursor& cursor, unsigned depth, bool* lone);
  static std::size_t index(Key k) { return static_cast<std::size_t>(k); }

  json::Cursor base_;
  KeySet present_;
  KeySet unchecked_;
  std::array<Slot, kKeyCount> slots_;
};

}  // namespace corpus

#endif  // CORPUS_ADAPTERS_MEMBERS_H_
