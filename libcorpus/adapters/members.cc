#include "adapters/members.h"

#include <cstring>

#include "simd/unescape.h"

namespace corpus {
namespace {

using json::Cursor;
using json::Fault;

// The key of a member name; escapes are decoded first, so that "\u0069d" is "id".
Key key_of(const char* s, std::size_t size, bool* ok, bool* lone) {
  if (std::memchr(s, '\\', size) == nullptr) return find_key({s, size});
  constexpr std::size_t kLongest =
      256;  // six bytes a character, and no known name is longer than 40
  if (size > kLongest) {
    auto checked = simd::check_escapes(s, size);
    *ok = checked.ok;
    *lone |= checked.lone_surrogate;
    return Key::kNone;
  }
  char text[kLongest + simd::kUnescapePadding];
  auto decoded = simd::unescape(s, size, text);
  *ok = decoded.ok;
  *lone |= decoded.lone_surrogate;
  return decoded.ok ? find_key({text, decoded.size}) : Key::kNone;
}

}  // namespace

template <bool kChecked>
Fault Members::read_object(Cursor& cursor, unsigned depth, bool* lone) {
  base_ = cursor;
  present_ = unchecked_ = {};
  cursor.next();
  if (cursor.next_if('}')) return Fault::kNone;
  do {
    if (kChecked && cursor.peek() != '"') return Fault::kJson;
    json::Range name = cursor.string();
    if (kChecked && cursor.base()[name.end] != '"') return Fault::kJson;
    bool ok = true;
    Key key = key_of(cursor.base() + name.begin, name.end - name.begin, &ok, lone);
    if (!ok) return Fault::kEscape;
    cursor.next();
    if (kChecked && cursor.peek() != ':') return Fault::kJson;
    cursor.next();

    const std::uint32_t* token = cursor.token();
    if constexpr (kChecked) {
      if (key != Key::kNone && cursor.peek() == '"') {
        unchecked_.add(key);
        cursor.next();
      } else if (Fault fault = cursor.check(depth - 1, lone); fault != Fault::kNone) {
        return fault;
      }
    } else {
      cursor.skip();
    }
    if (key != Key::kNone) {
      if (present_.has(key)) return Fault::kDuplicateKey;
      present_.add(key);
      slots_[index(key)] = {token, cursor.token()};
    }
  } while (cursor.next_if(','));
  if (kChecked && cursor.peek() != '}') return Fault::kJson;
  cursor.next();
  return Fault::kNone;
}

Fault Members::read_checked(Cursor& cursor, unsigned depth, bool* lone) {
  return read_object<true>(cursor, depth, lone);
}

Fault Members::read(Cursor& cursor) {
  bool ignored = false;
  return read_object<false>(cursor, 0, &ignored);
}

}  // namespace corpus
