// dedup.known: what an index (dedup/seen_index.h) already has: dropped, or only tagged.
//
// A Map: each record is looked up on its own, and nothing is added to the index, so any number of
// these may read one index while a run writes to it. The options that decide the keys are the
// index's own. The tag "known" names the record of the index, by which kind of comparison, and how
// similar it is.
//
// Memory: 16 bytes for each 32 KiB of the index, and a block of each of its files for each worker.
// Time: a record costs a few reads for each of its keys and each generation of the index.
#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "corpus/recipe.h"
#include "dedup/evidence.h"
#include "dedup/minhash_options.h"
#include "dedup/seen_index.h"
#include "json/escape.h"
#include "text/content_key.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.known";

// What of an index a record is like.
struct Match {
  IndexRow row;
  double similarity = -1;  // -1: no match
};

class LookUp : public Map {
 public:
  LookUp(std::shared_ptr<const SeenIndex> index, bool drop)
      : index_(std::move(index)), drop_(drop) {
    for (const auto& name : index_->inputs()) json::append_quoted(names_.emplace_back(), name);
  }
  std::uint32_t fields() const override { return Fields::kTurns; }
  bool drops_only() const override { return false; }

  Result<void> run(Batch& batch, State* state) const override {
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      if (record.drop) continue;
      CORPUS_TRY(Match match, find(record, *state));
      if (match.similarity < 0) continue;
      tag(batch, i, match);
      if (drop_) record.drop = seen_;
    }
    return {};
  }

 protected:
  virtual Result<Match> find(const Record& record, State& state) const = 0;
  const SeenIndex& index() const { return *index_; }

 private:
  void tag(Batch& batch, std::size_t i, const Match& match) const {
    std::string value = "{\"input\":" + names_[match.row.pos.input()] +
                        ",\"offset\":" + std::to_string(match.row.pos.offset());
    if (match.row.id.size != 0 && json::valid_utf8(match.row.id.view())) {
      value += ",\"id\":";
      json::append_quoted(value, match.row.id.view());
    }
    char digits[32];
    auto end = std::to_chars(digits, digits + sizeof digits, match.similarity,
                             std::chars_format::fixed, 3);
    value += ",\"similarity\":" + std::string(digits, end.ptr) + "}";
    batch.tag(i, "known", batch.arena.copy(value));
  }

  std::shared_ptr<const SeenIndex> index_;
  bool drop_;
  std::vector<std::string> names_;  // of inputs, as JSON
  Reason seen_ = Reason::intern("dedup.known.seen");
};

class ByContent final : public LookUp {
 public:
  ByContent(std::shared_ptr<const SeenIndex> index, bool drop, Scope scope)
      : LookUp(std::move(index), drop), scope_(scope) {}
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(index()); }

 protected:
  Result<Match> find(const Record& record, State& state) const override {
    auto& scratch = static_cast<Scratch&>(state);
    Match match;
    Key128 key = text::content_key(record.turns, scope_, scratch.text);
    if (key == Key128()) return match;
    CORPUS_TRY(auto at, scratch.lookup.find({key, {}}));
    if (!at) return match;
    CORPUS_TRY(match.row, index().row(*at, scratch.row));
    match.similarity = 1;
    return match;
  }

 private:
  struct Scratch : State {
    explicit Scratch(const SeenIndex& index) : lookup(index) {}
    IndexLookup<ContentEntry> lookup;
    SeenIndex::RowBuffer row;
    std::string text;
  };
  Scope scope_;
};

class ByBands final : public LookUp {
 public:
  ByBands(std::shared_ptr<const SeenIndex> index, bool drop, MinhashOptions options)
      : LookUp(std::move(index), drop), options_(std::move(options)) {}
  std::unique_ptr<State> scratch() const override {
    return std::make_unique<Scratch>(index(), *options_.signatures);
  }

 protected:
  // The most similar of the records that share a key, or of those that stayed for them; of equal
  // ones the earliest.
  Result<Match> find(const Record& record, State& state) const override {
    auto& scratch = static_cast<Scratch&>(state);
    Match best;
    if (!scratch.signer->read(record.turns, options_.scope)) return best;
    scratch.signer->band_keys(scratch.keys.data());
    Sketch sketch = scratch.signer->sketch();
    auto& found = scratch.found;
    found.clear();
    for (std::uint64_t key : scratch.keys) {
      CORPUS_TRY(auto at, scratch.lookup.find({key, {}}));
      if (at) found.push_back(*at);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    for (RecordPos pos : found) {
      CORPUS_TRY(IndexRow row, index().row(pos, scratch.row));
      double similarity =
          Sketch::similarity(sketch, row.sketch, options_.signatures->hashes());
      if (similarity > best.similarity) best = {row, similarity};
    }
    return best;
  }

 private:
  struct Scratch : State {
    Scratch(const SeenIndex& index, const SignerFactory& signatures)
        : lookup(index), signer(signatures.make()), keys(signatures.bands()) {}
    IndexLookup<BandEntry> lookup;
    SeenIndex::RowBuffer row;
    std::unique_ptr<Signer> signer;
    std::vector<std::uint64_t> keys;
    std::vector<RecordPos> found;
  };
  MinhashOptions options_;
};

}  // namespace

Result<Stages> make_dedup_known(const Value& value, BuildContext& context) {
  std::string dir = value.get("index", "");
  bool drop = value.get("action", "drop") == "drop";
  CORPUS_TRY(IndexPurpose purpose, SeenIndex::purpose_of(dir));
  CORPUS_TRY(std::shared_ptr<const SeenIndex> index, SeenIndex::open(dir, purpose));
  CORPUS_CHECK(context.memory->reserve(index->table_bytes(), kId));
  CORPUS_TRY(Value options, parse_yaml(purpose.options, dir + "/index.json"));
  if (purpose.kind == IndexKind::kContent) {
    CORPUS_TRY(Scope scope, parse_scope(options.get("scope", "text")));
    return stages(std::make_unique<ByContent>(std::move(index), drop, scope));
  }
  CORPUS_TRY(MinhashOptions minhash, MinhashOptions::parse(options));
  return stages(std::make_unique<ByBands>(std::move(index), drop, std::move(minhash)));
}

}  // namespace corpus
