// Cursor: walks the tokens of one indexed JSON text (index.h).
//
// A small value: copy it to come back to a place. check() is the strict walk that every byte of a
// record goes through once; skip() is for text that check() has passed. Neither recurses, so depth
// costs no stack. Reads only up to the end of its text, whatever follows in memory.
#ifndef CORPUS_JSON_CURSOR_H_
#define CORPUS_JSON_CURSOR_H_

#include <cstdint>
#include <string_view>

#include "json/index.h"

namespace corpus::json {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Half-open, relative to the base of the index.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

class Cursor {
 public:
  Cursor() = default;
  // `base` is what was indexed, `token` the first token of the text, which ends before base[end].
  Cursor(const char* base, const std::uint32_t* token, std::uint32_t end)
      : base_(base), token_(token), end_(end) {}

  const char* base() const { return base_; }
  const std::uint32_t* token() const { return token_; }
  std::uint32_t end() const { return end_; }
  Cursor at(const std::uint32_t* token) const { return {base_, token, end_}; }

  bool done() const { return *token_ >= end_; }
  // First byte of the token, which says what it is; 0 at the end of the text.
  char peek() const { return done() ? '\0' : base_[*token_]; }
  std::uint32_t position() const { return *token_; }
  void next() { ++token_; }
  bool next_if(char c) {
    if (peek() != c) return false;
    ++token_;
    return true;
  }

  // The string at the cursor, without its quotes.
  Range string() const {
    std::uint32_t close = end_of(token_ + 1) - 1;
    return {*token_ + 1, close};
  }
  // End of the value before `after`, which is the token behind it.
  std::uint32_t end_of(const std::uint32_t* after) const {
    std::uint32_t stop = *after < end_ ? *after : end_;
    while (is_space(base_[stop - 1])) --stop;
    return stop;
  }

  // Checks the value at the cursor, nested at most `depth` deep, and moves behind it. *lone is set
  // when a string holds a surrogate without its partner.
  Fault check(unsigned depth, bool* lone);
  Fault check_string(bool* lone);
  // The same for a value known to be good.
  void skip();

 private:
  Fault check_scalar();
  Fault check_number();

  const char* base_ = nullptr;
  const std::uint32_t* token_ = nullptr;
  std::uint32_t end_ = 0;
};

// Deepest nesting that check() can be asked for.
inline constexpr unsigned kMaxDepth = 4096;

}  // namespace corpus::json

#endif  // CORPUS_JSON_CURSOR_H_
