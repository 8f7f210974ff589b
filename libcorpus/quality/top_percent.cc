// quality.top_percent: keeps the best records by a score, P percent of those that come this far.
//
// The first pass counts the scores, the second drops what is below the least one that P percent of
// the records reach. Exact; records that tie with the last one all stay, so that the result depends
// on the scores alone. Memory grows with the number of different scores.
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "quality/field.h"
#include "quality/score_counts.h"

namespace corpus {
namespace {

using quality::Field;
using quality::ScoreCounts;

// Where the score of a record is: in a tag that this run wrote, else in the record itself.
class ScoreField {
 public:
  static Result<ScoreField> parse(const std::string& pointer, bool low_is_good) {
    ScoreField out;
    CORPUS_TRY(out.in_record_, Field::parse(pointer));
    out.sign_ = low_is_good ? -1 : 1;
    constexpr std::string_view kTags = "/corpus/";
    if (pointer.starts_with(kTags)) {
      std::string rest = pointer.substr(kTags.size());
      std::size_t end = std::min(rest.find('/'), rest.size());
      out.key_ = rest.substr(0, end);
      CORPUS_TRY(out.in_tag_, Field::parse(rest.substr(end)));
    }
    return out;
  }

  struct Scratch {
    Field::Scratch json;
    std::vector<std::optional<std::string_view>> tags;
  };
  // f(record number, what to order by) for each record that was kept so far; nullopt: no score.
  template <typename F>
  Result<void> for_each(const Batch& batch, Scratch& scratch, F&& f) const {
    scratch.tags.assign(batch.records.size(), std::nullopt);
    if (in_tag_) {
      for (const Tag& tag : batch.tags) {
        if (tag.key == key_) scratch.tags[tag.record] = tag.value;
      }
    }
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.drop) continue;
      auto score = scratch.tags[i] ? in_tag_->number(*scratch.tags[i], scratch.json)
                                   : in_record_->number(record.json, scratch.json);
      CORPUS_CHECK(
          f(i, score ? std::optional(ScoreCounts::ordered(sign_ * *score)) : std::nullopt));
    }
    return {};
  }
  double sign() const { return sign_; }

 private:
  std::optional<Field> in_record_, in_tag_;
  std::string key_;
  double sign_ = 1;
};

struct Memory final : State {
  ScoreField::Scratch scratch;
};

class DropBelow final : public Map {
 public:
  DropBelow(ScoreField field, std::uint64_t least) : field_(std::move(field)), least_(least) {}
  std::unique_ptr<State> scratch() const override { return std::make_unique<Memory>(); }
  bool drops_only() const override { return true; }
  Result<void> run(Batch& batch, State* state) const override {
    return field_.for_each(batch, static_cast<Memory*>(state)->scratch,
                           [&](std::size_t i, std::optional<std::uint64_t> score) -> Result<void> {
                             if (!score) {
                               batch.records[i].drop = none_;
                             } else if (*score < least_) {
                               batch.records[i].drop = below_;
                             }
                             return {};
                           });
  }

 private:
  ScoreField field_;
  std::uint64_t least_;
  Reason below_ = Reason::intern("quality.top_percent.below"),
         none_ = Reason::intern("quality.top_percent.no_score");
};

class TopPercent final : public Fold {
 public:
  TopPercent(ScoreField field, double percent, MemoryBudget* memory)
      : field_(std::move(field)),
        percent_(percent),
        memory_(memory),
        all_(memory),
        unsaved_(memory) {}

  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(memory_); }
  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    return field_.for_each(batch, partial.scratch,
                           [&](std::size_t, std::optional<std::uint64_t> score) -> Result<void> {
                             return score ? partial.counts.add(*score) : Result<void>();
                           });
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    auto& counts = static_cast<Partial&>(*state).counts;
    CORPUS_CHECK(all_.merge(counts));
    return unsaved_.merge(counts);
  }
  Result<std::unique_ptr<Map>> finish() override {
    CORPUS_TRY(auto counts, all_.sorted());
    std::uint64_t records = 0, reached = 0;
    for (const auto& count : counts) records += count.records;
    auto wanted =
        static_cast<std::uint64_t>(std::ceil(static_cast<double>(records) * percent_ / 100));
    std::uint64_t least = 0;
    for (std::size_t i = counts.size(); i-- > 0 && reached < wanted;) {
      reached += counts[i].records;
      least = counts[i].score;
    }
    Value told(Value::Object{});
    told.set("scored", static_cast<std::int64_t>(records));
    told.set("kept", static_cast<std::int64_t>(reached));
    if (reached > 0) told.set("threshold", field_.sign() * ScoreCounts::unordered(least));
    report_ = told.to_json();
    return std::unique_ptr<Map>(std::make_unique<DropBelow>(field_, least));
  }
  std::string report() const override { return report_; }

  // Scores and how often each came since the last save, 16 bytes a score, little-endian.
  Result<void> save(const StateSink& sink) override {
    CORPUS_TRY(auto counts, unsaved_.sorted());
    std::string bytes;
    for (const auto& count : counts) {
      for (std::uint64_t x : {count.score, count.records}) {
        for (int i = 0; i < 8; ++i) bytes += static_cast<char>(x >> 8 * i);
      }
    }
    unsaved_.clear();
    return bytes.empty() ? Result<void>() : sink(bytes);
  }
  Result<void> load(std::string_view bytes) override {
    if (bytes.size() % 16 != 0) {
      return Error{Code::kCorrupt,
                   "quality.top_percent: saved scores are cut off; start again without --resume"};
    }
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
      std::uint64_t x[2] = {};
      for (std::size_t i = 0; i < 16; ++i)
        x[i / 8] |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << 8 * (i % 8);
      CORPUS_CHECK(all_.add(x[0], x[1]));
    }
    return {};
  }

 private:
  struct Partial : State {
    explicit Partial(MemoryBudget* memory) : counts(memory) {}
    ScoreCounts counts;
    ScoreField::Scratch scratch;
  };

  ScoreField field_;
  double percent_;
  MemoryBudget* memory_;
  ScoreCounts all_, unsaved_;
  std::string report_;
};

}  // namespace

Result<Stages> make_quality_top_percent(const Value& options, BuildContext& context) {
  auto field = ScoreField::parse(options.get("score", "/corpus/quality/score"),
                                 options.get("best", "high") == "low");
  if (!field) return std::move(field).error().context("score");
  return stages(std::make_unique<TopPercent>(*std::move(field), options.get("percent", 100.0),
                                             context.memory));
}

}  // namespace corpus
