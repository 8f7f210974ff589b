#include "text/english_tokens.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "text/english_specials.h"
#include "text/english_url.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus::text {
namespace {

struct ClassRange {
  char32_t first, last;
  std::uint8_t step;
};
#include "text/english_classes.inc"

enum Class : std::uint16_t {
  kLower = 1,      // also letters without case
  kUpper = 2,      // also letters without case
  kLetter = 4,
  kIcon = 8,
  kQuote = 16,
  kAffix = 32,     // punctuation, quotes and icons: cut from both ends
  kMoney = 64,
  kStopAfter = 128,  // a final full stop is cut from it
  kEnd = 256,      // ends a sentence
  kTerminalBit = 512,
  kSymbol = 1024,
};

class Classes {
 public:
  std::uint16_t operator[](char32_t c) const {
    if (c < kTable) return table_[c];
    return c >= 0x20000 && in(kUncased, c) ? kLower | kUpper | kLetter | kStopAfter : 0;
  }

  static const Classes& get() {
    static const Classes* classes = new Classes;
    return *classes;
  }

 private:
  static constexpr char32_t kTable = 0x20000;

  Classes() : table_(kTable) {
    mark(kUncased, kLower | kUpper | kLetter | kStopAfter);
    mark(kLowerOnly, kLower | kLetter | kStopAfter);
    mark(kUpperOnly, kUpper | kLetter);
    mark(kOtherLetters, kLetter);
    mark(kIcons, kIcon | kAffix);
    mark(kPunctuation, kAffix);
    mark(kQuotes, kQuote | kAffix);
    mark(kCurrency, kMoney);
    mark(kBeforeStop, kStopAfter);
    mark(kSentenceEnd, kEnd | kTerminalBit | kSymbol);
    mark(kMoreTerminal, kTerminalBit | kSymbol);
    mark(kMoreSymbols, kSymbol);
  }
  void mark(std::span<const ClassRange> ranges, int bits) {
    for (const auto& [first, last, step] : ranges) {
      for (char32_t c = first; c <= last && c < kTable; c += step) {
        table_[c] = static_cast<std::uint16_t>(table_[c] | bits);
      }
    }
  }
  static bool in(std::span<const ClassRange> ranges, char32_t c) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [c](const ClassRange& r) { return r.first <= c && c <= r.last; });
  }

  std::vector<std::uint16_t> table_;
};

bool is_ascii_digit(char32_t c) { return c >= '0' && c <= '9'; }

// Longest first, so that the first that fits is the longest. A digit stands before them.
constexpr std::u32string_view kUnits[] = {
    U"\u0627\u0643\u0648\u0627\u0628", U"\u0442\u0431\u0643\u0645", U"\u063A\u0631\u0627\u0645",
    U"\u062C\u0631\u0627\u0645", U"\u0643\u0648\u0628", U"\u0645\u0644\u063A", U"km/h", U"mbar",
    U"\u043A\u043C/\u0447", U"\u043C\u0431\u0430\u0440", U"km\u00B2", U"km\u00B3", U"dm\u00B2",
    U"dm\u00B3", U"cm\u00B2", U"cm\u00B3", U"mm\u00B2", U"mm\u00B3", U"m/s", U"kmh", U"mph", U"hPa",
    U"\u043A\u043C\u00B2", U"\u043A\u043C\u00B3", U"\u0434\u043C\u00B2", U"\u0434\u043C\u00B3",
    U"\u0441\u043C\u00B2", U"\u0441\u043C\u00B3", U"\u043C\u043C\u00B2", U"\u043C\u043C\u00B3",
    U"\u043C/\u0441", U"\u043A\u041F\u0430", U"\u0643\u0645\u00B2", U"\u0643\u0645\u00B3",
    U"\u0633\u0645\u00B2", U"\u0633\u0645\u00B3", U"\u0645\u0645\u00B2", U"\u0645\u0645\u00B3",
    U"km", U"m\u00B2", U"m\u00B3", U"dm", U"cm", U"mm", U"ha", U"\u00B5m", U"nm", U"yd", U"in",
    U"ft", U"kg", U"mg", U"\u00B5g", U"lb", U"oz", U"Pa", U"mb", U"MB", U"kb", U"KB", U"gb", U"GB",
    U"tb", U"TB", U"\u043A\u043C", U"\u043C\u00B2", U"\u043C\u00B3", U"\u0434\u043C",
    U"\u0441\u043C", U"\u043C\u043C", U"\u043D\u043C", U"\u043A\u0433", U"\u043C\u0433",
    U"\u041F\u0430", U"\u041A\u0431", U"\u041A\u0411", U"\u043A\u0431", U"\u041C\u0431",
    U"\u041C\u0411", U"\u043C\u0431", U"\u0413\u0431", U"\u0413\u0411", U"\u0433\u0431",
    U"\u0422\u0431", U"\u0422\u0411", U"\u0643\u0645", U"\u0645\u00B2", U"\u0645\u00B3",
    U"\u0633\u0645", U"\u0645\u0645", U"\u062C\u0645", U"\u0643\u063A", U"m", U"g", U"t", U"T",
    U"G", U"M", U"K", U"%", U"\u043C", U"\u0433", U"\u0645"};

// The characters of one span, seen as spaCy's rules see them. Positions count characters.
class Span {
 public:
  explicit Span(EnglishScratch& s) : c_(s.chars), classes_(Classes::get()) {}

  std::uint16_t of(std::size_t i) const { return classes_[c_[i]]; }
  bool has(std::size_t i, int bits) const { return (of(i) & bits) != 0; }

  // Characters of [b, e) that are a token of their own at its beginning; 0 when none are.
  std::size_t prefix(std::size_t b, std::size_t e) const {
    char32_t c = c_[b];
    if (c == '.') {
      std::size_t n = dots(b, e);
      return n >= 2 ? n : 0;
    }
    if (c == '+') return b + 1 < e && is_ascii_digit(c_[b + 1]) ? 0 : 1;
    if (c == '%' || c == '=' || c == 0xA7 || c == 0x2013 || c == 0x2014) return 1;
    if (has(b, kAffix | kMoney)) return 1;
    if (c == 'U') return e - b >= 3 && c_[b + 1] == 'S' && c_[b + 2] == '$' ? 3 : 0;
    if (c == 'A' || c == 'C') return e - b >= 2 && c_[b + 1] == '$' ? 2 : 0;
    return 0;
  }

  // The same at its end.
  std::size_t suffix(std::size_t b, std::size_t e) const {
    if (b == e) return 0;
    const char32_t last = c_[e - 1];
    auto before = [&](std::size_t n) { return e - b > n ? c_[e - 1 - n] : 0; };
    if (last == '.') {
      std::size_t n = 1;
      while (e - b > n && c_[e - 1 - n] == '.') ++n;
      if (n >= 2) return n;
      if (e - b < 2) return 0;
      if (has(e - 2, kStopAfter)) return 1;
      char32_t unit = c_[e - 2] | 32;
      if ((unit == 'f' || unit == 'c' || unit == 'k') && before(2) == 0xB0) return 1;
      return e - b >= 3 && has(e - 2, kUpper) && has(e - 3, kUpper) ? 1 : 0;
    }
    if (last == 0x2026) return before(1) == 0x2026 ? 2 : 1;
    if ((last == 's' || last == 'S') && (before(1) == '\'' || before(1) == 0x2019)) return 2;
    if (has(e - 1, kAffix) || last == 0x2013 || last == 0x2014) return 1;
    if (last == '+') return is_ascii_digit(before(1)) ? 1 : 0;
    if (has(e - 1, kMoney)) {
      if (last == '$') {
        if (before(1) == 'S' && before(2) == 'U' && is_ascii_digit(before(3))) return 3;
        if ((before(1) == 'C' || before(1) == 'A') && is_ascii_digit(before(2))) return 2;
      }
      return is_ascii_digit(before(1)) ? 1 : 0;
    }
    return unit(b, e);
  }

  // Length of the infix at i, or 0. [b, e) is the word.
  std::size_t infix(std::size_t b, std::size_t i, std::size_t e) const {
    const char32_t c = c_[i];
    if (c == '.') {
      std::size_t n = dots(i, e);
      if (n >= 2) return n;
      return i > b && i + 1 < e && has(i - 1, kLower | kQuote) && has(i + 1, kUpper | kQuote) ? 1 : 0;
    }
    if (c == 0x2026 || has(i, kIcon)) return 1;
    if (i == b) return 0;
    const char32_t left = c_[i - 1];
    const bool after_letter = has(i - 1, kLetter), after_digit = is_ascii_digit(left);
    auto letter_at = [&](std::size_t k) { return k < e && has(k, kLetter); };
    if ((c == '+' || c == '-' || c == '*' || c == '^') && after_digit && i + 1 < e &&
        (is_ascii_digit(c_[i + 1]) || c_[i + 1] == '-')) {
      return 1;
    }
    if (c == ',') return after_letter && letter_at(i + 1) ? 1 : 0;
    if (!after_letter && !after_digit) return 0;
    if (c == '-' || c == 0x2013 || c == 0x2014 || c == '~') {
      if (letter_at(i + 1)) return 1;
      for (std::size_t n = 2; n <= 3; ++n) {  // --, ---, and two em dashes
        bool same = i + n <= e && c_[i + n - 1] == c;
        if (!same || c == 0x2013 || c == '~' || (c == 0x2014 && n == 3)) return 0;
        if (letter_at(i + n)) return n;
      }
      return 0;
    }
    bool splits = c == ':' || c == '<' || c == '>' || c == '=' || c == '/';
    return splits && letter_at(i + 1) ? 1 : 0;
  }

 private:
  std::size_t dots(std::size_t b, std::size_t e) const {
    std::size_t n = 0;
    while (b + n < e && c_[b + n] == '.') ++n;
    return n;
  }
  std::size_t unit(std::size_t b, std::size_t e) const {
    std::u32string_view word(c_.data() + b, e - b);
    constexpr std::size_t kLongest = 5;
    // A digit stands before every unit.
    bool near_digit = false;
    for (std::size_t n = 2; n <= kLongest + 1 && n <= word.size(); ++n) {
      near_digit |= is_ascii_digit(word[word.size() - n]);
    }
    if (!near_digit) return 0;
    for (std::u32string_view unit : kUnits) {
      if (word.size() > unit.size() && word.ends_with(unit) &&
          is_ascii_digit(word[word.size() - unit.size() - 1])) {
        return unit.size();
      }
    }
    return 0;
  }

  const std::vector<char32_t>& c_;
  const Classes& classes_;
};

class Splitter {
 public:
  Splitter(std::string_view text, EnglishScratch& s) : text_(text), s_(s), span_(s) {}

  void split() {
    s_.cuts.clear();
    if (cut_special(0, chars())) return;
    auto [b, e] = cut_affixes(true, 0, chars());
    for (auto end : s_.front) add(end);
    if (b < e) cut_middle(b, e, true);
    for (std::size_t i = s_.back.size(); i-- > 0;) add(s_.back[i]);
    if (s_.cuts.size() > 1) join_specials();
  }

 private:
  struct Rest {
    std::size_t b, e;
  };

  std::size_t chars() const { return s_.chars.size(); }
  std::uint32_t byte(std::size_t i) const { return s_.begins[i]; }
  std::string_view part(std::size_t b, std::size_t e) const {
    return text_.substr(byte(b), byte(e) - byte(b));
  }
  void add(std::size_t end) { s_.cuts.push_back(byte(end)); }

  bool cut_special(std::size_t b, std::size_t e) {
    const auto* special = find_special(part(b, e));
    if (special == nullptr) return false;
    for (auto end : *special) s_.cuts.push_back(byte(b) + end);
    return true;
  }

  // Fills front and back with where the affixes end; returns what is left between them.
  Rest cut_affixes(bool with_specials, std::size_t b, std::size_t e) {
    s_.front.clear();
    s_.back.clear();
    auto special = [&](std::size_t from, std::size_t to) {
      return with_specials && from < to && find_special(part(from, to)) != nullptr;
    };
    while (b < e && !special(b, e)) {
      std::size_t pre = span_.prefix(b, e);
      if (pre != 0 && special(b + pre, e)) {
        s_.front.push_back(static_cast<std::uint32_t>(b += pre));
        break;
      }
      std::size_t suf = span_.suffix(b + pre, e);
      if (suf != 0 && special(b, e - suf)) {
        s_.back.push_back(static_cast<std::uint32_t>(e));
        e -= suf;
        break;
      }
      if (pre == 0 && suf == 0) break;
      if (pre != 0) s_.front.push_back(static_cast<std::uint32_t>(b += pre));
      if (suf != 0) s_.back.push_back(static_cast<std::uint32_t>(e));
      e -= suf;
    }
    return {b, e};
  }

  void cut_middle(std::size_t b, std::size_t e, bool with_specials) {
    if (with_specials && cut_special(b, e)) return;
    if (is_english_url(part(b, e), [](char32_t c) { return (Classes::get()[c] & kLower) != 0; })) {
      add(e);
      return;
    }
    std::size_t start = b;
    for (std::size_t i = b; i < e;) {
      std::size_t n = span_.infix(b, i, e);
      if (n == 0 || i == b) {
        i += std::max<std::size_t>(n, 1);
        continue;
      }
      if (i != start) add(i);
      add(i += n);
      start = i;
    }
    if (start < e) add(e);
  }

  // Special words that came to be cut because something stuck to them: "great:)." has ":)".
  void join_specials();
  bool is_cut_by_rules(std::string_view word, std::span<const std::uint32_t> ends,
                       std::uint32_t from);

  std::string_view text_;
  EnglishScratch& s_;
  Span span_;
};

void decode_all(std::string_view text, EnglishScratch& s) {
  s.chars.clear();
  s.begins.clear();
  for (std::size_t at = 0; at < text.size();) {
    auto [c, size] = decode(text.substr(at));
    s.chars.push_back(c == kBadChar ? 0xFFFD : c);
    s.begins.push_back(static_cast<std::uint32_t>(at));
    at += size;
  }
  s.begins.push_back(static_cast<std::uint32_t>(text.size()));
}

// Are the tokens that end at `ends` what the rules alone make of a special word?
bool Splitter::is_cut_by_rules(std::string_view word, std::span<const std::uint32_t> ends,
                               std::uint32_t from) {
  EnglishScratch s;
  decode_all(word, s);
  Splitter alone(word, s);
  auto [b, e] = alone.cut_affixes(false, 0, s.chars.size());
  for (auto end : s.front) alone.add(end);
  if (b < e) alone.cut_middle(b, e, false);
  for (std::size_t i = s.back.size(); i-- > 0;) alone.add(s.back[i]);
  return std::equal(s.cuts.begin(), s.cuts.end(), ends.begin(), ends.end(),
                    [from](std::uint32_t alone_end, std::uint32_t end) { return alone_end + from == end; });
}

void Splitter::join_specials() {
  struct Match {
    std::size_t first, last;  // tokens, both included
  };
  std::vector<Match> matches;
  const auto begin_of = [&](std::size_t token) { return token == 0 ? 0U : s_.cuts[token - 1]; };
  for (std::size_t i = 0; i + 1 < s_.cuts.size(); ++i) {
    for (std::size_t j = i + 1; j < s_.cuts.size(); ++j) {
      std::uint32_t from = begin_of(i), to = s_.cuts[j];
      if (to - from > kLongestSpecial) break;
      std::string_view word = text_.substr(from, to - from);
      const auto* special = find_special(word);
      if (special == nullptr) continue;
      if (is_cut_by_rules(word, std::span(s_.cuts).subspan(i, j - i + 1), from)) {
        matches.push_back({i, j});
      }
    }
  }
  if (matches.empty()) return;
  std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return a.last - a.first != b.last - b.first ? a.last - a.first > b.last - b.first
                                                : a.first < b.first;
  });
  std::vector<char> seen(s_.cuts.size());
  std::vector<Match> chosen;
  for (const Match& m : matches) {
    if (seen[m.first] == 0 && seen[m.last] == 0) chosen.push_back(m);
    for (std::size_t k = m.first; k <= m.last; ++k) seen[k] = 1;
  }
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < s_.cuts.size(); ++i) {
    auto m = std::find_if(chosen.begin(), chosen.end(), [&](const Match& x) { return x.first == i; });
    if (m == chosen.end()) {
      out.push_back(s_.cuts[i]);
      continue;
    }
    std::uint32_t from = begin_of(i);
    for (auto end : *find_special(text_.substr(from, s_.cuts[m->last] - from))) {
      out.push_back(from + end);
    }
    i = m->last;
  }
  s_.cuts.swap(out);
}

}  // namespace

const std::vector<std::uint32_t>& split_english(std::string_view span, EnglishScratch& scratch) {
  decode_all(span, scratch);
  Splitter(span, scratch).split();
  return scratch.cuts;
}

std::string_view python_strip(std::string_view text) {
  while (!text.empty()) {
    auto [c, size] = decode(text);
    if (!is_python_space(c)) break;
    text.remove_prefix(size);
  }
  while (!text.empty()) {
    auto [c, size] = decode_last(text);
    if (!is_python_space(c)) break;
    text.remove_suffix(size);
  }
  return text;
}

TokenTraits traits_of(std::string_view token) {
  const Classes& classes = Classes::get();
  TokenTraits out{.symbols = true, .punctuation = true};
  bool may_end = false;
  for (std::size_t at = 0; at < token.size();) {
    auto [c, size] = decode(token.substr(at));
    if (c == kBadChar) c = 0xFFFD;
    std::uint16_t what = classes[c];
    ++out.chars;
    bool ascii_letter = (c | 32) >= 'a' && (c | 32) <= 'z';
    out.letter |= ascii_letter || (c >= 0x80 && is_letter(c));
    out.symbols &= (what & kSymbol) != 0;
    out.punctuation &= !ascii_letter && is_punctuation(c);
    may_end = (what & kEnd) != 0;
    at += size;
  }
  out.stop = may_end && out.chars == 1;
  return out;
}

bool is_terminal(char32_t c) { return (Classes::get()[c] & kTerminalBit) != 0; }

}  // namespace corpus::text
