// filters.nemo_english: the English heuristics of NeMo Curator, as its heuristic_filter_english_pipeline applies them
// (nemo-curator 1.4: stages/text/filters/heuristic; adapted there from Gopher and C4).
//
// Words stand between white space, sentences are lines that are not blank, paragraphs are cut at two line feeds. The
// rules stand in NeMo's order, and a record is dropped for the first one it breaks. Of words that follow one another
// equally often the first are taken, where NeMo takes any.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "filters/repeats.h"
#include "filters/rule_map.h"
#include "filters/spaced_words.h"
#include "filters/token_notes.h"
#include "simd/byte_set.h"
#include "simd/utf8_count.h"
#include "text/english_tokens.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus {
namespace {

struct Rule {
  std::string_view name;  // of the signal and the reason, NeMo's own
  std::string_view option;
  double limit;
  bool least = false;  // the value may be no less; else no more
};

enum Index : std::size_t {  // in NeMo's order
  kAlphanumeric, kSymbols, kNumbers, kUrls, kWhite, kParentheses, kBoilerplate, kLines, kParagraphs, kLineChars,
  kParagraphChars, kMinWords, kMaxWords, kNoEnd, kAlphabetic, kCommon, kMinMean, kMaxMean, kLongest, kEllipsisLines,
  kTop2, kTop3, kTop4, kDup5, kDup6, kDup7, kDup8, kDup9, kDup10, kBullets, kRules
};

constexpr std::array<Rule, kRules> kDefaults = {{
    {"alpha_numeric", "max_non_alphanumeric", 0.25},
    {"symbol_to_word", "max_symbols", 0.1},
    {"numbers_ratio", "max_numbers", 0.15},
    {"urls_ratio", "max_urls", 0.2},
    {"white_space", "max_white_space", 0.25},
    {"parentheses_ratio", "max_parentheses", 0.1},
    {"boilerplate_string_ratio", "max_boilerplate", 0.4},
    {"repeated_lines", "min_distinct_lines", 0.7, true},
    {"repeated_paragraphs", "min_distinct_paragraphs", 0.7, true},
    {"repeated_lines_char", "min_distinct_line_chars", 0.8, true},
    {"repeated_paragraphs_char", "min_distinct_paragraph_chars", 0.8, true},
    {"word_count", "min_words", 50, true},
    {"word_count", "max_words", 100000},
    {"punctuation", "max_without_end_mark", 0.85},
    {"words_without_alphabets", "min_alphabetic", 0.8, true},
    {"common_english_words", "min_common_words", 2, true},
    {"mean_word_length", "min_mean_length", 3, true},
    {"mean_word_length", "max_mean_length", 10},
    {"max_word_length", "max_word_length", 1000},
    {"ellipsis", "max_ellipsis_lines", 0.3},
    {"repeating_top_2grams", "top_2_gram", 0.2},
    {"repeating_top_3grams", "top_3_gram", 0.18},
    {"repeating_top_4grams", "top_4_gram", 0.16},
    {"repeating_dup_5gram", "duplicated_5_grams", 0.15},
    {"repeating_dup_6gram", "duplicated_6_grams", 0.14},
    {"repeating_dup_7gram", "duplicated_7_grams", 0.13},
    {"repeating_dup_8gram", "duplicated_8_grams", 0.12},
    {"repeating_dup_9gram", "duplicated_9_grams", 0.11},
    {"repeating_dup_10gram", "duplicated_10_grams", 0.1},
    {"bullet_ratio", "max_bullet_lines", 0.9},
}};

// Beginnings of notices, in lower case; a paragraph that holds one is boilerplate. The long ones are the texts of
// cookie plug-ins, of which NeMo compares the whole.
constexpr std::string_view kNotices[] = {
    "terms of use", "privacy policy", "cookie policy", "uses cookies", "privacy overview", "use of cookies", "use cookies",
    "privacy & cookies policy", "privacy and cookies policy",
    "necessary cookies are absolutely essential for the website to function properly. this category only includes "
    "cookies that ensures basic functionalities and security features of the website. these cookies do not store any "
    "personal information.",
    "any cookies that may not be particularly necessary for the website to function and is used specifically to collect "
    "user personal data via analytics, ads, other embedded contents are termed as non-necessary cookies. it is mandatory "
    "to procure user consent prior to running these cookies on your website.",
    "if you continue to browse this site without changing your cookie settings, you agree to this use. acceptread more"};
constexpr std::string_view kEllipses[] = {"...", "[...]", "\u2026", "(...)", "[\u2026]", "-\u00bb", "read more..", "read more"};
constexpr std::string_view kBulletMarks[] = {"\u2022", "\u2023", "\u2043", "\u204c", "\u204d", "\u2219",
                                             "\u25cb", "\u25cf", "\u25d8", "\u25e6", "\u29be", "\u29bf"};

// A sixteenth of a word each: how many bytes of a class a block has.
constexpr std::uint64_t kPlain = 1, kDigit = kPlain << 16, kBlank = kDigit << 16, kBracket = kBlank << 16;
constexpr auto kClasses = [] {
  std::array<std::uint64_t, 256> out{};
  for (int c = 'a'; c <= 'z'; ++c) out[c] = out[c - 32] = kPlain;
  for (int c = '0'; c <= '9'; ++c) out[c] = kPlain + kDigit;
  for (char c : {'?', '!', ',', '.'}) out[static_cast<unsigned char>(c)] = kPlain;
  for (char c : {'\t', '\r', '\b', ' '}) out[static_cast<unsigned char>(c)] = kBlank;
  out['\n'] = kPlain + kBlank;
  for (char c : {'{', '}', '[', ']', '(', ')'}) out[static_cast<unsigned char>(c)] = kBracket;
  return out;
}();

struct Characters {
  std::size_t all = 0, plain = 0, digits = 0, blanks = 0, brackets = 0;
};

Characters count_characters(std::string_view text) {
  constexpr std::size_t kBlock = 0xFFFF;  // no part of the sum runs over
  Characters out;
  for (std::size_t at = 0; at < text.size(); at += kBlock) {
    std::uint64_t sum = 0;
    for (char c : text.substr(at, kBlock)) sum += kClasses[static_cast<unsigned char>(c)];
    out.plain += sum & 0xFFFF;
    out.digits += sum >> 16 & 0xFFFF;
    out.blanks += sum >> 32 & 0xFFFF;
    out.brackets += sum >> 48;
  }
  out.all = simd::count_code_points(text);
  if (out.all == text.size()) return out;
  static constexpr simd::ByteSet kLeads = simd::ByteSet().add(0xC2, 0xF4);
  for (std::size_t at = 0; (at = simd::find_first(kLeads, text, at)) < text.size();) {
    auto [c, size] = text::decode(text.substr(at));
    out.brackets += c == U'\u27e8' || c == U'\u27e9';
    out.digits += text::is_decimal_digit(c);
    at += size;
  }
  return out;
}

// Bytes of https?:// and what may follow in an address.
std::size_t count_url_bytes(std::string_view text) {
  static constexpr simd::ByteSet kAddress = simd::ByteSet()
                                                .add('A', 'Z').add('a', 'z').add('0', '9').add('#', '$').add('&').add('(', ':')
                                                .add('=').add('?').add('@').add('_').add('~').add('!');
  auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  std::size_t bytes = 0;
  for (std::size_t at = 0; (at = text.find("://", at)) != std::string_view::npos;) {
    std::size_t from = std::string_view::npos;
    if (text.substr(0, at).ends_with("http")) from = at - 4;
    if (text.substr(0, at).ends_with("https")) from = at - 5;
    at += 3;
    if (from == std::string_view::npos) continue;
    std::size_t end = at;
    while (end < text.size()) {
      if (kAddress.contains(static_cast<unsigned char>(text[end]))) {
        ++end;
      } else if (text[end] == '%' && end + 2 < text.size() && is_hex(text[end + 1]) && is_hex(text[end + 2])) {
        end += 3;
      } else {
        break;
      }
    }
    if (end > at) bytes += end - from;
    at = end;
  }
  return bytes;
}

template <typename F>
void split(std::string_view text, std::string_view at, F&& f) {
  for (std::size_t end; (end = text.find(at)) != std::string_view::npos; text.remove_prefix(end + at.size())) {
    f(text.substr(0, end));
  }
  f(text);
}

bool is_ellipsis(std::string_view word) {
  return std::find(std::begin(kEllipses), std::end(kEllipses), word) != std::end(kEllipses);
}

// An ellipsis, or more than half of it number signs; neighbours count once.
bool is_symbol(const SpacedWord& word, std::string_view text) {
  if (text.find('#') == std::string_view::npos) return !text.empty() && is_ellipsis(text);
  std::size_t runs = 0;
  for (std::size_t i = 0; i < text.size(); ++i) runs += text[i] == '#' && (i == 0 || text[i - 1] != '#');
  return 2 * runs > word.chars;
}

bool has_alphabetic(std::string_view word) {
  for (std::size_t at = 0; at < word.size();) {
    auto [c, size] = text::decode(word.substr(at));
    if (text::is_alphabetic(c)) return true;
    at += size;
  }
  return false;
}

bool is_common(std::string_view word) {
  const auto& words = gopher_stop_words();
  return word.size() <= 4 && std::find(words.begin(), words.end(), word) != words.end();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool ends_in_ellipsis(std::string_view line) {
  char tail[12];
  std::size_t n = std::min(line.size(), sizeof tail);
  std::transform(line.end() - static_cast<std::ptrdiff_t>(n), line.end(), tail, lower);
  return std::any_of(std::begin(kEllipses), std::end(kEllipses),
                     [&](std::string_view e) { return std::string_view(tail, n).ends_with(e); });
}

struct Lines {
  std::size_t all = 0, chars = 0, unended = 0, ellipses = 0, bullets = 0;
  Duplicates duplicates;
};

struct NemoScratch {
  SpacedWords words;
  HashSet seen;
  std::string buffer;
};

class NemoEnglish {
 public:
  using Scratch = NemoScratch;
  static constexpr std::string_view kTag = "nemo_english";

  explicit NemoEnglish(const std::array<double, kRules>& limits) : limits_(limits) {
    for (std::size_t i = 0; i < kRules; ++i) {
      reasons_[i] = Reason::intern("filters.nemo_english." + std::string(kDefaults[i].name));
    }
  }

  Scratch scratch() const { return {}; }

  Reason judge(std::string_view text, Scratch& s, Signals* signals) const {
    Reason verdict;
    // True when there is no need to go on.
    auto broken = [&](Index rule, double value) {
      const Rule& r = kDefaults[rule];
      const bool again = rule == kMaxWords || rule == kMaxMean;  // the same signal's other end
      if (signals != nullptr && !again) signals->add(r.name, value);
      const bool breaks = r.least ? value < limits_[rule] : value > limits_[rule];
      if (breaks && !verdict) verdict = reasons_[rule];
      return verdict && signals == nullptr;
    };
    auto share = [](std::size_t part, std::size_t of) { return static_cast<double>(part) / static_cast<double>(of); };
    const Characters chars = count_characters(text);
    if (chars.all == 0) return reasons_[kAlphanumeric];
    if (broken(kAlphanumeric, share(chars.all - chars.plain, chars.all))) return verdict;

    s.words.start(text);
    const std::size_t words = s.words.words().size();
    if (words == 0) return reasons_[kMinWords];
    std::size_t symbols = 0, word_chars = 0, longest = 0, alphabetic = 0, common = 0;
    for (std::size_t i = 0; i < words; ++i) {
      const SpacedWord& word = s.words.words()[i];
      std::string_view view = s.words.word(i);
      symbols += is_symbol(word, view);
      word_chars += word.chars;
      longest = std::max<std::size_t>(longest, word.chars);
      alphabetic += has_alphabetic(view);
      common += is_common(view);
    }
    if (broken(kSymbols, share(symbols, words)) || broken(kNumbers, share(chars.digits, chars.all)) ||
        broken(kUrls, share(count_url_bytes(text), chars.all)) || broken(kWhite, share(chars.blanks, chars.all)) ||
        broken(kParentheses, share(chars.brackets, chars.all)) || broken(kBoilerplate, boilerplate(text, s.buffer))) {
      return verdict;
    }

    const Lines lines = look_at_lines(text, s.seen);
    std::size_t paragraph_chars = 0, feeds = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    DuplicateCounter paragraphs(s.seen, feeds + 1);
    split(text, "\n\n", [&](std::string_view piece) {
      paragraphs.add(piece);
      paragraph_chars += simd::count_code_points(piece);
    });
    const Duplicates& again = paragraphs.counts();
    if (broken(kLines, share(lines.all - lines.duplicates.duplicates, lines.all)) ||
        broken(kParagraphs, share(again.pieces - again.duplicates, again.pieces)) ||
        broken(kLineChars, share(lines.chars - lines.duplicates.chars, lines.chars)) ||
        broken(kParagraphChars, share(paragraph_chars - again.chars, paragraph_chars)) ||
        broken(kMinWords, static_cast<double>(words)) || broken(kMaxWords, static_cast<double>(words)) ||
        broken(kNoEnd, share(lines.unended, lines.all)) || broken(kAlphabetic, share(alphabetic, words)) ||
        broken(kCommon, static_cast<double>(common)) || broken(kMinMean, share(word_chars, words)) ||
        broken(kMaxMean, share(word_chars, words)) || broken(kLongest, static_cast<double>(longest)) ||
        broken(kEllipsisLines, share(lines.ellipses, lines.all))) {
      return verdict;
    }

    for (std::size_t n = 2; n <= 4; ++n) {
      if (broken(static_cast<Index>(kTop2 + n - 2), top(text, n, s, chars.all))) return verdict;
    }
    const double least = *std::min_element(&limits_[kDup5], &limits_[kDup10] + 1);
    for (std::size_t n = 5; n <= 10; ++n) {
      const double part = words < n ? 1.0 : share(s.words.repeated_chars(n), chars.all);
      if (broken(static_cast<Index>(kDup5 + n - 5), part)) return verdict;
      if (signals == nullptr && words >= 10 && part <= least) break;  // longer ones are no more
    }
    broken(kBullets, share(lines.bullets, lines.all));
    return verdict;
  }

 private:
  // A notice counts for the paragraph it stands in; lorem ipsum for all of the text.
  static double boilerplate(std::string_view text, std::string& lowered) {
    lowered.resize(text.size());
    std::transform(text.begin(), text.end(), lowered.begin(), lower);
    std::string_view rest = lowered;
    if (rest.find("lorem ipsum") != std::string_view::npos) return 1.0;
    // Nearly every text has none of them, and each holds one of these.
    auto has = [&](std::string_view part) { return rest.find(part) != std::string_view::npos; };
    if (!has("cookie") && !has("privacy ") && !has("terms of use")) return 0.0;
    std::size_t all = 0, notices = 0;
    split(rest, "\n\n", [&](std::string_view paragraph) {
      ++all;
      notices += std::any_of(std::begin(kNotices), std::end(kNotices), [&](std::string_view notice) {
        return paragraph.find(notice) != std::string_view::npos;
      });
    });
    return static_cast<double>(notices) / static_cast<double>(all);
  }

  static Lines look_at_lines(std::string_view text, HashSet& seen) {
    Lines out;
    DuplicateCounter counter(seen, static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
    split(text, "\n", [&](std::string_view line) {
      std::string_view inner = text::python_strip(line);
      if (inner.empty()) return;
      ++out.all;
      out.chars += simd::count_code_points(line);
      counter.add(line);
      out.unended += std::string_view(".?!\"'").find(inner.back()) == std::string_view::npos;
      out.ellipses += ends_in_ellipsis(inner);
      out.bullets += std::any_of(std::begin(kBulletMarks), std::end(kBulletMarks),
                                 [&](std::string_view mark) { return inner.starts_with(mark); });
    });
    out.duplicates = counter.counts();
    return out;
  }

  // Share of the characters that go with the most frequent sequence of n words, wherever it stands.
  static double top(std::string_view text, std::size_t n, Scratch& s, std::size_t chars) {
    if (s.words.words().size() < n) return 1.0;
    std::size_t first = s.words.most_frequent(n), each = n - 1, times = 0;
    s.buffer.clear();
    for (std::size_t i = first; i < first + n; ++i) {
      if (i > first) s.buffer += ' ';
      s.buffer += s.words.word(i);
      each += s.words.words()[i].chars;
    }
    for (std::size_t at = 0; (at = text.find(s.buffer, at)) != std::string_view::npos; at += s.buffer.size()) ++times;
    return static_cast<double>(times * each) / static_cast<double>(chars);
  }

  std::array<double, kRules> limits_;
  std::array<Reason, kRules> reasons_;
};

}  // namespace

Result<Stages> make_filters_nemo_english(const Value& value, BuildContext&) {
  std::array<double, kRules> limits;
  for (std::size_t i = 0; i < kRules; ++i) limits[i] = value.get(kDefaults[i].option, kDefaults[i].limit);
  CORPUS_TRY(RuleOptions options, rule_options(value));
  return ruled_by(NemoEnglish(limits), options);
}

}  // namespace corpus
