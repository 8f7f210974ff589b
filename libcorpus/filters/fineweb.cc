// filters.fineweb: the rules that FineWeb adds to Gopher's and C4's (Penedo et al. 2024), as
// datatrove applies them: lines that end like sentences, lines that are too short, repeated lines,
// and lists.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "filters/line_style.h"
#include "filters/repeats.h"
#include "filters/rule_map.h"
#include "simd/space_edges.h"
#include "text/utf8.h"

namespace corpus {
namespace {

struct Limits {
  double stops = 0.12;
  double short_lines = 0.67;
  std::int64_t short_chars = 30;
  double duplicates = 0.01;
  double feeds = 0.3;
};

struct FinewebScratch {
  text::TokenWalk walk;
  TokenNote* note = nullptr;
  HashSet seen;
  std::vector<std::uint32_t> edges;
};

class Fineweb {
 public:
  using Scratch = FinewebScratch;
  static constexpr std::string_view kTag = "fineweb";

  explicit Fineweb(const Limits& limits) : limits_(limits) {}

  Scratch scratch() const { return {}; }

  Reason judge(std::string_view text, Scratch& s, Signals* signals) const {
    Reason verdict;
    const bool measure = signals != nullptr;
    auto broken = [&](std::string_view name, double value, bool breaks, Reason reason) {
      if (measure) signals->add(name, value);
      if (breaks && !verdict) verdict = reason;
      return verdict && !measure;
    };
    auto share = [](std::size_t part, std::size_t whole) {
      return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    std::size_t feeds = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    DuplicateCounter lines(s.seen, feeds + 1);
    std::size_t stops = 0, short_lines = 0;
    for_each_line(text, [&](std::string_view line) {
      if (text::python_strip(line).empty()) return;
      stops += text::is_terminal(text::decode_last(line).c);
      auto most = static_cast<std::size_t>(limits_.short_chars);
      short_lines += line.size() <= 4 * most && simd::count_code_points(line) <= most;
      lines.add(line);
    });
    const Duplicates& counts = lines.counts();
    if (counts.pieces == 0) return empty_;
    const double stop_share = share(stops, counts.pieces);
    if (broken("stop_lines", stop_share, stop_share < limits_.stops, stops_)) return verdict;
    const double short_share = share(short_lines, counts.pieces);
    if (broken("short_lines", short_share, short_share > limits_.short_lines, short_)) return verdict;
    const double repeated = share(counts.chars, simd::count_code_points(text) - feeds);
    if (broken("duplicate_line_chars", repeated, repeated > limits_.duplicates, duplicates_)) {
      return verdict;
    }
    if (!measure && !may_be_list(text, feeds, s.edges)) return verdict;
    const text::TokenCounts* known = s.note->find(text);
    const double list = share(feeds, known != nullptr ? known->tokens : s.walk.count(text).tokens);
    broken("feeds_per_word", list, list > limits_.feeds, list_);
    return verdict;
  }

 private:
  // Each run between white space is a word at least, which saves cutting them up.
  bool may_be_list(std::string_view text, std::size_t feeds,
                   std::vector<std::uint32_t>& edges) const {
    if (edges.size() < text.size() + 2) edges.resize(text.size() + 2);
    std::size_t runs = simd::space_edges(text, edges.data()) / 2;
    return static_cast<double>(feeds) > limits_.feeds * static_cast<double>(runs);
  }

  Limits limits_;
  Reason empty_ = Reason::intern("filters.fineweb.empty");
  Reason stops_ = Reason::intern("filters.fineweb.line_punct_ratio");
  Reason short_ = Reason::intern("filters.fineweb.short_line_ratio");
  Reason duplicates_ = Reason::intern("filters.fineweb.char_dup_ratio");
  Reason list_ = Reason::intern("filters.fineweb.list_ratio");
};

}  // namespace

Result<Stages> make_filters_fineweb(const Value& value, BuildContext&) {
  Limits limits;
  limits.stops = value.get("min_stop_lines", limits.stops);
  limits.short_lines = value.get("max_short_lines", limits.short_lines);
  limits.short_chars = value.get("short_line", limits.short_chars);
  limits.duplicates = value.get("max_duplicate_chars", limits.duplicates);
  limits.feeds = value.get("max_feeds_per_word", limits.feeds);
  CORPUS_TRY(RuleOptions options, rule_options(value));
  return ruled_by(Fineweb(limits), options);
}

}  // namespace corpus
