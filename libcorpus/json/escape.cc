#include "json/escape.h"

#include <simdjson.h>

#include <cstring>

#include "simd/escapable.h"

namespace corpus::json {
namespace {

// The escape of c, which find_escapable() stopped at; its length in *size. `buffer` holds the \u
// form.
const char* escape_of(char c, char (&buffer)[6], std::size_t* size) {
  *size = 2;
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  static constexpr char kHex[] = "0123456789abcdef";
  *size = 6;
  std::memcpy(buffer, "\\u00", 4);
  buffer[4] = kHex[static_cast<unsigned char>(c) >> 4];
  buffer[5] = kHex[c & 15];
  return buffer;
}

// Calls write(pointer, size) for each piece of the quoted text.
template <typename Write>
void quote(std::string_view text, Write write) {
  char buffer[6];
  write("\"", 1);
  const char* s = text.data();
  std::size_t left = text.size();
  while (left != 0) {
    std::size_t clean = simd::find_escapable(s, left);
    if (clean != 0) write(s, clean);
    if (clean == left) break;
    std::size_t size;
    const char* escape = escape_of(s[clean], buffer, &size);
    write(escape, size);
    s += clean + 1;
    left -= clean + 1;
  }
  write("\"", 1);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  quote(text, [&](const char* s, std::size_t n) { out.append(s, n); });
}

void append_quoted(PaddedBuffer& out, std::string_view text) {
  quote(text, [&](const char* s, std::size_t n) { out.append({s, n}); });
}

std::string_view quoted(Arena& arena, std::string_view text) {
  // Two passes: the exact size first, so that the arena is not asked for six times the text.
  std::size_t size = 0;
  quote(text, [&](const char*, std::size_t n) { size += n; });
  char* out = arena.allocate(size);
  char* to = out;
  quote(text, [&](const char* s, std::size_t n) {
    std::memcpy(to, s, n);
    to += n;
  });
  return {out, size};
}

bool valid_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

}  // namespace corpus::json
