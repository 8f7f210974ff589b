// Index: where the tokens of JSON texts are, found by simdjson's first stage.
//
// One call lists the position of every bracket, brace, colon and comma and of the first byte of
// every string, number and literal, and checks UTF-8, that strings are closed and that they hold no
// control characters. Walking the list (cursor.h) then checks the grammar. This is the half of
// simdjson that its On-Demand front end stands on; the front end itself does not look at what it
// skips, and every byte of a corpus has to be checked.
//
// Several texts may be indexed by one call when each ends with a newline: without an error no
// string spans lines, so each line's tokens are the same as if it had been indexed alone. After an
// error the lines have to be indexed one by one.
//
// Owns the list, valid until the next call. Not thread safe: one object a worker.
#ifndef CORPUS_JSON_INDEX_H_
#define CORPUS_JSON_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace corpus::json {

// What is wrong with a text.
enum class Fault : std::uint8_t {
  kNone,
  kJson,  // unclosed, or a token where none may be
  kUtf8,
  kControl,  // U+0000..U+001F raw inside a string
  kEscape,   // a backslash before something else than RFC 8259 lists
  kNumber,   // 01, 1., +1, .5
  kLiteral,  // NaN, Infinity, True, nul
  kTooDeep,
  kTrailing,  // something behind the value
  kNotObject,
  kDuplicateKey,
};
std::string_view name(Fault fault);  // "json", "utf8", "too_deep", ...; "" for kNone

class Index {
 public:
  Index();
  ~Index();
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;

  // 64 bytes behind the text must be readable. kNone, kJson, kUtf8 or kControl. Takes four to six
  // bytes of memory for each byte of the largest text; running out of it throws as `new` does.
  Fault build(const char* text, std::size_t size);

  // Positions relative to `text`, ascending, then `text`'s size twice.
  const std::uint32_t* tokens() const;

  // Gives memory back when more than `bytes` are held: one huge text must not keep it for ever.
  void release_above(std::size_t bytes);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace corpus::json

#endif  // CORPUS_JSON_INDEX_H_
