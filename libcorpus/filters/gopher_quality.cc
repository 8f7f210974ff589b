// filters.gopher_quality: the quality rules of Gopher (Rae et al. 2021, "Scaling Language Models",
// A1.1), as datatrove applies them.
//
// Words are English tokens (text/english_tokens.h). The rules stand in the order in which datatrove
// asks them, and a record is dropped for the first one it breaks.
#include <cstdint>
#include <string>
#include <vector>

#include "filters/rule_map.h"
#include "simd/byte_set.h"
#include "text/python_lines.h"
#include "text/token_walk.h"

namespace corpus {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6", kBullet = "\xE2\x80\xA2";

struct Limits {
  std::int64_t min_words = 50, max_words = 100000;
  double min_mean = 3, max_mean = 10;
  double symbols = 0.1, bullets = 0.9, ellipses = 0.3, letters = 0.8;
  std::int64_t stop_words = 2;
  bool distinct = true;
};

struct LineShares {
  std::size_t lines = 0, bullets = 0, ellipses = 0;
};

LineShares count_lines(std::string_view text) {
  LineShares out;
  text::for_each_python_line(text, [&](std::string_view line) {
    ++out.lines;
    line = text::python_strip(line);
    out.bullets += line.starts_with('-') || line.starts_with(kBullet);
    out.ellipses += line.ends_with("...") || line.ends_with(kEllipsis);
  });
  return out;
}

struct Signs {
  std::size_t hashes = 0, ellipses = 0;
};

Signs count_signs(std::string_view text) {
  static constexpr simd::ByteSet kSigns = simd::ByteSet().add('#').add('.').add(0xE2);
  Signs out;
  for (std::size_t at = 0; (at = simd::find_first(kSigns, text, at)) < text.size();) {
    if (text[at] == '#') {
      ++out.hashes;
    } else if (text.substr(at, 3) == "..." || text.substr(at, 3) == kEllipsis) {
      ++out.ellipses;
      at += 2;
    }
    ++at;
  }
  return out;
}

struct QualityScratch {
  text::TokenWalk walk;
  TokenNote* note = nullptr;
};

class GopherQuality {
 public:
  using Scratch = QualityScratch;
  static constexpr std::string_view kTag = "gopher_quality";

  GopherQuality(const Limits& limits, std::vector<std::string> stop_words)
      : limits_(limits), stop_words_(std::move(stop_words)) {}

  Scratch scratch() const { return {text::TokenWalk(stop_words_)}; }

  Reason judge(std::string_view text, Scratch& s, Signals* signals) const {
    Reason verdict;
    // True when there is no need to go on.
    auto broken = [&](bool breaks, Reason reason) {
      if (breaks && !verdict) verdict = reason;
      return verdict && signals == nullptr;
    };
    auto say = [&](std::string_view name, double value) {
      if (signals != nullptr) signals->add(name, value);
    };
    const text::TokenCounts counts = count(text, s);
    const std::size_t words = counts.words;
    const auto n = static_cast<double>(counts.tokens);
    say("words", static_cast<double>(words));
    if (broken(words == 0 || static_cast<std::int64_t>(words) < limits_.min_words, short_) ||
        broken(limits_.max_words > 0 && static_cast<std::int64_t>(words) > limits_.max_words, long_)) {
      return verdict;
    }
    const double mean = words == 0 ? 0 : static_cast<double>(counts.word_chars) / static_cast<double>(words);
    say("mean_word_length", mean);
    if (broken(mean < limits_.min_mean, below_) ||
        broken(limits_.max_mean > 0 && mean > limits_.max_mean, above_)) {
      return verdict;
    }
    const Signs signs = count_signs(text);
    const double hashes = share(signs.hashes, n), ellipses = share(signs.ellipses, n);
    say("hashes_per_word", hashes);
    say("ellipses_per_word", ellipses);
    if (broken(over(hashes, limits_.symbols), hashes_) ||
        broken(over(ellipses, limits_.symbols), ellipses_)) {
      return verdict;
    }
    const LineShares shares = count_lines(text);
    const auto lines = static_cast<double>(shares.lines);
    const double bullets = share(shares.bullets, lines), ends = share(shares.ellipses, lines);
    say("bullet_lines", bullets);
    say("ellipsis_lines", ends);
    if (broken(over(bullets, limits_.bullets), bullets_) ||
        broken(over(ends, limits_.ellipses), end_ellipses_)) {
      return verdict;
    }
    const double alphabetic = share(counts.letters, n);
    say("alphabetic_words", alphabetic);
    if (broken(alphabetic < limits_.letters, letters_)) return verdict;
    const auto stop = static_cast<std::int64_t>(limits_.distinct ? counts.seen.count() : counts.listed);
    say("stop_words", static_cast<double>(stop));
    broken(stop < limits_.stop_words, stop_words_few_);
    return verdict;
  }

 private:
  static double share(std::size_t part, double whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / whole;
  }
  static bool over(double value, double limit) { return limit > 0 && value > limit; }

  text::TokenCounts count(std::string_view text, Scratch& s) const {
    if (!usual_words_) return s.walk.count(text);
    if (const text::TokenCounts* known = s.note->find(text)) return *known;
    text::TokenCounts counts = s.walk.count(text);
    s.note->set(text, counts);
    return counts;
  }

  Limits limits_;
  std::vector<std::string> stop_words_;
  bool usual_words_ = stop_words_ == gopher_stop_words();
  Reason short_ = Reason::intern("filters.gopher_quality.short_doc");
  Reason long_ = Reason::intern("filters.gopher_quality.long_doc");
  Reason below_ = Reason::intern("filters.gopher_quality.below_avg_threshold");
  Reason above_ = Reason::intern("filters.gopher_quality.above_avg_threshold");
  Reason hashes_ = Reason::intern("filters.gopher_quality.too_many_hashes");
  Reason ellipses_ = Reason::intern("filters.gopher_quality.too_many_ellipsis");
  Reason bullets_ = Reason::intern("filters.gopher_quality.too_many_bullets");
  Reason end_ellipses_ = Reason::intern("filters.gopher_quality.too_many_end_ellipsis");
  Reason letters_ = Reason::intern("filters.gopher_quality.below_alpha_threshold");
  Reason stop_words_few_ = Reason::intern("filters.gopher_quality.enough_stop_words");
};

}  // namespace

Result<Stages> make_filters_gopher_quality(const Value& value, BuildContext&) {
  Limits limits;
  limits.min_words = value.get("min_words", limits.min_words);
  limits.max_words = value.get("max_words", limits.max_words);
  limits.min_mean = value.get("min_mean_length", limits.min_mean);
  limits.max_mean = value.get("max_mean_length", limits.max_mean);
  limits.symbols = value.get("max_symbols", limits.symbols);
  limits.bullets = value.get("max_bullet_lines", limits.bullets);
  limits.ellipses = value.get("max_ellipsis_lines", limits.ellipses);
  limits.letters = value.get("min_alphabetic", limits.letters);
  limits.stop_words = value.get("min_stop_words", limits.stop_words);
  limits.distinct = value.get("distinct_stop_words", limits.distinct);
  std::vector<std::string> stop_words = gopher_stop_words();
  if (value.find("stop_words") != nullptr) stop_words = value.strings("stop_words");
  CORPUS_TRY(RuleOptions options, rule_options(value));
  return ruled_by(GopherQuality(limits, std::move(stop_words)), options);
}

}  // namespace corpus
