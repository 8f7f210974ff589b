#include "text/fold.h"

#include <algorithm>

#include "simd/fold_ascii.h"
#include "simd/utf8_count.h"
#include "text/utf8.h"

namespace corpus::text {
namespace {

bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// What a character beyond ASCII is folded to; 0 drops it.
char32_t folded(char32_t c) {
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
  if (c >= 0x391 && c <= 0x3A9) return c + 0x20;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  switch (c) {
    case 0xB4:
    case 0x2BC:
    case 0x2018:
    case 0x2019:
    case 0xFF07:
      return '\'';
    case 0xAB:
    case 0xBB:
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x300C:
    case 0x300D:
    case 0x300E:
    case 0x300F:
    case 0xFF02:
      return '"';
    case 0x3001:
    case 0xFF0C:
      return ',';
    case 0x3002:
    case 0xFF0E:
    case 0xFF61:
      return '.';
    case 0xFF01:
      return '!';
    case 0xFF1F:
      return '?';
    case 0xFF1A:
      return ':';
    case 0x2010:
    case 0x2011:
      return '-';
    case 0x200B:
    case 0x200C:
    case 0x200D:
    case 0x2060:
    case 0xFEFF:
    case 0xAD:
      return 0;
    default:
      return is_space(c) ? U' ' : c;
  }
}

char* encode(char32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | c >> 6);
    *out++ = static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 63));
    *out++ = static_cast<char>(0x80 | (c & 63));
  } else {
    *out++ = static_cast<char>(0xF0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 63));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 63));
    *out++ = static_cast<char>(0x80 | (c & 63));
  }
  return out;
}

}  // namespace

void fold(std::string_view text, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + text.size());
  char* const begin = out.data() + before;
  char* to = begin;
  auto blank = [&](char c) {
    if (to == begin) return;
    if (to[-1] == ' ' || to[-1] == '\n') {
      if (c == '\n') to[-1] = c;
    } else {
      *to++ = c;
    }
  };
  for (std::size_t i = 0; i < text.size();) {
    std::size_t stop = simd::fold_ascii(text, i, to);
    to += stop - i;
    i = stop;
    if (i == text.size()) break;
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      ++i;
      if (c == '`') {
        *to++ = '\'';
      } else if (c == '\n' || c == '\r') {
        blank('\n');
      } else if (c <= ' ') {
        blank(' ');
      } else if (c != '*' && c != '_') {
        *to++ = static_cast<char>(c);
      }
      continue;
    }
    auto [wide, size] = decode(text.substr(i, 4));
    i += size;
    if (wide == kBadChar) continue;
    char32_t f = folded(wide);
    if (f == ' ') {
      blank(' ');
    } else if (f != 0) {
      to = encode(f, to);
    }
  }
  out.resize(before + static_cast<std::size_t>(to - begin));
}

std::string_view first_chars(std::string_view text, std::size_t chars) {
  if (text.size() <= chars) return text;
  // Too short by as many bytes as there are continuation bytes in what was taken so far.
  std::size_t end = 0;
  for (std::size_t missing = chars; missing > 0 && end < text.size();) {
    std::size_t take = std::min(missing, text.size() - end);
    missing -= simd::count_code_points(text.substr(end, take));
    end += take;
  }
  while (end < text.size() && is_tail(text[end])) ++end;
  return text.substr(0, end);
}

}  // namespace corpus::text
