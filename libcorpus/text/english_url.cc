#include "text/english_url.h"

#include <algorithm>
#include <cstddef>

#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus::text {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// (":" 2-5 digits)? ([/?#] anything)?
bool is_tail(std::string_view s) {
  if (!s.empty() && s[0] == ':') {
    std::size_t n = 1;
    while (n < s.size() && digit(s[n])) ++n;
    if (n >= 3) s.remove_prefix(std::min<std::size_t>(n, 6));
  }
  return s.empty() || s[0] == '/' || s[0] == '?' || s[0] == '#';
}

// One number of an address; -1 when it is none. Takes it off the front.
int octet(std::string_view& s, bool zero_first) {
  std::size_t n = 0;
  int value = 0;
  while (n < s.size() && n < 4 && digit(s[n])) value = value * 10 + (s[n++] - '0');
  if (n == 0 || n > 3 || value > 255 || (!zero_first && s[0] == '0')) return -1;
  s.remove_prefix(n);
  return value;
}

bool is_address(std::string_view s) {
  int part[4];
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (s.empty() || s[0] != '.') return false;
      s.remove_prefix(1);
    }
    part[i] = octet(s, i == 1 || i == 2);
    if (part[i] < 0) return false;
  }
  bool here = part[0] == 10 || part[0] == 127 || (part[0] == 169 && part[1] == 254) ||
              (part[0] == 192 && part[1] == 168) || (part[0] == 172 && part[1] >= 16 && part[1] <= 31);
  return !here && part[0] >= 1 && part[0] <= 223 && part[3] <= 254 && is_tail(s);
}

bool is_host_char(char32_t c) {
  return (c < 0x80 && (digit(static_cast<char>(c)) || ((c | 32) >= 'a' && (c | 32) <= 'z'))) ||
         (c >= 0xA1 && c <= 0xFFFF);
}

// One to 64 characters; inside also _ and -.
bool is_label(std::string_view label) {
  std::size_t chars = 0;
  bool last_ok = false;
  while (!label.empty()) {
    auto [c, size] = decode(label);
    last_ok = is_host_char(c);
    if (!last_ok && (chars == 0 || (c != '_' && c != '-'))) return false;
    label.remove_prefix(size);
    ++chars;
  }
  return last_ok && chars <= 64;
}

bool is_host(std::string_view s, bool (*is_lower)(char32_t)) {
  std::size_t end = std::min(s.find_first_of(":/?#"), s.size());
  std::string_view host = s.substr(0, end);
  std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || !is_tail(s.substr(end))) return false;
  std::size_t chars = 0;
  for (std::string_view top = host.substr(dot + 1); !top.empty(); ++chars) {
    auto [c, size] = decode(top);
    if (!is_lower(c)) return false;
    top.remove_prefix(size);
  }
  if (chars < 2 || chars > 63) return false;
  for (host = host.substr(0, dot);;) {
    std::size_t next = host.find('.');
    if (!is_label(host.substr(0, next))) return false;
    if (next == std::string_view::npos) return true;
    host.remove_prefix(next + 1);
  }
}

// Letters, digits, _, +, - and full stops, two at least.
bool is_scheme(std::string_view s) {
  std::size_t chars = 0;
  for (; !s.empty(); ++chars) {
    auto [c, size] = decode(s);
    if (c != '_' && c != '+' && c != '-' && c != '.' && !is_letter_or_number(c)) return false;
    s.remove_prefix(size);
  }
  return chars >= 2;
}

}  // namespace

bool is_english_url(std::string_view word, bool (*is_lower)(char32_t)) {
  if (word.find('.') == std::string_view::npos) return false;
  auto at = [&](std::size_t from) {
    std::string_view rest = word.substr(from);
    return is_address(rest) || is_host(rest, is_lower);
  };
  if (at(0)) return true;
  std::size_t scheme = word.find("://");
  if (scheme != std::string_view::npos && is_scheme(word.substr(0, scheme)) && at(scheme + 3)) {
    return true;
  }
  for (std::size_t i = word.find('@', 1); i != std::string_view::npos; i = word.find('@', i + 1)) {
    if (at(i + 1)) return true;
  }
  return false;
}

}  // namespace corpus::text
