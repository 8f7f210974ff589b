// filters.dclm: the line rules of DCLM-Baseline (Li et al. 2024, after RefinedWeb, Penedo et al.
// 2023): lines in capitals, lines of digits, counters ("3 likes"), lines of one word and the
// remains of buttons go; a record goes when more than a twentieth of its words went with them.
//
// As dclm applies them: each rule to all lines before the next one, white space at both ends cut off
// in between; "Read more..." is a pattern there, in which each full stop is any character.
#include <cstdint>
#include <string>

#include "filters/line_rule_map.h"
#include "filters/line_style.h"
#include "text/english_tokens.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus {
namespace {

struct Limits {
  double upper = 0.5, digits = 0.999999;
  bool counters = true;
  std::int64_t words = 2;
  std::int64_t button_words = 10;
  double removed = 0.05;
};

struct DclmScratch {
  std::string other;
  std::uint64_t before = 0, after = 0;  // words
};

// Words between white space; `all` counts those that begin with a sign, too.
std::size_t count_words(std::string_view text, bool all) {
  std::size_t words = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    auto [c, size] = text::decode(text.substr(at));
    bool space = text::is_python_space(c);
    if (!space && !inside) words += all || text::is_letter_or_number(c);
    inside = !space;
    at += size;
  }
  return words;
}

// Share of the characters for which `is` holds; 0 for an empty line.
template <typename Is>
double share_of(std::string_view line, Is is) {
  std::size_t chars = 0, found = 0;
  for (std::size_t at = 0; at < line.size();) {
    auto [c, size] = text::decode(line.substr(at));
    found += is(c);
    ++chars;
    at += size;
  }
  return chars == 0 ? 0 : static_cast<double>(found) / static_cast<double>(chars);
}

bool is_word(char32_t c) { return c == '_' || text::is_letter_or_number(c); }

// Signs, a number such as 1,204 or 3k, white space, what is counted, signs.
bool is_counter(std::string_view line) {
  static constexpr std::string_view kCounted[] = {
      "likes",   "shares",    "comments",  "retweets", "reposts", "quotes",
      "bookmarks", "upvotes", "downvotes", "downloads", "views",  "followers"};
  auto skip = [&](auto is) {
    std::size_t n = 0;
    while (!line.empty()) {
      auto [c, size] = text::decode(line);
      if (!is(c)) break;
      line.remove_prefix(size);
      ++n;
    }
    return n;
  };
  skip([](char32_t c) { return !is_word(c); });
  if (skip([](char32_t c) { return c == ',' || c == '.' || text::is_decimal_digit(c); }) == 0) {
    return false;
  }
  if (!line.empty() && std::string_view("kmbKMB").find(line[0]) != std::string_view::npos) {
    line.remove_prefix(1);
  }
  if (skip(text::is_python_space) == 0) return false;
  std::string lower = text::lower(line);
  for (std::string_view word : kCounted) {
    if (!lower.starts_with(word)) continue;
    line.remove_prefix(word.size());
    skip([](char32_t c) { return !is_word(c); });
    return line.empty();
  }
  return false;
}

bool same_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

bool drop_space_before(std::string_view line, std::size_t* at) {
  if (*at == 0) return false;
  text::Decoded last = text::decode_last(line.substr(0, *at));
  if (!text::is_python_space(last.c)) return false;
  *at -= last.size;
  return true;
}

// The remains of buttons, in the order in which dclm looks for them.
void cut_cart(std::string& line) {
  constexpr std::string_view kText = "items in cart";
  for (std::size_t at = 0; at + kText.size() <= line.size();) {
    if (!same_ignoring_case(std::string_view(line).substr(at, kText.size()), kText)) {
      ++at;
      continue;
    }
    std::size_t from = at;
    drop_space_before(line, &from);
    line.erase(from, at + kText.size() - from);
    at = from;
  }
}
void cut_read_more(std::string& line) {
  constexpr std::string_view kText = "read more";
  std::size_t end = line.size();
  for (int i = 0; i < 3; ++i) {  // any three characters
    if (end == 0) return;
    end -= text::decode_last(std::string_view(line).substr(0, end)).size;
  }
  if (end < kText.size()) return;
  std::size_t from = end - kText.size();
  if (!same_ignoring_case(std::string_view(line).substr(from, kText.size()), kText)) return;
  drop_space_before(line, &from);
  line.resize(from);
}
void cut_sign_in(std::string& line) {
  constexpr std::string_view kText = "sign-in";
  if (!same_ignoring_case(std::string_view(line).substr(0, kText.size()), kText)) return;
  std::size_t size = kText.size();
  if (size < line.size()) {
    auto [c, next] = text::decode(std::string_view(line).substr(size));
    if (text::is_python_space(c)) size += next;
  }
  line.erase(0, size);
}

class Dclm {
 public:
  using Scratch = DclmScratch;
  static constexpr std::string_view kTag = "dclm";

  explicit Dclm(const Limits& limits) : limits_(limits) {}

  Scratch scratch() const { return {}; }
  void start(Scratch& s) const { s.before = s.after = 0; }
  Reason emptied() const { return emptied_; }

  Reason rewrite(std::string_view text, std::string& out, Scratch& s) const {
    s.before += count_words(text, false);
    out.assign(text);
    if (limits_.upper > 0) {
      each(out, s.other, true, [&](std::string& line) {
        return share_of(line, text::is_upper) <= limits_.upper;
      });
    }
    if (limits_.digits > 0) {
      each(out, s.other, true, [&](std::string& line) {
        return share_of(line, text::is_digit) <= limits_.digits;
      });
    }
    if (limits_.counters) {
      each(out, s.other, true, [&](std::string& line) { return !is_counter(line); });
    }
    each(out, s.other, false, [&](std::string& line) {
      return line.empty() || static_cast<std::int64_t>(count_words(line, true)) >= limits_.words;
    });
    if (limits_.button_words > 0) {
      for (auto cut : {cut_cart, cut_read_more, cut_sign_in}) {
        each(out, s.other, true, [&](std::string& line) {
          if (static_cast<std::int64_t>(count_words(line, true)) > limits_.button_words) return true;
          bool had = !line.empty();
          cut(line);
          return !had || !text::python_strip(line).empty();
        });
      }
    }
    s.after += count_words(out, false);
    return {};
  }

  Reason finish(Scratch& s, Signals* signals) const {
    double removed = s.before == 0 ? 0
                                   : (static_cast<double>(s.before) - static_cast<double>(s.after)) /
                                         static_cast<double>(s.before);
    if (signals != nullptr) signals->add("removed_words", removed);
    return limits_.removed > 0 && removed > limits_.removed ? removed_ : Reason();
  }

 private:
  template <typename Keep>
  static void each(std::string& text, std::string& other, bool strip, Keep keep) {
    other.clear();
    std::string line;
    bool first = true;
    auto one = [&](std::string_view view) {
      line.assign(view);
      if (!keep(line)) return;
      if (!first) other += '\n';
      first = false;
      other += line;
    };
    for_each_line(text, one);
    if (text.empty() || text.back() == '\n') one({});
    text.assign(strip ? text::python_strip(other) : std::string_view(other));
  }

  Limits limits_;
  Reason removed_ = Reason::intern("filters.dclm.removed_words");
  Reason emptied_ = Reason::intern("filters.dclm.emptied");
};

}  // namespace

Result<Stages> make_filters_dclm(const Value& value, BuildContext&) {
  Limits limits;
  limits.upper = value.get("max_upper_case", limits.upper);
  limits.digits = value.get("max_digits", limits.digits);
  limits.counters = value.get("counters", limits.counters);
  limits.words = value.get("min_words_per_line", limits.words);
  limits.button_words = value.get("button_words", limits.button_words);
  limits.removed = value.get("max_removed", limits.removed);
  return lines_ruled_by(Dclm(limits), value);
}

}  // namespace corpus
