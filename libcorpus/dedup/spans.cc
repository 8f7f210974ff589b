#include "dedup/spans.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "dedup/cut.h"
#include "dedup/evidence.h"
#include "text/utf8.h"

namespace corpus {
namespace {

constexpr std::size_t kMostListed = 64;  // spans in a tag

class ApplySpans final : public Map {
 public:
  ApplySpans(std::unique_ptr<PositionList<RepeatedSpan>> list, const SpanPolicy& policy)
      : list_(std::move(list)),
        policy_(policy),
        repeated_(Reason::intern(std::string(policy.component) + ".repeated")),
        empty_(Reason::intern(std::string(policy.component) + ".empty")) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return false; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& scratch = static_cast<Scratch&>(*state);
    auto& found = scratch.found;
    found.clear();
    CORPUS_CHECK(list_->each(batch, scratch.cursor, [&](std::size_t i, const RepeatedSpan& span) {
      if (!batch.records[i].drop) found.push_back({i, span});
    }));
    for (std::size_t begin = 0, end = 0; begin < found.size(); begin = end) {
      while (end < found.size() && found[end].record == found[begin].record) ++end;
      judge(batch, std::span(found).subspan(begin, end - begin), scratch);
    }
    return {};
  }

 private:
  struct Found {
    std::size_t record;
    RepeatedSpan span;
  };
  struct Scratch : State {
    PositionList<RepeatedSpan>::Cursor cursor;
    std::vector<Found> found;
    std::vector<Piece> pieces;
  };

  void judge(Batch& batch, std::span<const Found> found, Scratch& scratch) const {
    std::size_t i = found[0].record;
    std::uint64_t repeated = 0, all = 0;
    for (const Found& f : found) repeated += f.span.end - f.span.begin;
    for (const Turn& turn : batch.records[i].turns) {
      if (in_scope(turn, policy_.scope)) all += turn.text.size();
    }
    double share = all == 0 ? 0 : static_cast<double>(repeated) / static_cast<double>(all);
    if (policy_.action == SpanAction::kTag) return tag(batch, i, found, repeated);
    if (policy_.action == SpanAction::kDrop) {
      if (share > policy_.share) drop(batch, i, found, share, repeated_);
      return;
    }
    std::uint64_t removed = trim(batch, i, found, scratch);
    if (removed == ~std::uint64_t{0}) {
      drop(batch, i, found, share, empty_);
    } else if (removed != 0) {
      std::string value = "{\"removed\":" + std::to_string(removed) + "}";
      batch.tag(i, policy_.method, batch.arena.copy(value));
    }
  }

  void drop(Batch& batch, std::size_t i, std::span<const Found> found, double share,
            Reason reason) const {
    batch.records[i].drop = reason;
    Drop evidence{.pos = found[0].span.pos, .of = found[0].span.of, .estimate = thousandths(share)};
    tag_duplicate(batch, i, evidence, policy_.method);
  }

  // Bytes that went; all ones when no text of the scope is left.
  std::uint64_t trim(Batch& batch, std::size_t i, std::span<const Found> found,
                     Scratch& scratch) const {
    const Record& record = batch.records[i];
    std::size_t edits = batch.edits.size();
    std::uint64_t removed = 0;
    bool left = false;
    std::size_t at = 0;
    for (std::uint32_t t = 0; t < record.turns.size(); ++t) {
      const Turn& turn = record.turns[t];
      auto& pieces = scratch.pieces;
      pieces.clear();
      for (; at < found.size() && found[at].span.turn == t; ++at) {
        pieces.push_back({found[at].span.begin, found[at].span.end});
      }
      to_characters(turn.text, pieces);
      if (!pieces.empty() && cut_pieces(batch, i, turn, pieces)) {
        for (const Piece& piece : pieces) removed += piece.end - piece.begin;
      } else {
        pieces.clear();
      }
      if (in_scope(turn, policy_.scope)) left |= has_text(turn.text, pieces);
    }
    if (left) return removed;
    batch.edits.resize(edits);
    return ~std::uint64_t{0};
  }

  static bool has_text(std::string_view text, std::span<const Piece> pieces) {
    std::uint32_t begin = 0;
    for (const Piece& piece : pieces) {
      if (!text::trim(text.substr(begin, piece.begin - begin)).empty()) return true;
      begin = piece.end;
    }
    return !text::trim(text.substr(begin)).empty();
  }

  void tag(Batch& batch, std::size_t i, std::span<const Found> found,
           std::uint64_t repeated) const {
    std::string value = "{\"repeated\":" + std::to_string(repeated) + ",\"spans\":[";
    for (std::size_t k = 0; k < found.size() && k < kMostListed; ++k) {
      const RepeatedSpan& span = found[k].span;
      value += (k == 0 ? "[" : ",[") + std::to_string(span.turn) + ',' +
               std::to_string(span.begin) + ',' + std::to_string(span.end) + ",\"" +
               std::to_string(span.of.input()) + ':' + std::to_string(span.of.offset()) + "\"]";
    }
    value += "]}";
    batch.tag(i, policy_.method, batch.arena.copy(value));
  }

  std::unique_ptr<PositionList<RepeatedSpan>> list_;
  SpanPolicy policy_;
  Reason repeated_, empty_;
};

}  // namespace

SpanAction parse_span_action(std::string_view name) {
  return name == "drop" ? SpanAction::kDrop : name == "tag" ? SpanAction::kTag : SpanAction::kTrim;
}

Result<void> join_spans(ExternalSort<RepeatedSpan>& spans, ExternalSort<RepeatedSpan>& joined) {
  bool open = false;
  RepeatedSpan last;
  CORPUS_CHECK(spans.drain([&](const RepeatedSpan& span) -> Result<void> {
    if (open && span.pos == last.pos && span.turn == last.turn && span.begin <= last.end) {
      last.end = std::max(last.end, span.end);
      return {};
    }
    if (open) CORPUS_CHECK(joined.add(last));
    open = true;
    last = span;
    return {};
  }));
  return open ? joined.add(last) : Result<void>();
}

std::unique_ptr<Map> apply_spans(std::unique_ptr<PositionList<RepeatedSpan>> list,
                                 const SpanPolicy& policy) {
  return std::make_unique<ApplySpans>(std::move(list), policy);
}

}  // namespace corpus
