// filters.gopher_repetition: the repetition rules of Gopher (Rae et al. 2021, table A1), as
// datatrove applies them.
//
// Shares are of the characters of the whole text. Words are English tokens
// (text/english_tokens.h).
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "filters/repeats.h"
#include "filters/rule_map.h"

namespace corpus {
namespace {

constexpr std::size_t kFirstTop = 2, kTops = 3, kFirstDup = 5, kDups = 6;
constexpr std::string_view kTopNames[kTops] = {"top_2_gram", "top_3_gram", "top_4_gram"};
constexpr std::string_view kDupNames[kDups] = {"duplicated_5_grams", "duplicated_6_grams",
                                               "duplicated_7_grams", "duplicated_8_grams",
                                               "duplicated_9_grams", "duplicated_10_grams"};

struct Limits {
  double lines = 0.3, paragraphs = 0.3, line_chars = 0.2, paragraph_chars = 0.2;
  std::array<double, kTops> top = {0.2, 0.18, 0.16};
  std::array<double, kDups> dup = {0.15, 0.14, 0.13, 0.12, 0.11, 0.10};
};

struct RepetitionScratch {
  text::TokenWalk walk{gopher_stop_words()};
  TokenNote* note = nullptr;
  TokenRepeats repeats;
  HashSet seen;
};

// Pieces between runs of at least `least` line feeds; an empty one at either end counts.
template <typename F>
void split_at_feeds(std::string_view text, std::size_t least, F&& f) {
  std::size_t begin = 0, at = 0;
  while ((at = text.find('\n', at)) != std::string_view::npos) {
    std::size_t end = at;
    while (end < text.size() && text[end] == '\n') ++end;
    if (end - at >= least) {
      f(text.substr(begin, at - begin));
      begin = end;
    }
    at = end;
  }
  f(text.substr(begin));
}

Duplicates duplicates(std::string_view text, std::size_t least, HashSet& seen) {
  std::size_t pieces = 0;
  split_at_feeds(text, least, [&](std::string_view) { ++pieces; });
  DuplicateCounter counter(seen, pieces);
  split_at_feeds(text, least, [&](std::string_view piece) { counter.add(piece); });
  return counter.counts();
}

class GopherRepetition {
 public:
  using Scratch = RepetitionScratch;
  static constexpr std::string_view kTag = "gopher_repetition";

  explicit GopherRepetition(const Limits& limits) : limits_(limits) {
    for (std::size_t i = 0; i < kTops; ++i) {
      top_[i] = Reason::intern("filters.gopher_repetition." + std::string(kTopNames[i]));
    }
    for (std::size_t i = 0; i < kDups; ++i) {
      dup_[i] = Reason::intern("filters.gopher_repetition." + std::string(kDupNames[i]));
    }
  }

  Scratch scratch() const { return {}; }

  Reason judge(std::string_view text, Scratch& s, Signals* signals) const {
    if (text.empty()) return empty_;
    Reason verdict;
    const bool measure = signals != nullptr;
    // True when there is no need to go on.
    auto broken = [&](std::string_view name, double value, double limit, Reason reason) {
      if (measure) signals->add(name, value);
      if (limit > 0 && value > limit && !verdict) verdict = reason;
      return verdict && !measure;
    };
    const auto whole = static_cast<double>(simd::count_code_points(text));
    auto share = [](std::size_t part, double of) { return static_cast<double>(part) / of; };

    const Duplicates paragraphs = duplicates(text::python_strip(text), 2, s.seen);
    if (broken("duplicate_paragraphs",
               share(paragraphs.duplicates, static_cast<double>(paragraphs.pieces)),
               limits_.paragraphs, paragraphs_) ||
        broken("duplicate_paragraph_chars", share(paragraphs.chars, whole),
               limits_.paragraph_chars, paragraph_chars_)) {
      return verdict;
    }
    const Duplicates lines = duplicates(text, 1, s.seen);
    if (broken("duplicate_lines", share(lines.duplicates, static_cast<double>(lines.pieces)),
               limits_.lines, lines_) ||
        broken("duplicate_line_chars", share(lines.chars, whole), limits_.line_chars,
               line_chars_)) {
      return verdict;
    }

    s.repeats.start(s.walk.walk(text));
    s.note->set(text, s.walk.counts());
    // Most texts are far from the limits, and a bound says so.
    TokenRepeats::Tops bounds{};
    if (!measure) bounds = s.repeats.tops_at_most();
    for (std::size_t i = 0; i < kTops; ++i) {
      const std::size_t n = kFirstTop + i;
      if (!measure && share(bounds[i], whole) <= limits_.top[i]) continue;
      if (broken(kTopNames[i], share(s.repeats.top(n), whole), limits_.top[i], top_[i])) return verdict;
    }
    if (!measure) {
      double least = limits_.dup[0];
      for (double limit : limits_.dup) least = limit > 0 ? std::min(least, limit) : least;
      if (share(s.repeats.covered_at_most(kFirstDup), whole) <= least ||
          share(s.repeats.covered(kFirstDup), whole) <= least) {
        return verdict;
      }
    }
    for (std::size_t i = 0; i < kDups; ++i) {
      std::size_t chars = s.repeats.duplicated(kFirstDup + i);
      if (broken(kDupNames[i], share(chars, whole), limits_.dup[i], dup_[i])) return verdict;
    }
    return verdict;
  }

 private:
  Limits limits_;
  Reason empty_ = Reason::intern("filters.gopher_repetition.empty");
  Reason paragraphs_ = Reason::intern("filters.gopher_repetition.dup_para_frac");
  Reason paragraph_chars_ = Reason::intern("filters.gopher_repetition.dup_para_char_frac");
  Reason lines_ = Reason::intern("filters.gopher_repetition.dup_line_frac");
  Reason line_chars_ = Reason::intern("filters.gopher_repetition.dup_line_char_frac");
  std::array<Reason, kTops> top_;
  std::array<Reason, kDups> dup_;
};

}  // namespace

Result<Stages> make_filters_gopher_repetition(const Value& value, BuildContext&) {
  Limits limits;
  limits.paragraphs = value.get("duplicate_paragraphs", limits.paragraphs);
  limits.paragraph_chars = value.get("duplicate_paragraph_chars", limits.paragraph_chars);
  limits.lines = value.get("duplicate_lines", limits.lines);
  limits.line_chars = value.get("duplicate_line_chars", limits.line_chars);
  for (std::size_t i = 0; i < kTops; ++i) limits.top[i] = value.get(kTopNames[i], limits.top[i]);
  for (std::size_t i = 0; i < kDups; ++i) limits.dup[i] = value.get(kDupNames[i], limits.dup[i]);
  CORPUS_TRY(RuleOptions options, rule_options(value));
  return ruled_by(GopherRepetition(limits), options);
}

}  // namespace corpus
