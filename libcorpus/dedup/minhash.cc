// dedup.minhash: keeps one record of each cluster of near duplicates.
//
// A Fold. In the first pass every kept record is reduced to its band keys (dedup/signature.h); then
// clusters are formed (dedup/band_index.h) and all members but the best are marked (dedup/
// keep_rule.h). The second pass drops the marked, with their evidence. With `verify: jaccard` a
// pass in between reads the texts of the members again (dedup/verify.h). The result depends on the
// input and the options alone, not on threads, memory or where a run was interrupted.
//
// With `scope: turn` the documents are the turns, and a record goes when all of them do
// (dedup/turn_drops.h).
//
// Records of less than one shingle in scope are kept and never compared: short answers are often
// rightly equal, and dedup.exact is there for them. Memory a compared record: 48 + 8 * bands bytes
// (176 for 16 bands) up to half of the budget, then 4 bytes.
#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "dedup/band_index.h"
#include "dedup/evidence.h"
#include "dedup/external_sort.h"
#include "dedup/index_writer.h"
#include "dedup/minhash_index.h"
#include "dedup/minhash_options.h"
#include "dedup/position_list.h"
#include "dedup/turn_drops.h"
#include "dedup/verify.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.minhash";
constexpr std::string_view kMethod = "minhash";
constexpr std::size_t kRowsAtOnce = 64;  // that a worker gathers before it takes the index's lock

class FindNearDuplicates final : public Fold {
 public:
  FindNearDuplicates(MinhashOptions options, MemoryBudget* memory, std::string spill_path,
                     std::shared_ptr<Candidates> candidates, std::unique_ptr<IndexWriter> seen)
      : options_(std::move(options)),
        memory_(memory),
        spill_path_(std::move(spill_path)),
        candidates_(std::move(candidates)),
        seen_(std::move(seen)),
        layout_{options_.signatures->bands(), seen_ != nullptr ? kIdWords : 0},
        index_(new_index()) {}

  std::uint32_t fields() const override {
    return Fields::kTurns | (seen_ != nullptr ? Fields::kId : 0);
  }
  // With candidates to verify it leaves the records alone.
  bool drops_only() const override { return candidates_ != nullptr; }
  std::unique_ptr<State> partial() const override {
    return std::make_unique<Partial>(*options_.signatures);
  }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    for (const Record& record : batch.records) {
      if (record.drop) continue;
      std::span<const Turn> turns = record.turns;
      if (!options_.per_turn) {
        add(record, turns, partial);
      } else {
        for (std::size_t i = 0; i < turns.size(); ++i) add(record, turns.subspan(i, 1), partial);
      }
      if (partial.rows.size() >= kRowsAtOnce * layout_.words()) CORPUS_CHECK(hand_over(partial));
    }
    return {};
  }

  Result<void> merge(std::unique_ptr<State> state) override {
    return hand_over(static_cast<Partial&>(*state));
  }

  Result<std::unique_ptr<Map>> finish() override {
    compared_ = index_->size();
    ExternalSort<ClusterMember> members(memory_, kId, path(".members"));
    if (seen_ == nullptr) {
      CORPUS_CHECK(index_->clusters(members));
      index_ = new_index();  // its memory is free for later stages
    }
    if (candidates_ != nullptr) {
      CORPUS_CHECK(candidates_->take(members, &clusters_));
      return std::unique_ptr<Map>();
    }
    ExternalSort<Drop> drops(memory_, kId, path(".drops"));
    if (seen_ == nullptr) {
      CORPUS_CHECK(all_but_the_best(members, drops));
    } else {
      MinhashIndex index(*seen_, layout_, options_.signatures->hashes(), memory_, kId, spill_path_);
      CORPUS_CHECK(index.find(*index_, drops, &clusters_));
      index_ = new_index();
    }
    dropped_ = drops.size();
    CORPUS_TRY(auto list, PositionList<Drop>::make(drops, memory_, kId, path(".list")));
    Reason reason = Reason::intern("dedup.minhash.near_duplicate");
    if (options_.per_turn) {
      return drop_repeated_turns(std::move(list), reason, kMethod, turn_counters());
    }
    return drop_duplicates(std::move(list), reason, kMethod,
                           seen_ != nullptr ? seen_->before().inputs() : std::vector<std::string>());
  }
  Result<void> commit() override { return seen_ == nullptr ? Result<void>() : seen_->publish(); }

  Result<void> save(const StateSink& sink) override {
    if (seen_ != nullptr) CORPUS_CHECK(seen_->mark());
    return index_->save(sink);
  }
  Result<void> load(std::string_view bytes) override { return index_->load(bytes); }

  std::string report() const override {
    if (candidates_ != nullptr) return {};
    return "{\"compared\":" + std::to_string(compared_) +
           ",\"clusters\":" + std::to_string(clusters_) +
           ",\"near_duplicates\":" + std::to_string(dropped_) + "}";
  }

 private:
  struct Partial : State {
    explicit Partial(const SignerFactory& signatures) : signer(signatures.make()) {}
    std::unique_ptr<Signer> signer;
    KeepRule::Scratch keep;
    std::vector<std::uint64_t> rows;
  };

  // One document: `turns` of the record.
  void add(const Record& record, std::span<const Turn> turns, Partial& partial) const {
    if (!partial.signer->read(turns, options_.scope)) return;
    std::size_t at = partial.rows.size();
    partial.rows.resize(at + layout_.words());
    std::uint64_t* row = partial.rows.data() + at;
    row[0] = record.pos.packed;
    row[1] = options_.keep.rank(record, partial.signer->bytes(), partial.keep);
    partial.signer->band_keys(row + RowLayout::kKeys);
    Sketch sketch = partial.signer->sketch();
    std::copy_n(sketch.words, Sketch::kWords, row + layout_.sketch());
    if (seen_ != nullptr) put_id(record.id, row + layout_.extra_at());
  }

  std::string path(const char* ending) const {
    return spill_path_.empty() ? spill_path_ : spill_path_ + ending;
  }
  std::unique_ptr<BandIndex> new_index() const {
    return std::make_unique<BandIndex>(layout_, memory_, kId, spill_path_);
  }
  Result<void> hand_over(Partial& partial) const {
    auto added = index_->add(partial.rows);
    partial.rows.clear();
    return added;
  }

  // The Map it is for may outlive this Fold.
  std::function<CountTurns()> turn_counters() const {
    return [signatures = options_.signatures]() -> CountTurns {
      std::shared_ptr<Signer> signer = signatures->make();
      return [signatures, signer](const Record& record) {
        return static_cast<std::size_t>(std::ranges::count_if(
            record.turns, [&](const Turn& turn) { return signer->read({&turn, 1}, Scope::kText); }));
      };
    };
  }

  Result<void> all_but_the_best(ExternalSort<ClusterMember>& members, ExternalSort<Drop>& drops) {
    std::size_t hashes = options_.signatures->hashes();
    ClusterMember best;
    clusters_ = 0;
    return members.drain([&](const ClusterMember& member) -> Result<void> {
      if (clusters_ == 0 || member.cluster != best.cluster) {
        best = member;
        ++clusters_;
        return {};
      }
      double estimate = Sketch::similarity(best.sketch, member.sketch, hashes);
      return drops.add({.pos = member.pos, .of = best.pos, .estimate = thousandths(estimate)});
    });
  }

  MinhashOptions options_;
  MemoryBudget* memory_;
  std::string spill_path_;
  std::shared_ptr<Candidates> candidates_;  // null: no verification
  std::unique_ptr<IndexWriter> seen_;       // of earlier runs; null: none
  RowLayout layout_;
  std::unique_ptr<BandIndex> index_;  // thread safe
  std::uint64_t compared_ = 0;
  std::uint64_t clusters_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace

Result<Stages> make_dedup_minhash(const Value& value, BuildContext& context) {
  CORPUS_TRY(MinhashOptions options, MinhashOptions::parse(value));
  std::string spill_path = context.new_spill_path();
  std::unique_ptr<IndexWriter> seen;
  std::string dir = value.get("index", "");
  if (options.per_turn && (options.verify || !dir.empty())) {
    return Error{Code::kInvalidArgument,
                 std::string("scope: turn does not go with ") +
                     (options.verify ? "verify: jaccard" : "an index") +
                     ", which are of whole records; leave one of them out"};
  }
  if (!dir.empty()) {
    if (options.verify) {
      return Error{Code::kInvalidArgument,
                   "verify: jaccard compares texts, and an index has none; leave one of them out"};
    }
    CORPUS_TRY(seen, IndexWriter::open(dir, bands_purpose(options), context.inputs,
                                       index_marker(spill_path), context.memory));
  }
  if (!options.verify) {
    return stages(std::make_unique<FindNearDuplicates>(std::move(options), context.memory,
                                                       std::move(spill_path), nullptr,
                                                       std::move(seen)));
  }
  auto candidates = std::make_shared<Candidates>(context.memory, kId, spill_path);
  auto find = std::make_unique<FindNearDuplicates>(options, context.memory, spill_path, candidates,
                                                   nullptr);
  return stages(std::move(find), make_verify(std::move(options), context.memory, kId, spill_path,
                                             std::move(candidates)));
}

}  // namespace corpus
