// dedup.minhash: keeps one record of each cluster of near duplicates.
//
// A Fold. In the first pass every kept record is reduced to its band keys (dedup/signature.h); then
// clusters are formed (dedup/band_index.h) and all members but one are marked: the one that stays
// is the first in input order, or the longest text in scope and of equally long ones the first. The
// second pass drops the marked. The result depends on the input and the options alone.
//
// Records of fewer than `shingle` words in scope are kept and never compared: short answers are
// often rightly equal, and dedup.exact is there for them. Memory a compared record: 12 + 8 * bands
// bytes (124 for 14 bands), 20 more while clusters are formed; in the second pass 8 bytes a dropped
// record.
#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/position_set.h"
#include "corpus/component.h"
#include "dedup/band_index.h"
#include "dedup/signature.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.minhash";
constexpr std::size_t kMaxHashes = 4096;

enum class Keep { kFirst, kLongest };

class DropMarked final : public Map {
 public:
  DropMarked(std::vector<RecordPos> marked, MemoryBudget* memory)
      : memory_(memory), marked_(std::move(marked)) {}
  ~DropMarked() override { memory_->release(marked_.size() * sizeof(RecordPos)); }
  Result<void> run(Batch& batch, State*) const override {
    marked_.drop_if(batch, true, reason_);
    return {};
  }

 private:
  MemoryBudget* memory_;
  PositionSet marked_;
  Reason reason_ = Reason::intern("dedup.minhash.near_duplicate");
};

// All members of clusters but the one each that stays. `members` is sorted by position.
std::vector<RecordPos> all_but_one(const std::vector<ClusterMember>& members, Keep keep,
                                   std::size_t* clusters) {
  std::vector<std::uint32_t> stays;  // [cluster] index of the member
  for (std::uint32_t i = 0; i < members.size(); ++i) {
    if (members[i].cluster == stays.size()) {
      stays.push_back(i);
    } else if (keep == Keep::kLongest) {
      std::uint32_t& best = stays[members[i].cluster];
      if (members[i].length > members[best].length) best = i;
    }
  }
  std::vector<RecordPos> out;
  out.reserve(members.size() - stays.size());
  for (std::uint32_t i = 0; i < members.size(); ++i) {
    if (stays[members[i].cluster] != i) out.push_back(members[i].pos);
  }
  *clusters = stays.size();
  return out;
}

class FindNearDuplicates final : public Fold {
 public:
  FindNearDuplicates(const SignatureScheme::Options& options, Scope scope, Keep keep,
                     MemoryBudget* memory)
      : scheme_(options), scope_(scope), keep_(keep), memory_(memory), index_(new_index()) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> partial() const override {
    return std::make_unique<Partial>(scheme_, memory_);
  }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    for (const Record& record : batch.records) {
      if (record.drop || !partial.signer.read(record.turns, scope_)) continue;
      partial.signer.band_keys(partial.keys.data());
      auto length = std::min<std::uint64_t>(partial.signer.bytes(),
                                            std::numeric_limits<std::uint32_t>::max());
      CORPUS_CHECK(
          partial.entries.add(record.pos, static_cast<std::uint32_t>(length), partial.keys.data()));
    }
    return {};
  }

  Result<void> merge(std::unique_ptr<State> state) override {
    return index_->add(static_cast<Partial&>(*state).entries);
  }

  Result<std::unique_ptr<Map>> finish() override {
    compared_ = index_->size();
    std::vector<RecordPos> marked;
    {
      CORPUS_TRY(auto members, index_->clusters());
      marked = all_but_one(members, keep_, &clusters_);
    }
    index_ = new_index();  // its memory is free for later stages
    dropped_ = marked.size();
    CORPUS_CHECK(memory_->reserve(marked.size() * sizeof(RecordPos), kId));
    return std::unique_ptr<Map>(std::make_unique<DropMarked>(std::move(marked), memory_));
  }

  Result<void> save(const StateSink& sink) override { return index_->save(sink); }
  Result<void> load(std::string_view bytes) override { return index_->load(bytes); }

  std::string report() const override {
    return "{\"compared\":" + std::to_string(compared_) +
           ",\"clusters\":" + std::to_string(clusters_) +
           ",\"near_duplicates\":" + std::to_string(dropped_) + "}";
  }

 private:
  struct Partial : State {
    Partial(const SignatureScheme& scheme, MemoryBudget* memory)
        : signer(scheme), keys(scheme.bands()), entries(scheme.bands(), memory, kId) {}
    Signer signer;
    std::vector<std::uint64_t> keys;
    BandEntries entries;
  };

  std::unique_ptr<BandIndex> new_index() const {
    return make_memory_band_index(scheme_.bands(), memory_, kId);
  }

  SignatureScheme scheme_;
  Scope scope_;
  Keep keep_;
  MemoryBudget* memory_;
  std::unique_ptr<BandIndex> index_;
  std::uint64_t compared_ = 0;
  std::size_t clusters_ = 0;
  std::uint64_t dropped_ = 0;
};

// 5, "5", "5 words"; the schema has checked numbers already.
Result<std::size_t> parse_shingle(const Value& options, std::size_t fallback) {
  const Value* value = options.find("shingle");
  const std::string* text = value != nullptr ? value->if_string() : nullptr;
  if (text == nullptr) {
    return static_cast<std::size_t>(options.get("shingle", static_cast<std::int64_t>(fallback)));
  }
  std::size_t n = 0;
  auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), n);
  std::string_view unit(end, static_cast<std::size_t>(text->data() + text->size() - end));
  bool known = unit.empty() || unit == " words" || unit == " word";
  if (ec != std::errc() || !known || n < 1 || n > 64) {
    return Error{
        Code::kInvalidArgument,
        "shingle '" + *text + "': write a number of words from 1 to 64, such as \"5 words\""};
  }
  return n;
}

}  // namespace

Result<Stages> make_dedup_minhash(const Value& options, BuildContext& context) {
  SignatureScheme::Options scheme;
  CORPUS_TRY(scheme.shingle, parse_shingle(options, scheme.shingle));
  scheme.bands = static_cast<std::size_t>(options.get("bands", static_cast<int>(scheme.bands)));
  scheme.rows = static_cast<std::size_t>(options.get("rows", static_cast<int>(scheme.rows)));
  scheme.seed = static_cast<std::uint64_t>(options.get("seed", static_cast<int>(scheme.seed)));
  if (scheme.bands * scheme.rows > kMaxHashes) {
    return Error{Code::kInvalidArgument, "bands " + std::to_string(scheme.bands) + " x rows " +
                                             std::to_string(scheme.rows) + " are more than " +
                                             std::to_string(kMaxHashes) + " hashes; use fewer"};
  }
  CORPUS_TRY(Scope scope, parse_scope(options.get("scope", "text")));
  Keep keep = options.get("keep", "first") == "longest" ? Keep::kLongest : Keep::kFirst;
  return stages(std::make_unique<FindNearDuplicates>(scheme, scope, keep, context.memory));
}

}  // namespace corpus
