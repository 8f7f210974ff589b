// filters.loop: answers in which the teacher got stuck and repeats itself.
//
// Four signs, cheapest first. char: one character again and again. line: most of the text is lines
// that stood there before. tail: the words at the end are a cycle. ngram: most words lie in
// 10-grams that stood there before (the duplicate n-gram share of Rae et al. 2021, "Scaling
// Language Models", with a threshold for loops, not for poor style). All are O(text). Rulers, table
// rows and series of numbers repeat by right, up to a point.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "corpus/component.h"
#include "filters/judge.h"
#include "filters/line_style.h"
#include "filters/word_repeats.h"
#include "simd/byte_set.h"
#include "text/utf8.h"

namespace corpus {
namespace {

enum Kind : std::uint32_t { kChar = 1, kTail = 2, kLine = 4, kNgram = 8, kAll = 15 };

struct Options {
  std::uint32_t kinds = kAll;
  std::size_t char_run = 60;
  std::size_t tail_repeats = 5;
  double line_share = 0.6;
  double ngram_share = 0.8;
};

constexpr std::size_t kMinWords = 40;  // shorter texts cannot show a loop

// Characters that are drawn with: rulers, forms to fill in, tables, progress bars.
bool is_ruler(char32_t c) {
  return c <= ' ' ||
         (c < 0x80 && std::string_view("-=_*#.~+|:/\\<>").find(static_cast<char>(c)) !=
                          std::string_view::npos) ||
         c == 0xA0 || c == 0xB7 || (c >= 0x2010 && c <= 0x2015) || c == 0x2026 ||
         (c >= 0x2500 && c < 0x2600) || c == 0x3000 || (c >= 0x2800 && c < 0x2900);
}

bool has_long_run(std::string_view text, std::size_t limit) {
  if (text.size() < limit) return false;
  // A run of `limit` bytes covers a multiple of limit / 2: only there need one look.
  const std::size_t step = std::max<std::size_t>(limit / 2, 1);
  for (std::size_t probe = 0; probe < text.size(); probe += step) {
    std::size_t at = probe;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    auto [c, size] = text::decode(text.substr(at));
    std::string_view one = text.substr(at, size);
    if (text.substr(at + size, size) != one) continue;
    std::size_t begin = at, end = at + size;
    while (begin >= size && text.substr(begin - size, size) == one) begin -= size;
    while (text.substr(end, size) == one) end += size;
    // A ruler may be as long as a screen is wide, and some are.
    if ((end - begin) / size >= (is_ruler(c) ? 20 * limit : limit)) return true;
    probe = std::max(probe, end > step ? end - step : 0);
  }
  return false;
}

struct LoopScratch {
  std::vector<std::uint32_t> edges;
  std::vector<std::uint64_t> words;
  std::vector<std::uint32_t> border;
  HashSet seen;
};

constexpr simd::ByteSet kCells = simd::ByteSet().add('|').add('{').add('}');
constexpr simd::ByteSet kLetters =
    simd::ByteSet().add('a', 'z').add('A', 'Z').add(0xC3, 0xE1).add(0xE3, 0xED);
constexpr std::size_t kManyLines = 100;

bool mostly_repeated_lines(std::string_view text, double share, HashSet& seen) {
  std::size_t total = 0, repeated = 0;
  auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  if (lines < 8) return false;
  seen.clear(lines);
  for_each_line(text, [&](std::string_view line) {
    line = text::trim(line);
    total += line.size();
    // Brackets, rules and cells are repeated by right, and so are the rows of drawings and
    // matrices, if they are not too many.
    if (line.size() < 12 || simd::find_first(kCells, line) < line.size()) return;
    if (lines < kManyLines && simd::find_first(kLetters, line) == line.size()) return;
    if (!seen.insert(hash64(line))) repeated += line.size();
  });
  return static_cast<double>(repeated) > share * static_cast<double>(total);
}

class Loop {
 public:
  using Scratch = LoopScratch;

  Loop(Scope scope, const Options& options) : scope_(scope), options_(options) {}

  std::uint32_t fields() const { return Fields::kTurns; }

  Reason operator()(const Record& record, Scratch& scratch) const {
    for (const Turn& turn : record.turns) {
      if (!is_judged(turn, scope_)) continue;
      if (Reason reason = judge(text::trim(turn.text), scratch)) return reason;
    }
    return {};
  }

 private:
  Reason judge(std::string_view text, Scratch& s) const {
    if (on(kChar) && has_long_run(text, options_.char_run)) return char_;
    if (text.size() < kMinWords) return {};
    if (on(kLine) && mostly_repeated_lines(text, options_.line_share, s.seen)) return line_;
    if (!on(kTail) && !on(kNgram)) return {};
    std::span<const std::uint64_t> words = hash_words(text, s.edges, s.words);
    if (words.size() < kMinCycle) return {};
    Repeats repeats = repeated_ngrams(words, s.seen);
    // Within a cycle all 10-grams but the first few are old. The last word may be cut in two.
    if (on(kTail) && repeats.last_new + kGram < words.size() &&
        (ends_in_cycle(words, options_.tail_repeats, s.border) ||
         ends_in_cycle(words.first(words.size() - 1), options_.tail_repeats, s.border))) {
      return tail_;
    }
    if (on(kNgram) && words.size() >= kMinWords && repeats.share > options_.ngram_share &&
        (repeats.numbers < 0.8 || words.size() >= kMinNumberCycle)) {
      return ngram_;
    }
    return {};
  }
  bool on(Kind kind) const { return (options_.kinds & kind) != 0; }

  Scope scope_;
  Options options_;
  Reason char_ = Reason::intern("filters.loop.char");
  Reason tail_ = Reason::intern("filters.loop.tail");
  Reason line_ = Reason::intern("filters.loop.line");
  Reason ngram_ = Reason::intern("filters.loop.ngram");
};

}  // namespace

Result<Stages> make_filters_loop(const Value& value, BuildContext&) {
  Options options;
  if (value.find("reasons") != nullptr) {
    options.kinds = 0;
    for (const auto& name : value.strings("reasons")) {
      options.kinds |= name == "char"   ? kChar
                       : name == "tail" ? kTail
                       : name == "line" ? kLine
                                        : kNgram;
    }
  }
  auto size = [&](const char* key, std::size_t fallback) {
    return static_cast<std::size_t>(value.get(key, static_cast<std::int64_t>(fallback)));
  };
  options.char_run = size("char_run", options.char_run);
  options.tail_repeats = size("tail_repeats", options.tail_repeats);
  options.line_share = value.get("line_share", options.line_share);
  options.ngram_share = value.get("ngram_share", options.ngram_share);
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "response")));
  return judged_by(Loop(scope, options));
}

}  // namespace corpus
