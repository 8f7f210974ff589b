// dedup.simhash: near duplicates by SimHash: 64 bits that differ in few places when texts differ in
// few words (Charikar 2002; Manku, Jain and Das Sarma 2007).
//
// A Fold. A record's hash has bit i set when more of its shingles have it set than not. Hashes that
// differ in at most `bits` bits are linked. To find them, the 64 bits are cut into blocks; two such
// hashes agree in all but `bits` of the blocks, so for each choice of blocks that remain the hashes
// are sorted by those, and compared within a run of equal ones. Equal hashes are linked first and
// one of them stands for all, so a million of them cost nothing more. The more records, the more
// blocks: a run is a few hashes on average, unless hashes crowd together by themselves. Clusters
// are what is connected by links; one record stays (dedup/keep_rule.h).
//
// Records of less than one shingle are kept and never compared. Memory: 52 bytes a compared record
// while clusters are formed, and an eighth of the budget for each of two sorts. Time: the number of
// ways to choose the blocks, 4 to 56 for 3 bits, times a sort.
#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "dedup/band_index.h"
#include "dedup/durable_sort.h"
#include "dedup/evidence.h"
#include "dedup/keep_rule.h"
#include "dedup/shingle_hashes.h"
#include "dedup/union_find.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.simhash";
constexpr std::size_t kAtOnce = 256;

struct Hashed {
  RecordPos pos;
  std::uint64_t rank = 0;
  std::uint64_t hash = 0;
  auto operator<=>(const Hashed&) const = default;
};
static_assert(sizeof(Hashed) == 24);

struct HashOf {
  std::uint64_t key;  // the bits of the blocks that have to agree, then, alone, all
  std::uint64_t hash;
  std::uint64_t entry;
  auto operator<=>(const HashOf&) const = default;
};

// One mask for each choice of `blocks - differ` blocks.
std::vector<std::uint64_t> masks(unsigned blocks, unsigned differ) {
  std::vector<std::uint64_t> out;
  for (std::uint32_t chosen = 0; chosen < 1U << blocks; ++chosen) {
    if (static_cast<unsigned>(std::popcount(chosen)) != blocks - differ) continue;
    std::uint64_t mask = 0;
    for (unsigned bit = 0; bit < 64; ++bit) {
      if ((chosen >> (bit * blocks / 64) & 1) != 0) mask |= std::uint64_t{1} << bit;
    }
    out.push_back(mask);
  }
  return out;
}

// As few as leave some eight of n random hashes in a run.
unsigned blocks_for(unsigned bits, std::uint64_t n) {
  unsigned blocks = bits + 1;
  while (blocks < bits + 5 &&
         std::uint64_t{8} << std::min(60U, 64 * (blocks - bits) / blocks) < n) {
    ++blocks;
  }
  return blocks;
}

class FindSimilarHashes final : public Fold {
 public:
  FindSimilarHashes(Scope scope, std::size_t shingle, unsigned bits, KeepRule keep,
                    MemoryBudget* memory, std::string spill_path)
      : scope_(scope),
        shingle_(shingle),
        bits_(bits),
        keep_(std::move(keep)),
        memory_(memory),
        spill_path_(std::move(spill_path)),
        hashes_(new_sort()) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(shingle_); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    for (const Record& record : batch.records) {
      if (record.drop || !partial.reader.read(record.turns, scope_)) continue;
      partial.found.push_back({record.pos,
                               keep_.rank(record, partial.reader.bytes(), partial.keep),
                               partial.reader.simhash()});
      if (partial.found.size() >= kAtOnce) CORPUS_CHECK(hashes_->add(partial.found));
    }
    return {};
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    return hashes_->add(static_cast<Partial&>(*state).found);
  }

  Result<std::unique_ptr<Map>> finish() override {
    compared_ = hashes_->size();
    if (compared_ >= std::numeric_limits<std::uint32_t>::max()) {
      return Error{Code::kLimit,
                   std::string(kId) + ": more than 4294967294 records; split the input"};
    }
    auto n = static_cast<std::size_t>(compared_);
    const std::uint64_t bytes =
        n * (sizeof(Hashed) + sizeof(HashOf) + sizeof(UnionFind::Element));
    CORPUS_CHECK(memory_->reserve(bytes, kId));
    std::vector<Hashed> all;
    all.reserve(n);
    CORPUS_CHECK(hashes_->drain([&](const Hashed& h) -> Result<void> {
      all.push_back(h);
      return {};
    }));
    hashes_ = new_sort();
    UnionFind sets(n);
    CORPUS_CHECK(link(all, sets));
    ExternalSort<ClusterMember> members(memory_, kId, path(".members"));
    CORPUS_CHECK(emit(all, sets, members));
    all = {};
    memory_->release(bytes);
    ExternalSort<Drop> drops(memory_, kId, path(".drops"));
    CORPUS_CHECK(all_but_the_best(members, drops));
    dropped_ = drops.size();
    CORPUS_TRY(auto list, PositionList<Drop>::make(drops, memory_, kId, path(".list")));
    return drop_duplicates(std::move(list), Reason::intern("dedup.simhash.near_duplicate"),
                           "simhash");
  }

  Result<void> save(const StateSink& sink) override { return hashes_->save(sink); }
  Result<void> load(std::string_view bytes) override { return hashes_->load(bytes); }
  std::string report() const override {
    return "{\"compared\":" + std::to_string(compared_) +
           ",\"near_duplicates\":" + std::to_string(dropped_) + "}";
  }

 private:
  struct Partial : State {
    explicit Partial(std::size_t shingle) : reader(shingle) {}
    ShingleHashes reader;
    KeepRule::Scratch keep;
    std::vector<Hashed> found;
  };

  std::string path(const char* ending) const {
    return spill_path_.empty() ? spill_path_ : spill_path_ + ending;
  }
  std::unique_ptr<DurableSort<Hashed>> new_sort() const {
    return std::make_unique<DurableSort<Hashed>>(memory_, kId, spill_path_, ".hashes");
  }

  Result<void> link(const std::vector<Hashed>& all, UnionFind& sets) const {
    std::vector<HashOf> distinct;
    {
      ExternalSort<HashOf> sort(memory_, kId, path(".tables"));
      for (std::size_t i = 0; i < all.size(); ++i) {
        CORPUS_CHECK(sort.add({all[i].hash, all[i].hash, i}));
      }
      CORPUS_CHECK(sort.drain([&](const HashOf& item) -> Result<void> {
        if (!distinct.empty() && distinct.back().hash == item.hash) {
          unite(sets, distinct.back(), item);
        } else {
          distinct.push_back(item);
        }
        return {};
      }));
    }
    for (std::uint64_t mask : masks(blocks_for(bits_, distinct.size()), bits_)) {
      ExternalSort<HashOf> sort(memory_, kId, path(".tables"));
      for (const HashOf& item : distinct) {
        CORPUS_CHECK(sort.add({item.hash & mask, item.hash, item.entry}));
      }
      std::vector<HashOf> run;
      CORPUS_CHECK(sort.drain([&](const HashOf& item) -> Result<void> {
        if (!run.empty() && run.back().key != item.key) run.clear();
        for (const HashOf& other : run) {
          if (static_cast<unsigned>(std::popcount(other.hash ^ item.hash)) <= bits_) {
            unite(sets, other, item);
          }
        }
        run.push_back(item);
        return {};
      }));
    }
    return {};
  }
  static void unite(UnionFind& sets, const HashOf& a, const HashOf& b) {
    sets.unite(static_cast<UnionFind::Element>(a.entry), static_cast<UnionFind::Element>(b.entry));
  }

  static Result<void> emit(const std::vector<Hashed>& all, UnionFind& sets,
                           ExternalSort<ClusterMember>& members) {
    std::vector<bool> in_cluster(all.size());
    for (UnionFind::Element i = 0; i < all.size(); ++i) {
      UnionFind::Element root = sets.find(i);
      if (root != i) in_cluster[i] = in_cluster[root] = true;
    }
    for (UnionFind::Element i = 0; i < all.size(); ++i) {
      if (!in_cluster[i]) continue;
      ClusterMember m{.cluster = sets.find(i), .rank = all[i].rank, .pos = all[i].pos,
                      .sketch = {}};
      m.sketch.words[0] = all[i].hash;
      CORPUS_CHECK(members.add(m));
    }
    return {};
  }

  static Result<void> all_but_the_best(ExternalSort<ClusterMember>& members,
                                       ExternalSort<Drop>& drops) {
    bool any = false;
    ClusterMember best;
    return members.drain([&](const ClusterMember& member) -> Result<void> {
      if (!any || member.cluster != best.cluster) {
        any = true;
        best = member;
        return {};
      }
      int differ = std::popcount(member.sketch.words[0] ^ best.sketch.words[0]);
      return drops.add({.pos = member.pos,
                        .of = best.pos,
                        .estimate = thousandths(1 - static_cast<double>(differ) / 64)});
    });
  }

  Scope scope_;
  std::size_t shingle_;
  unsigned bits_;
  KeepRule keep_;
  MemoryBudget* memory_;
  std::string spill_path_;
  std::unique_ptr<DurableSort<Hashed>> hashes_;  // thread safe to add to
  std::uint64_t compared_ = 0, dropped_ = 0;
};

}  // namespace

Result<Stages> make_dedup_simhash(const Value& value, BuildContext& context) {
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "text")));
  CORPUS_TRY(KeepRule keep, KeepRule::parse(value.get("keep", "first")));
  return stages(std::make_unique<FindSimilarHashes>(
      scope, static_cast<std::size_t>(value.get("shingle", 3)),
      static_cast<unsigned>(value.get("bits", 3)), std::move(keep), context.memory,
      context.new_spill_path()));
}

}  // namespace corpus
