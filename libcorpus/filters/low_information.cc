// filters.low_information: answers that say little for their length.
//
// few_words: of each run of 100 words that are no numbers, few are different (the moving-average
// type-token ratio of Covington & McFall 2010, over runs side by side). compressible: most of the
// text is found again a little before, in matches of eight bytes or more: what a fast compressor
// would do with it, without doing it. Tables, code and lists of numbers repeat by right, so
// thresholds are low; filters.loop finds texts that got stuck. O(text).
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "filters/record_rule_map.h"
#include "filters/word_repeats.h"
#include "text/utf8.h"

namespace corpus {
namespace {

constexpr std::size_t kRun = 100;

struct Options {
  std::size_t min_words = 50;
  double distinct = 0.25;
  double matched = 0.75;
};

// Share of the bytes that a match-finder with one candidate a hash would copy from before.
class Matcher {
 public:
  double share(std::string_view text) {
    if (text.size() < 2 * kMatch) return 0;
    if (places_.empty() || base_ > UINT32_MAX - text.size() - 1) {
      places_.assign(std::size_t{1} << kBits, 0);
      base_ = 1;
    }
    std::size_t copied = 0;
    const std::size_t last = text.size() - kMatch;
    for (std::size_t at = 0, missed = 0; at <= last;) {
      std::uint64_t here = word(text, at);
      std::uint32_t& place = places_[here * 0x9E3779B97F4A7C15U >> (64 - kBits)];
      const std::uint32_t before = place;
      place = base_ + static_cast<std::uint32_t>(at);
      // What other texts left there is below base_.
      if (before < base_ || word(text, before - base_) != here) {
        at += 1 + (missed++ >> 5);  // hurries through what does not repeat
        continue;
      }
      missed = 0;
      std::size_t from = before - base_ + kMatch, to = at + kMatch;
      while (to < text.size() && text[from] == text[to]) ++from, ++to;
      copied += to - at;
      at = to;
    }
    base_ += static_cast<std::uint32_t>(text.size());
    return static_cast<double>(copied) / static_cast<double>(text.size());
  }

 private:
  static constexpr std::size_t kMatch = 8;
  static constexpr int kBits = 12;
  static std::uint64_t word(std::string_view text, std::size_t at) {
    std::uint64_t out;
    std::memcpy(&out, text.data() + at, sizeof out);
    return out;
  }
  std::vector<std::uint32_t> places_;
  std::uint32_t base_ = 1;  // what is written down for the first byte of this text
};

struct Memory {
  std::vector<std::uint32_t> edges;
  std::vector<std::uint64_t> words;
  HashSet seen;
  Matcher matcher;
};

class LowInformation {
 public:
  static constexpr std::string_view kTag = "information";
  using Scratch = Memory;

  LowInformation(Scope scope, const Options& options) : scope_(scope), options_(options) {}

  Reason judge(const Record& record, Scratch& m, Signals* signals) const {
    Reason out;
    double distinct = 1, matched = 0;
    bool any = false;
    for (const Turn& turn : record.turns) {
      if (!is_judged(turn, scope_)) continue;
      std::string_view text = text::trim(turn.text);
      if (text.size() < options_.min_words) continue;
      auto words = without_numbers(hash_words(text, m.edges, m.words), m.words);
      if (words.size() < options_.min_words) continue;
      any = true;
      distinct = std::min(distinct, distinct_share(words, m.seen));
      if (distinct < options_.distinct && !out) out = few_words_;
      if (out && signals == nullptr) return out;
      matched = std::max(matched, m.matcher.share(text));
      if (matched > options_.matched && !out) out = compressible_;
    }
    if (any && signals != nullptr) {
      signals->add("distinct_words", distinct);
      signals->add("matched", matched);
    }
    return out;
  }

 private:
  // Bit 0 marks them; `words` lie in `buffer`.
  static std::span<const std::uint64_t> without_numbers(std::span<const std::uint64_t> words,
                                                        std::vector<std::uint64_t>& buffer) {
    std::size_t n = 0;
    for (auto word : words) {
      buffer[n] = word;
      n += (word & 1) == 0;
    }
    return words.first(n);
  }

  // Mean over runs of kRun words; what is left at the end counts with its length.
  static double distinct_share(std::span<const std::uint64_t> words, HashSet& seen) {
    std::size_t distinct = 0;
    for (std::size_t begin = 0; begin < words.size(); begin += kRun) {
      seen.clear(kRun);
      for (auto word : words.subspan(begin, std::min(kRun, words.size() - begin)))
        distinct += seen.insert(word);
    }
    return static_cast<double>(distinct) / static_cast<double>(words.size());
  }

  Scope scope_;
  Options options_;
  Reason few_words_ = Reason::intern("filters.low_information.few_words"),
         compressible_ = Reason::intern("filters.low_information.compressible");
};

}  // namespace

Result<Stages> make_filters_low_information(const Value& value, BuildContext&) {
  Options options;
  options.min_words = static_cast<std::size_t>(
      value.get("min_words", static_cast<std::int64_t>(options.min_words)));
  options.distinct = value.get("distinct", options.distinct);
  options.matched = value.get("matched", options.matched);
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "response")));
  return answers_ruled_by(LowInformation(scope, options), value.get("action", "drop") == "tag");
}

}  // namespace corpus
