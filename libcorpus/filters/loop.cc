// filters.loop: answers in which the teacher got stuck and repeats itself.
//
// Four signs, cheapest first. char: one character again and again. tail: the words at the end are a
// cycle, found with the failure function of the reversed text (Knuth, Morris, Pratt 1977). line: most
// of the text is lines that stood there before. ngram: most words lie in 10-grams that stood there
// before (the duplicate n-gram share of Rae et al. 2021, "Scaling Language Models", with a threshold
// for loops, not for poor style). All are O(text). Rulers, table rows and series of numbers repeat by
// right, up to a point.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "corpus/component.h"
#include "filters/judge.h"
#include "filters/line_style.h"
#include "simd/byte_set.h"
#include "text/utf8.h"
#include "text/words.h"

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

constexpr std::size_t kGram = 10;
constexpr std::size_t kMinWords = 40;         // shorter texts cannot show a loop
constexpr std::size_t kMinCycle = 30;         // words covered by a cycle at the end
constexpr std::size_t kMinNumberCycle = 400;  // when they are all numbers: a table, until it is absurd
constexpr std::size_t kTailWords = 4096;      // how much of the end is searched for a cycle

// A set of hashes that forgets everything in O(1).
class HashSet {
 public:
  void clear(std::size_t expected) {
    std::size_t want = 64;
    while (want < 2 * expected) want *= 2;
    if (slots_.size() < want || slots_.size() > 64 * want) {
      slots_.assign(want, {});
      epoch_ = 0;
    }
    if (++epoch_ == 0) {
      std::fill(slots_.begin(), slots_.end(), Slot{});
      epoch_ = 1;
    }
  }
  // True when it was not there.
  bool insert(std::uint64_t hash) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = (hash * 0x9E3779B97F4A7C15U >> 32) & mask;; i = (i + 1) & mask) {
      Slot& slot = slots_[i];
      if (slot.epoch != epoch_) {
        slot = {hash, epoch_};
        return true;
      }
      if (slot.hash == hash) return false;
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t epoch = 0;
  };
  std::vector<Slot> slots_;
  std::uint32_t epoch_ = 0;
};

// Characters that are drawn with: rulers, forms to fill in, tables, progress bars.
bool is_ruler(char32_t c) {
  return c <= ' ' || (c < 0x80 && std::string_view("-=_*#.~+|:/\\<>").find(static_cast<char>(c)) !=
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
  std::vector<std::uint64_t> words;  // hashes, in order; bit 0 says that it is a number
  std::vector<std::uint32_t> border;
  HashSet seen;
};

// `limit` is where reading has to stop; a word is nearly always followed by enough of the text.
std::uint64_t hash_word(std::string_view word, const char* limit) {
  constexpr std::uint64_t kMix = 0xD6E8FEB86659FD93U;
  const char* p = word.data();
  std::size_t n = word.size();
  std::uint64_t h = n * 0x9E3779B97F4A7C15U, part = 0;
  for (; n > 8; n -= 8, p += 8) {
    std::memcpy(&part, p, 8);
    h = (h ^ part) * kMix;
    h ^= h >> 32;
  }
  if (limit - p >= 8) {
    std::memcpy(&part, p, 8);
    part &= ~std::uint64_t{0} >> (64 - 8 * n);  // 1 <= n <= 8; little end first
  } else {
    part = 0;
    std::memcpy(&part, p, n);
  }
  h = (h ^ part) * kMix;
  return h ^ h >> 32;
}

// The hashes are in `buffer`, which only grows.
std::span<const std::uint64_t> hash_words(std::string_view text, std::vector<std::uint32_t>& edges,
                                          std::vector<std::uint64_t>& buffer) {
  const char* const limit = text.data() + text.size();
  if (buffer.size() <= text.size()) buffer.resize(text.size() + 1);
  std::uint64_t* to = buffer.data();
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  text::for_each_word(text, edges, [&](std::string_view word) {
    bool number = is_digit(word[0]) && std::all_of(word.begin(), word.end(), is_digit);
    *to++ = (hash_word(word, limit) & ~std::uint64_t{1}) | std::uint64_t{number};
  });
  return {buffer.data(), static_cast<std::size_t>(to - buffer.data())};
}

// Do the words end in a cycle that is run through `repeats` times?
bool ends_in_cycle(std::span<const std::uint64_t> words, std::size_t repeats,
                   std::vector<std::uint32_t>& border) {
  const std::size_t n = std::min(words.size(), kTailWords);
  if (n == 0) return false;
  auto at = [&](std::size_t i) { return words[words.size() - 1 - i]; };  // from the end
  // border[i]: longest proper prefix of the reversed text that is also a suffix of its first i + 1.
  if (border.size() < n) border.resize(n);
  border[0] = 0;
  std::size_t k = 0, letters = (at(0) & 1) == 0;
  for (std::size_t i = 1; i < n; ++i) {
    while (k > 0 && at(i) != at(k)) k = border[k - 1];
    if (at(i) == at(k)) ++k;
    border[i] = static_cast<std::uint32_t>(k);
    letters += (at(i) & 1) == 0;
    std::size_t length = i + 1, period = length - k;
    if (length >= (letters > 0 ? kMinCycle : kMinNumberCycle) && length >= repeats * period) {
      return true;
    }
  }
  return false;
}

constexpr simd::ByteSet kCells = simd::ByteSet().add('|').add('{').add('}');
constexpr simd::ByteSet kLetters = simd::ByteSet().add('a', 'z').add('A', 'Z').add(0xC3, 0xE1).add(0xE3, 0xED);
constexpr std::size_t kManyLines = 100;

bool mostly_repeated_lines(std::string_view text, double share, HashSet& seen) {
  std::size_t total = 0, repeated = 0;
  auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  if (lines < 8) return false;
  seen.clear(lines);
  for_each_line(text, [&](std::string_view line) {
    line = text::trim(line);
    total += line.size();
    // Brackets, rules and cells are repeated by right, and so are the rows of drawings and matrices,
    // if they are not too many.
    if (line.size() < 12 || simd::find_first(kCells, line) < line.size()) return;
    if (lines < kManyLines && simd::find_first(kLetters, line) == line.size()) return;
    if (!seen.insert(hash64(line))) repeated += line.size();
  });
  return static_cast<double>(repeated) > share * static_cast<double>(total);
}

struct Repeats {
  double share = 0;          // of the words, in 10-grams that were there before
  double numbers = 0;        // share of the words
  std::size_t last_new = 0;  // words up to the end of the last 10-gram that was not, but for one at
                             // the very end
};

Repeats repeated_ngrams(std::span<const std::uint64_t> words, HashSet& seen) {
  Repeats out;
  seen.clear(words.size());
  constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15U;
  std::uint64_t top = 1;  // kBase to the power of kGram
  for (std::size_t i = 0; i < kGram; ++i) top *= kBase;
  std::uint64_t rolling = 0;
  std::size_t covered = 0, covered_to = 0, numbers = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    rolling = rolling * kBase + words[i];
    numbers += words[i] & 1;
    if (i >= kGram) rolling -= words[i - kGram] * top;
    if (i + 1 < kGram) continue;
    if (seen.insert(rolling)) {
      if (i + 1 < words.size()) out.last_new = i + 1;
      continue;
    }
    covered += i + 1 - std::max(covered_to, i + 1 - kGram);
    covered_to = i + 1;
  }
  out.share = static_cast<double>(covered) / static_cast<double>(words.size());
  out.numbers = static_cast<double>(numbers) / static_cast<double>(words.size());
  return out;
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
      options.kinds |= name == "char" ? kChar : name == "tail" ? kTail : name == "line" ? kLine : kNgram;
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
