#include "json/cursor.h"

#include <cstring>

#include "simd/unescape.h"

namespace corpus::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// What may follow a number or a literal.
bool ends_scalar(char c) { return is_space(c) || c == ',' || c == '}' || c == ']' || c == ':'; }

}  // namespace

Fault Cursor::check_string(bool* lone) {
  Range raw = string();
  // The first stage puts a token behind every closing quote, so this holds for any text it passed.
  if (base_[raw.end] != '"' || raw.end < raw.begin) return Fault::kJson;
  ++token_;
  std::size_t size = raw.end - raw.begin;
  const char* s = base_ + raw.begin;
  std::size_t plain = simd::find_backslash(s, size);
  if (plain == size) return Fault::kNone;
  auto checked = simd::check_escapes(s + plain, size - plain);
  *lone |= checked.lone_surrogate;
  return checked.ok ? Fault::kNone : Fault::kEscape;
}

Fault Cursor::check_number() {
  const char* p = base_ + *token_;
  const char* end = base_ + end_;
  auto digits = [&] {
    const char* from = p;
    while (p < end && is_digit(*p)) ++p;
    return p != from;
  };
  auto is = [&](char c) { return p < end && *p == c; };
  if (is('-')) ++p;
  if (is('0')) {
    ++p;
  } else if (!digits()) {
    return Fault::kNumber;
  }
  if (is('.')) {
    ++p;
    if (!digits()) return Fault::kNumber;
  }
  if (is('e') || is('E')) {
    ++p;
    if (is('+') || is('-')) ++p;
    if (!digits()) return Fault::kNumber;
  }
  if (p < end && !ends_scalar(*p)) return Fault::kNumber;
  ++token_;
  return Fault::kNone;
}

Fault Cursor::check_scalar() {
  char c = peek();
  if (c == '-' || is_digit(c)) return check_number();
  std::string_view want = c == 't' ? "true" : c == 'f' ? "false" : c == 'n' ? "null" : "";
  if (want.empty()) {
    if (c == '+' || c == '.') return Fault::kNumber;
    return is_letter(c) ? Fault::kLiteral : Fault::kJson;
  }
  std::string_view rest(base_ + *token_, end_ - *token_);
  if (!rest.starts_with(want)) return Fault::kLiteral;
  if (rest.size() > want.size() && !ends_scalar(rest[want.size()])) return Fault::kLiteral;
  ++token_;
  return Fault::kNone;
}

Fault Cursor::check(unsigned depth, bool* lone) {
  if (char c = peek(); c == '"') return check_string(lone);
  if (char c = peek(); c != '{' && c != '[') return check_scalar();
  bool object[kMaxDepth + 1];  // which of the open containers are objects; set when they open
  unsigned open = 0;
  while (true) {
    // A value.
    char c = peek();
    if (c == '{' || c == '[') {
      if (open == depth) return Fault::kTooDeep;
      ++token_;
      object[++open] = c == '{';
      if (!next_if(c == '{' ? '}' : ']')) {
        if (c == '[') continue;
        goto key;
      }
      --open;
    } else if (Fault fault = c == '"' ? check_string(lone) : check_scalar();
               fault != Fault::kNone) {
      return fault;
    }
    // Behind a value.
    while (true) {
      if (open == 0) return Fault::kNone;
      if (next_if(',')) break;
      if (!next_if(object[open] ? '}' : ']')) return Fault::kJson;
      --open;
    }
    if (!object[open]) continue;
  key:
    if (peek() != '"') return Fault::kJson;
    if (Fault fault = check_string(lone); fault != Fault::kNone) return fault;
    if (!next_if(':')) return Fault::kJson;
  }
}

void Cursor::skip() {
  int open = 0;
  do {
    char c = base_[*token_++];
    open += c == '{' || c == '[';
    open -= c == '}' || c == ']';
  } while (open > 0);
}

}  // namespace corpus::json
