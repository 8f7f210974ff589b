// dedup.lines: lines, paragraphs or spans of sentences that other records have too.
//
// A Fold. The first pass hashes every unit (dedup/text_units.h); of those that come at least
// min_count times all but the first are marked, and the second pass cuts them out, or drops records
// that are mostly made of them (dedup/spans.h). C4 (Raffel et al. 2020) keeps one of each three
// sentences in a row that come twice: unit sentence, span 3. Two different units are taken for equal
// with probability n^2 / 2^129 for n units.
//
// Memory: an eighth of the budget for each of two sorts. Disk: 40 bytes a unit, twice when the run
// can be resumed.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "corpus/component.h"
#include "dedup/durable_sort.h"
#include "dedup/spans.h"
#include "dedup/text_units.h"
#include "text/utf8.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.lines";
constexpr std::size_t kAtOnce = 1024;

using Unit = HashedSpan;

struct LineOptions {
  Scope scope;
  TextUnit unit;
  std::size_t span;
  std::size_t min_count;
  std::size_t min_bytes;
  SpanPolicy policy;
};

class FindRepeatedLines final : public Fold {
 public:
  FindRepeatedLines(const LineOptions& options, MemoryBudget* memory, std::string spill_path)
      : options_(options), memory_(memory), spill_path_(std::move(spill_path)), units_(new_sort()) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return options_.policy.action == SpanAction::kDrop; }
  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    for (const Record& record : batch.records) {
      if (record.drop) continue;
      for (std::uint32_t t = 0; t < record.turns.size(); ++t) {
        if (in_scope(record.turns[t], options_.scope)) {
          read(record.pos, t, record.turns[t].text, partial);
        }
      }
      if (partial.units.size() >= kAtOnce) CORPUS_CHECK(units_->add(partial.units));
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    return units_->add(static_cast<Partial&>(*state).units);
  }

  Result<std::unique_ptr<Map>> finish() override {
    all_ = units_->size();
    ExternalSort<RepeatedSpan> spans(memory_, kId, path(".spans"));
    CORPUS_CHECK(mark(spans));
    units_ = new_sort();
    repeated_ = spans.size();
    ExternalSort<RepeatedSpan> joined(memory_, kId, path(".joined"));
    CORPUS_CHECK(join_spans(spans, joined));
    CORPUS_TRY(auto list, PositionList<RepeatedSpan>::make(joined, memory_, kId, path(".list")));
    return apply_spans(std::move(list), options_.policy);
  }

  Result<void> save(const StateSink& sink) override { return units_->save(sink); }
  Result<void> load(std::string_view bytes) override { return units_->load(bytes); }

  std::string report() const override {
    return "{\"units\":" + std::to_string(all_) + ",\"repeated\":" + std::to_string(repeated_) +
           "}";
  }

 private:
  struct Partial : State {
    std::vector<Unit> units;
    std::vector<Piece> pieces;
    std::string text;
  };

  std::string path(const char* ending) const {
    return spill_path_.empty() ? spill_path_ : spill_path_ + ending;
  }
  std::unique_ptr<DurableSort<Unit>> new_sort() const {
    return std::make_unique<DurableSort<Unit>>(memory_, kId, spill_path_, ".units");
  }

  void read(RecordPos pos, std::uint32_t turn, std::string_view text, Partial& partial) const {
    cut_units(text, options_.unit, partial.pieces);
    const auto& pieces = partial.pieces;
    for (std::size_t i = 0; i + options_.span <= pieces.size(); ++i) {
      Piece span{pieces[i].begin, pieces[i + options_.span - 1].end};
      std::string_view compared = text::trim(text.substr(span.begin, span.end - span.begin));
      if (compared.size() < options_.min_bytes || compared.empty()) continue;
      partial.units.push_back({.key = hash128(compared),
                               .pos = pos,
                               .turn = turn,
                               .begin = span.begin,
                               .end = span.end});
    }
  }

  // Equal units follow each other, the first in the input first.
  Result<void> mark(ExternalSort<RepeatedSpan>& spans) {
    Unit first;
    std::vector<Unit> waiting;  // of the later ones, until there are enough
    std::size_t count = 0;
    return units_->drain([&](const Unit& unit) -> Result<void> {
      if (count == 0 || unit.key != first.key) {
        first = unit;
        count = 1;
        waiting.clear();
        return {};
      }
      ++count;
      waiting.push_back(unit);
      if (count < options_.min_count) return {};
      for (const Unit& u : waiting) {
        CORPUS_CHECK(spans.add({.pos = u.pos,
                                .turn = u.turn,
                                .begin = u.begin,
                                .end = u.end,
                                .of = first.pos}));
      }
      waiting.clear();
      return {};
    });
  }

  LineOptions options_;
  MemoryBudget* memory_;
  std::string spill_path_;
  std::unique_ptr<DurableSort<Unit>> units_;  // thread safe to add to
  std::uint64_t all_ = 0, repeated_ = 0;
};

}  // namespace

Result<Stages> make_dedup_lines(const Value& value, BuildContext& context) {
  LineOptions options;
  CORPUS_TRY(options.scope, parse_scope(value.get("scope", "text")));
  options.unit = parse_text_unit(value.get("unit", "line"));
  options.span = static_cast<std::size_t>(
      value.get("span", options.unit == TextUnit::kSentence ? 3 : 1));
  options.min_count = static_cast<std::size_t>(value.get("min_count", 2));
  options.min_bytes = static_cast<std::size_t>(value.get("min_bytes", 24));
  options.policy = {.action = parse_span_action(value.get("action", "trim")),
                    .share = value.get("max_share", 0.5),
                    .scope = options.scope,
                    .component = kId,
                    .method = "lines"};
  return stages(
      std::make_unique<FindRepeatedLines>(options, context.memory, context.new_spill_path()));
}

}  // namespace corpus
