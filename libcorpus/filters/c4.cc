// filters.c4: the line rules of C4 (Raffel et al. 2020, section 2.2), as datatrove applies them.
//
// Lines that do not end like a sentence, have too few words or speak of cookies go; a record goes
// with too few sentences left, with a curly bracket or with "lorem ipsum". The curly bracket alone
// rejects nearly all code, so this is for running text. Sentences are counted as spaCy's sentencizer
// does. Citations such as [3] are taken out of the lines that stay.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "filters/line_rule_map.h"
#include "simd/byte_set.h"
#include "simd/space_edges.h"
#include "simd/utf8_count.h"
#include "text/python_lines.h"
#include "text/token_walk.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus {
namespace {

struct Limits {
  bool citations = true;
  bool terminal_punct = true;
  std::int64_t sentences = 5;
  std::int64_t words = 3;
  std::int64_t word_chars = 1000;
  bool lorem_ipsum = true, javascript = true, curly_bracket = true, policy = true;
};

constexpr std::string_view kPolicies[] = {"terms of use", "privacy policy", "cookie policy",
                                          "uses cookies", "use of cookies", "use cookies"};

struct C4Scratch {
  text::TokenWalk walk;
  std::string line, lower;
  std::vector<std::uint32_t> edges;
  std::uint64_t sentences = 0, lines = 0, kept = 0;
};

// [12], [], [edit] and [citation needed] go.
std::string_view without_citations(std::string_view line, std::string& buffer) {
  auto citation = [&](std::size_t at) -> std::size_t {
    std::string_view rest = line.substr(at);
    for (std::string_view word : {"[edit]", "[citation needed]"}) {
      if (rest.starts_with(word)) return word.size();
    }
    std::size_t n = 1;
    while (n < rest.size()) {
      auto [c, size] = text::decode(rest.substr(n));
      if (!text::is_decimal_digit(c)) break;
      n += size;
    }
    return n < rest.size() && rest[n] == ']' ? n + 1 : 0;
  };
  std::size_t open = line.find('[');
  if (open == std::string_view::npos) return line;
  buffer.clear();
  std::size_t at = 0;
  for (; open != std::string_view::npos; open = line.find('[', open)) {
    std::size_t size = citation(open);
    if (size == 0) {
      ++open;
      continue;
    }
    buffer.append(line.substr(at, open - at));
    at = open += size;
  }
  buffer.append(line.substr(at));
  return buffer;
}

struct WordCount {
  std::size_t words = 0, longest = 0;  // characters
};

// Is there white space beyond ASCII? All of it begins with one of four bytes.
bool has_wide_space(std::string_view text) {
  static constexpr simd::ByteSet kLeads = simd::ByteSet().add(0xC2).add(0xE1, 0xE3);
  for (std::size_t at = 0; (at = simd::find_first(kLeads, text, at)) < text.size(); ++at) {
    if (text::is_python_space(text::decode(text.substr(at)).c)) return true;
  }
  return false;
}

WordCount count_words_slowly(std::string_view line) {
  WordCount out;
  std::size_t chars = 0;
  auto end_word = [&] {
    out.words += chars > 0;
    out.longest = std::max(out.longest, chars);
    chars = 0;
  };
  for (std::size_t at = 0; at < line.size();) {
    auto [c, size] = text::decode(line.substr(at));
    if (text::is_python_space(c)) {
      end_word();
    } else {
      ++chars;
    }
    at += size;
  }
  end_word();
  return out;
}

// `edges` are those of the line's runs between ASCII white space.
WordCount count_words(std::string_view line, std::span<const std::uint32_t> edges) {
  if (has_wide_space(line)) return count_words_slowly(line);
  WordCount out{.words = edges.size() / 2};
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < edges.size(); i += 2) {
    bytes = std::max<std::size_t>(bytes, edges[i + 1] - edges[i]);
  }
  out.longest = bytes;
  if (text::is_ascii(line)) return out;
  out.longest = 0;
  for (std::size_t i = 0; i < edges.size(); i += 2) {
    std::string_view word = line.substr(edges[i], edges[i + 1] - edges[i]);
    if (word.size() > out.longest) out.longest = std::max(out.longest, simd::count_code_points(word));
  }
  return out;
}

// Sentences of a line: a new one begins with the first token behind a full stop that is itself
// neither that nor punctuation. White space other than single spaces is a token, too.
class SentenceCounter {
 public:
  explicit SentenceCounter(text::TokenWalk& walk) : walk_(walk) {}

  // `edges` are those of the line's runs between ASCII white space.
  std::size_t count(std::string_view line, std::span<const std::uint32_t> edges) {
    bool single = edges.empty() || (edges.front() == 0 && edges.back() == line.size());
    for (std::size_t i = 1; i + 1 < edges.size(); i += 2) {
      single &= edges[i + 1] == edges[i] + 1 && line[edges[i]] == ' ';
    }
    if (!single || has_wide_space(line)) return count_slowly(line);
    tokens(line);
    return sentences_;
  }

 private:
  std::size_t count_slowly(std::string_view line) {
    std::size_t begin = 0, at = 0;
    while (at < line.size()) {
      auto [c, size] = text::decode(line.substr(at));
      if (!text::is_python_space(c)) {
        at += size;
        continue;
      }
      std::size_t end = at;
      while (end < line.size()) {
        auto [next, next_size] = text::decode(line.substr(end));
        if (!text::is_python_space(next)) break;
        end += next_size;
      }
      if (line.substr(at, end - at) != " ") {
        tokens(line.substr(begin, at - begin));
        token(false, false);
        begin = end;
      }
      at = end;
    }
    tokens(line.substr(begin));
    return sentences_;
  }

  void tokens(std::string_view part) {
    for (const text::Token& t : walk_.walk(part)) {
      token(t.has(text::Token::kStop), t.has(text::Token::kPunctuation));
    }
  }
  void token(bool stop, bool punctuation) {
    if (sentences_ == 0) sentences_ = 1;
    if (stopped_ && !stop && !punctuation) {
      ++sentences_;
      stopped_ = false;
    } else if (stop) {
      stopped_ = true;
    }
  }

  text::TokenWalk& walk_;
  std::size_t sentences_ = 0;
  bool stopped_ = false;
};

class C4 {
 public:
  using Scratch = C4Scratch;
  static constexpr std::string_view kTag = "c4";

  explicit C4(const Limits& limits) : limits_(limits) {}

  Scratch scratch() const { return {}; }
  void start(Scratch& s) const { s.sentences = s.lines = s.kept = 0; }
  Reason emptied() const { return emptied_; }

  Reason rewrite(std::string_view text, std::string& out, Scratch& s) const {
    out.clear();
    Reason verdict;
    text::for_each_python_line(text, [&](std::string_view line) {
      if (verdict) return;
      ++s.lines;
      std::string_view kept;
      verdict = keep(text::python_strip(line), s, &kept);
      if (kept.data() == nullptr) return;
      if (s.kept++ > 0 && !out.empty()) out += '\n';
      out += kept;
    });
    std::string_view whole = text::python_strip(out);
    if (whole.size() != out.size()) out = std::string(whole);
    return verdict;
  }

  Reason finish(Scratch& s, Signals* signals) const {
    if (signals != nullptr) {
      signals->add("lines", static_cast<double>(s.lines));
      signals->add("kept_lines", static_cast<double>(s.kept));
      signals->add("sentences", static_cast<double>(s.sentences));
    }
    bool few = limits_.sentences > 0 && static_cast<std::int64_t>(s.sentences) < limits_.sentences;
    return few ? few_ : Reason();
  }

 private:
  // *kept is what stays of the line, or null.
  Reason keep(std::string_view line, Scratch& s, std::string_view* kept) const {
    auto edges = edges_of(line, s);
    const WordCount words = count_words(line, edges);
    if (limits_.word_chars > 0 && static_cast<std::int64_t>(words.longest) > limits_.word_chars) {
      return {};
    }
    if (limits_.citations) {
      const std::string_view clean = without_citations(line, s.line);
      if (clean.data() != line.data()) edges = edges_of(line = clean, s);
    }
    if (limits_.terminal_punct) {
      bool ends = !line.empty() && std::string_view(".?!\"'").find(line.back()) != std::string_view::npos;
      if (!ends || line.ends_with("...")) return {};
    }
    if (limits_.words > 0 && static_cast<std::int64_t>(words.words) < limits_.words) return {};
    lower(line, s.lower);
    if (limits_.lorem_ipsum && has(s.lower, "lorem ipsum")) return lorem_ipsum_;
    if (limits_.javascript && has(s.lower, "javascript")) return {};
    if (limits_.curly_bracket && has(line, "{")) return curly_bracket_;
    if (limits_.policy && std::any_of(std::begin(kPolicies), std::end(kPolicies),
                                      [&](std::string_view p) { return has(s.lower, p); })) {
      return {};
    }
    if (limits_.sentences > 0) s.sentences += SentenceCounter(s.walk).count(line, edges);
    *kept = line.empty() ? std::string_view("") : line;
    return {};
  }

  static std::span<const std::uint32_t> edges_of(std::string_view line, Scratch& s) {
    if (s.edges.size() < line.size() + 2) s.edges.resize(line.size() + 2);
    return {s.edges.data(), simd::space_edges(line, s.edges.data())};
  }
  static bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
  }
  static void lower(std::string_view line, std::string& out) {
    if (!text::is_ascii(line)) {
      out = text::lower(line);
      return;
    }
    out.assign(line);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }

  Limits limits_;
  Reason few_ = Reason::intern("filters.c4.too_few_sentences");
  Reason lorem_ipsum_ = Reason::intern("filters.c4.lorem_ipsum");
  Reason curly_bracket_ = Reason::intern("filters.c4.curly_bracket");
  Reason emptied_ = Reason::intern("filters.c4.emptied");
};

}  // namespace

Result<Stages> make_filters_c4(const Value& value, BuildContext&) {
  Limits limits;
  limits.citations = value.get("remove_citations", limits.citations);
  limits.terminal_punct = value.get("terminal_punct", limits.terminal_punct);
  limits.sentences = value.get("min_sentences", limits.sentences);
  limits.words = value.get("min_words_per_line", limits.words);
  limits.word_chars = value.get("max_word_length", limits.word_chars);
  limits.lorem_ipsum = value.get("lorem_ipsum", limits.lorem_ipsum);
  limits.javascript = value.get("javascript", limits.javascript);
  limits.curly_bracket = value.get("curly_bracket", limits.curly_bracket);
  limits.policy = value.get("policy", limits.policy);
  return lines_ruled_by(C4(limits), value);
}

}  // namespace corpus
