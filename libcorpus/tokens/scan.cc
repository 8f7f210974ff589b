#include "tokens/scan.h"

#include "tokens/char_class.h"

namespace corpus::tokens {
namespace {

// The alternatives that all patterns share, in their terms:
//   \s*[\r\n]+ (where `eol`), \s+(?!\S), \s+. `i` stands on white space.
template <bool kEolFirst>
std::size_t white_space(const View& v, std::size_t i) {
  std::size_t last = i;     // begin of the last character of the run
  std::size_t eol_end = 0;  // behind the last line end in the run
  std::size_t chars = 0;
  std::size_t at = i;
  while (at < v.end()) {
    Seen c = v.at(at);
    if ((c.is & kS) == 0) break;
    last = at;
    at += c.size;
    ++chars;
    if (c.is & kEol) eol_end = at;
  }
  if (kEolFirst && eol_end != 0) return eol_end;
  return at == v.end() || chars == 1 ? at : last;
}

// 's 't 'm 'd 're 've 'll at an apostrophe: its end, or 0. Any case also takes U+017F for s.
template <bool kAnyCase>
std::size_t contraction(const View& v, std::size_t i) {
  if (i + 1 >= v.end()) return 0;
  auto letter = [&](std::size_t at) {
    return at < v.end() ? (kAnyCase ? static_cast<char>(v.byte(at) | 0x20) : v.byte(at)) : '\0';
  };
  switch (letter(i + 1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return i + 2;
    case 'r':
    case 'v':
      return letter(i + 2) == 'e' ? i + 3 : 0;
    case 'l':
      return letter(i + 2) == 'l' ? i + 3 : 0;
    default:
      if (kAnyCase && i + 2 < v.end() && v.byte(i + 1) == '\xC5' && v.byte(i + 2) == '\xBF')
        return i + 3;
      return 0;
  }
}

struct Gpt2 {
  std::size_t operator()(const View& v, std::size_t i) const {
    Seen c = v.at(i);
    if (v.byte(i) == '\'') {
      if (std::size_t end = contraction<false>(v, i)) return end;
    }
    std::size_t from = i;
    if (v.byte(i) == ' ' && i + 1 < v.end()) {
      Seen next = v.at(i + 1);
      if ((next.is & kS) == 0) {
        from = i + 1;
        c = next;
      }
    }
    if (c.is & kL) return v.run(from + c.size, kL);
    if (c.is & kN) return v.run(from + c.size, kN);
    if (c.is & kS) return white_space<false>(v, i);
    return v.run_without(from + c.size, kL | kN | kS);
  }
};

// The end of [^\s\p{L}\p{N}]+ and the line ends behind it.
template <bool kSlash>
std::size_t signs(const View& v, std::size_t from) {
  std::size_t at = v.run_without(from, kL | kN | kS);
  while (at < v.end() &&
         (v.byte(at) == '\r' || v.byte(at) == '\n' || (kSlash && v.byte(at) == '/')))
    ++at;
  return at;
}

std::size_t digits(const View& v, std::size_t i, int most) {
  for (; most > 0 && i < v.end(); --most) {
    Seen c = v.at(i);
    if ((c.is & kN) == 0) break;
    i += c.size;
  }
  return i;
}

template <int kDigits, bool kTrailing>
struct Cl100k {
  std::size_t operator()(const View& v, std::size_t i) const {
    Seen c = v.at(i);
    if (c.is & kL) return v.run(i + c.size, kL);
    if (v.byte(i) == '\'') {
      if (std::size_t end = contraction<true>(v, i)) return end;
    }
    if (c.is & kN) return digits(v, i, kDigits);
    std::size_t next = i + c.size;
    Seen after = next < v.end() ? v.at(next) : Seen{kS, 0};
    if ((c.is & kEol) == 0 && (after.is & kL)) return v.run(next + after.size, kL);
    if ((c.is & kS) == 0) return signs<false>(v, next);
    if (v.byte(i) == ' ' && (after.is & (kS | kN)) == 0) return signs<false>(v, next + after.size);
    if (kTrailing && v.run(i, kS) == v.end()) return v.end();
    return white_space<true>(v, i);
  }
};

struct O200k {
  // U*L+ or else U+L* from i, and a contraction behind it; 0 where neither is.
  static std::size_t lower_word(const View& v, std::size_t i) {
    std::size_t at = i;
    std::size_t both_end = 0;  // behind the last character of the run that is in both classes
    while (at < v.end()) {
      Seen c = v.at(at);
      if ((c.is & kUp) == 0) break;
      at += c.size;
      if (c.is & kLow) both_end = at;
    }
    std::size_t end = v.run(at, kLow);
    if (end == at) end = both_end;  // U* gives characters back until L+ has one
    return end == 0 || end == i ? 0 : end;
  }
  static std::size_t upper_word(const View& v, std::size_t i) {
    std::size_t at = v.run(i, kUp);
    return at == i ? 0 : v.run(at, kLow);
  }
  static std::size_t with_contraction(const View& v, std::size_t end) {
    if (end >= v.end() || v.byte(end) != '\'') return end;
    std::size_t longer = contraction<true>(v, end);
    return longer != 0 ? longer : end;
  }

  std::size_t operator()(const View& v, std::size_t i) const {
    Seen c = v.at(i);
    std::size_t next = i + c.size;
    // Each alternative is tried with its optional first sign, then without.
    bool sign = (c.is & (kL | kN | kEol)) == 0;
    bool word = (c.is & (kUp | kLow)) != 0;
    if (sign && next < v.end()) {
      if (std::size_t end = lower_word(v, next)) return with_contraction(v, end);
    }
    if (word) {
      if (std::size_t end = lower_word(v, i)) return with_contraction(v, end);
    }
    if (sign && next < v.end()) {
      if (std::size_t end = upper_word(v, next)) return with_contraction(v, end);
    }
    if (word) {
      if (std::size_t end = upper_word(v, i)) return with_contraction(v, end);
    }
    if (c.is & kN) return digits(v, i, 3);
    if ((c.is & kS) == 0) return signs<true>(v, next);
    if (v.byte(i) == ' ' && next < v.end() && (v.at(next).is & (kL | kN | kS)) == 0) {
      return signs<true>(v, next);
    }
    return white_space<true>(v, i);
  }
};

struct Deepseek {
  // [^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+ from i; 0 where it is not.
  static std::size_t word(const View& v, std::size_t i) {
    Seen c = v.at(i);
    std::size_t from = (c.is & (kEol | kL | kPs)) == 0 ? i + c.size : i;
    std::size_t end = v.run(from, kL | kM);
    if (end != from) return end;
    return c.is & kM ? from : 0;  // a mark alone: first sign and word at once
  }
  static bool ascii_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

  std::size_t operator()(const View& v, std::size_t i) const {
    Seen c = v.at(i);
    char b = v.byte(i);
    if (c.size == 1 && (c.is & kPs) && i + 1 < v.end() && ascii_letter(v.byte(i + 1))) {
      std::size_t at = i + 2;
      while (at < v.end() && ascii_letter(v.byte(at))) ++at;
      return at;
    }
    if (std::size_t end = word(v, i)) return end;
    std::size_t from = b == ' ' ? i + 1 : i;
    if (v.is(from) & kPs) {
      std::size_t at = v.run(from, kPs);
      while (at < v.end() && (v.is(at) & kEol)) ++at;
      return at;
    }
    if (c.is & kS) return white_space<true>(v, i);
    // What no alternative takes (controls, numbers): up to where one begins.
    std::size_t at = i + c.size;
    while (at < v.end()) {
      Seen next = v.at(at);
      if ((next.is & (kPs | kS)) || word(v, at) != 0) break;
      at += next.size;
    }
    return at;
  }
};

template <typename Rule>
void pieces(const char* text, std::size_t begin, std::size_t end, Ends& ends, const Rule& rule) {
  const View v(text, end);
  while (begin < end) {
    begin = rule(v, begin);
    ends.push_back(static_cast<std::uint32_t>(begin));
  }
}

void scan_smollm(std::string_view text, Ends& ends) {
  const View all(text.data(), text.size());
  std::size_t from = 0;
  while (from < text.size()) {
    std::size_t stop = all.run_without(from, kN);
    pieces(text.data(), from, stop, ends, Gpt2());
    for (from = stop; from < text.size();) {
      Seen c = all.at(from);
      if ((c.is & kN) == 0) break;
      from += c.size;
      ends.push_back(static_cast<std::uint32_t>(from));
    }
  }
}

bool is_cjk(char32_t c) { return (c >= 0x4E00 && c <= 0x9FA5) || (c >= 0x3040 && c <= 0x30FF); }

void scan_deepseek(std::string_view text, Ends& ends) {
  const View all(text.data(), text.size());
  const std::size_t size = text.size();
  std::size_t from = 0;
  while (from < size) {
    if (std::size_t end = digits(all, from, 3); end != from) {
      ends.push_back(static_cast<std::uint32_t>(from = end));
      continue;
    }
    // A run of CJK, or a run of neither.
    std::size_t at = from;
    bool cjk = false;
    while (at < size) {
      auto lead = static_cast<unsigned char>(text[at]);
      bool here = lead >= 0xE3 && lead <= 0xE9 && is_cjk(all.code_point(at));
      Seen c = all.at(at);
      if (at == from) cjk = here;
      if (here != cjk || (c.is & kN)) break;
      at += c.size;
    }
    if (cjk) {
      ends.push_back(static_cast<std::uint32_t>(at));
    } else {
      pieces(text.data(), from, at, ends, Deepseek());
    }
    from = at;
  }
}

}  // namespace

void scan(Pattern pattern, std::string_view text, Ends& ends) {
  switch (pattern) {
    case Pattern::kGpt2:
      return pieces(text.data(), 0, text.size(), ends, Gpt2());
    case Pattern::kCl100k:
      return pieces(text.data(), 0, text.size(), ends, Cl100k<3, true>());
    case Pattern::kLlama3:
      return pieces(text.data(), 0, text.size(), ends, Cl100k<3, false>());
    case Pattern::kQwen2:
      return pieces(text.data(), 0, text.size(), ends, Cl100k<1, false>());
    case Pattern::kO200k:
      return pieces(text.data(), 0, text.size(), ends, O200k());
    case Pattern::kSmollm:
      return scan_smollm(text, ends);
    case Pattern::kDeepseek:
      return scan_deepseek(text, ends);
  }
}

}  // namespace corpus::tokens
