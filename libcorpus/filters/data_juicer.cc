// filters.data_juicer: the rules by which Data-Juicer refined Alpaca-CoT (its recipe alpaca-cot-en-refine: alphanumeric
// characters, repeated characters, flagged words, longest line, length), in that order, as py-data-juicer 1.6 applies
// them.
//
// Characters are code points. The list of flagged words is the user's own, and without one that rule is not asked; words
// stand between white space (there they are pieces of a model that is fetched), in lower case and without signs at both
// ends.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "filters/grams.h"
#include "filters/rule_map.h"
#include "filters/spaced_words.h"
#include "simd/utf8_count.h"
#include "text/python_lines.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus {
namespace {

struct Limits {
  double alphanumeric = 0.1;
  std::int64_t gram = 10;
  double repetition = 0.6, flagged = 0.017;
  std::int64_t longest_line = 20, length = 30;
};

struct Counted {
  std::uint64_t hash = 0;
  std::uint32_t count = 0;  // 0: empty
};

struct DataJuicerScratch {
  std::vector<char32_t> chars;
  std::vector<std::uint64_t> hashes, bits;
  std::vector<Counted> table;
  std::vector<std::uint32_t> counts;
  SpacedWords words;
};

void decode_all(std::string_view text, std::vector<char32_t>& out) {
  out.resize(text.size());
  std::size_t n = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto [c, size] = text::decode(text.substr(at));
    out[n++] = c;
    at += size;
  }
  out.resize(n);
}

// Of every n characters that follow one another.
void hash_grams(const std::vector<char32_t>& chars, std::size_t n, std::vector<std::uint64_t>& out) {
  Rolling rolling(n);
  out.clear();
  for (std::size_t i = 0; i < chars.size(); ++i) {
    rolling.add(chars[i] + std::uint64_t{1});
    if (i >= n) rolling.drop(chars[i - n] + std::uint64_t{1});
    if (i + 1 >= n) out.push_back(rolling.sum);
  }
}

// No more than the number of different hashes.
std::size_t distinct_at_least(const std::vector<std::uint64_t>& hashes, std::vector<std::uint64_t>& bits) {
  const std::size_t size = power_of_two(64, 8 * hashes.size());
  bits.assign(size / 64, 0);
  for (std::uint64_t hash : hashes) {
    std::size_t bit = spread(hash) & (size - 1);
    bits[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  std::size_t out = 0;
  for (std::uint64_t word : bits) out += static_cast<std::size_t>(std::popcount(word));
  return out;
}

// Share of the grams that are one of the most frequent: as many kinds as the root of their number, and only such as come
// again.
double repetition(const std::vector<std::uint64_t>& hashes, std::vector<Counted>& table,
                  std::vector<std::uint32_t>& counts) {
  const std::size_t size = power_of_two(64, 2 * hashes.size());
  table.assign(size, {});
  for (std::uint64_t hash : hashes) {
    std::size_t at = spread(hash) & (size - 1);
    while (table[at].count != 0 && table[at].hash != hash) at = (at + 1) & (size - 1);
    table[at].hash = hash;
    ++table[at].count;
  }
  counts.clear();
  std::size_t distinct = 0;
  for (const Counted& c : table) {
    distinct += c.count != 0;
    if (c.count > 1) counts.push_back(c.count);
  }
  auto most = std::min(static_cast<std::size_t>(std::sqrt(static_cast<double>(distinct))), counts.size());
  std::nth_element(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(most), counts.end(), std::greater<>());
  std::size_t sum = 0;
  for (std::size_t i = 0; i < most; ++i) sum += counts[i];
  return static_cast<double>(sum) / static_cast<double>(hashes.size());
}

class DataJuicer {
 public:
  using Scratch = DataJuicerScratch;
  static constexpr std::string_view kTag = "data_juicer";

  DataJuicer(const Limits& limits, const std::vector<std::string>& flagged) : limits_(limits) {
    for (const std::string& word : flagged) flagged_.insert(text::lower(word));
  }

  Scratch scratch() const { return {}; }

  Reason judge(std::string_view text, Scratch& s, Signals* signals) const {
    Reason verdict;
    const bool measure = signals != nullptr;
    // True when there is no need to go on.
    auto broken = [&](std::string_view name, double value, bool breaks, Reason reason) {
      if (measure) signals->add(name, value);
      if (breaks && !verdict) verdict = reason;
      return verdict && !measure;
    };
    decode_all(text, s.chars);
    const double alphanumeric = share_of_alphanumeric(s.chars);
    if (broken("alnum_ratio", alphanumeric, alphanumeric < limits_.alphanumeric, alphanumeric_)) return verdict;

    hash_grams(s.chars, static_cast<std::size_t>(limits_.gram), s.hashes);
    if (measure || may_repeat(s)) {
      const double repeats = s.hashes.empty() ? 0 : repetition(s.hashes, s.table, s.counts);
      if (broken("char_rep_ratio", repeats, repeats > limits_.repetition, repetition_)) return verdict;
    }

    if (!flagged_.empty()) {
      const double flagged = share_of_flagged(text, s.words);
      if (broken("flagged_words_ratio", flagged, flagged > limits_.flagged, flagged_words_)) return verdict;
    }

    std::size_t longest = 0;
    text::for_each_python_line(text, [&](std::string_view line) {
      if (line.size() > longest) longest = std::max(longest, simd::count_code_points(line));
    });
    if (broken("max_line_length", static_cast<double>(longest),
               longest < static_cast<std::size_t>(limits_.longest_line), longest_line_)) {
      return verdict;
    }
    broken("text_len", static_cast<double>(s.chars.size()), s.chars.size() < static_cast<std::size_t>(limits_.length),
           length_);
    return verdict;
  }

 private:
  static double share_of_alphanumeric(const std::vector<char32_t>& chars) {
    std::size_t n = 0;
    for (char32_t c : chars) {
      const char32_t small = c | 0x20;
      n += c < 0x80 ? (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') : text::is_letter_or_number(c);
    }
    return chars.empty() ? 0 : static_cast<double>(n) / static_cast<double>(chars.size());
  }

  // With d kinds of n grams the most frequent root of d of them have at most n - d more than one each.
  bool may_repeat(Scratch& s) const {
    const auto n = static_cast<double>(s.hashes.size());
    const auto kinds = static_cast<double>(distinct_at_least(s.hashes, s.bits));
    return n - kinds + std::sqrt(kinds) > limits_.repetition * n;
  }

  double share_of_flagged(std::string_view text, SpacedWords& words) const {
    words.start(text);
    std::size_t all = 0, found = 0;
    for (std::size_t i = 0; i < words.words().size(); ++i) {
      std::string_view word = strip_signs(words.word(i));
      if (word.empty()) continue;
      ++all;
      found += flagged_.contains(text::lower(word));
    }
    return all == 0 ? 0 : static_cast<double>(found) / static_cast<double>(all);
  }

  static std::string_view strip_signs(std::string_view word) {
    while (!word.empty()) {
      auto [c, size] = text::decode(word);
      if (text::is_letter(c)) break;
      word.remove_prefix(size);
    }
    while (!word.empty()) {
      auto [c, size] = text::decode_last(word);
      if (text::is_letter(c) || text::is_nonspacing_mark(c)) break;
      word.remove_suffix(size);
    }
    return word;
  }

  Limits limits_;
  std::unordered_set<std::string> flagged_;
  Reason alphanumeric_ = Reason::intern("filters.data_juicer.alnum_ratio");
  Reason repetition_ = Reason::intern("filters.data_juicer.char_rep_ratio");
  Reason flagged_words_ = Reason::intern("filters.data_juicer.flagged_words_ratio");
  Reason longest_line_ = Reason::intern("filters.data_juicer.max_line_length");
  Reason length_ = Reason::intern("filters.data_juicer.text_len");
};

}  // namespace

Result<Stages> make_filters_data_juicer(const Value& value, BuildContext&) {
  Limits limits;
  limits.alphanumeric = value.get("min_alphanumeric", limits.alphanumeric);
  limits.gram = value.get("gram", limits.gram);
  limits.repetition = value.get("max_repetition", limits.repetition);
  limits.flagged = value.get("max_flagged", limits.flagged);
  limits.longest_line = value.get("min_longest_line", limits.longest_line);
  limits.length = value.get("min_length", limits.length);
  CORPUS_TRY(RuleOptions options, rule_options(value));
  return ruled_by(DataJuicer(limits, value.strings("flagged_words")), options);
}

}  // namespace corpus
