#include "dedup/verify.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "dedup/evidence.h"
#include "dedup/spill_file.h"

namespace corpus {
namespace {

constexpr std::size_t kMaxStaying = 32;  // that the worse members of a cluster are compared with
constexpr std::size_t kBuffer = std::size_t{256} << 10;

// Before the set of a candidate in the file; the set follows, 4 bytes a shingle, ascending.
struct SetHeader {
  RecordPos pos;
  RecordPos cluster;
  std::uint64_t rank;
  Sketch sketch;
};
static_assert(sizeof(SetHeader) == 56);

// Where a candidate's set is. In the order in which candidates are gone through.
struct SetRef {
  RecordPos cluster;
  std::uint64_t rank;
  RecordPos pos;
  Extent block;
  bool operator<(const SetRef& o) const {
    if (cluster != o.cluster) return cluster < o.cluster;
    if (rank != o.rank) return rank > o.rank;
    return pos < o.pos;
  }
};

// A candidate that stays, and others are compared with.
struct Staying {
  RecordPos pos;
  Sketch sketch;
  std::vector<std::uint32_t> set;
};

class Verify final : public Fold {
 public:
  Verify(MinhashOptions options, MemoryBudget* memory, std::string_view who, std::string spill_path,
         std::shared_ptr<Candidates> candidates)
      : options_(std::move(options)),
        memory_(memory),
        who_(who),
        spill_path_(std::move(spill_path)),
        candidates_(std::move(candidates)),
        store_(std::make_unique<Store>(memory, who, path(".sets"), path(".refs"))) {}

  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> partial() const override {
    return std::make_unique<Partial>(*options_.signatures);
  }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& partial = static_cast<Partial&>(state);
    CORPUS_CHECK(candidates_->list().each(batch, partial.cursor,
                                          [&](std::size_t i, const Candidate& candidate) {
                                            const Record& record = batch.records[i];
                                            if (!record.drop) add(partial, record, candidate);
                                          }));
    return partial.bytes.size() < kBuffer ? Result<void>()
                                          : store_->add(partial.bytes, partial.ends);
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    auto& partial = static_cast<Partial&>(*state);
    return store_->add(partial.bytes, partial.ends);
  }

  Result<std::unique_ptr<Map>> finish() override {
    ExternalSort<Drop> drops(memory_, who_, path(".drops"));
    CORPUS_CHECK(compare(drops));
    store_.reset();
    dropped_ = drops.size();
    CORPUS_TRY(auto list, PositionList<Drop>::make(drops, memory_, who_, path(".list")));
    return drop_duplicates(std::move(list), Reason::intern("dedup.minhash.near_duplicate"),
                           "minhash");
  }

  Result<void> save(const StateSink& sink) override { return store_->save(sink); }
  Result<void> load(std::string_view bytes) override { return store_->load(bytes); }

  std::string report() const override {
    return "{\"candidates\":" + std::to_string(candidates_->list().size()) +
           ",\"near_duplicates\":" + std::to_string(dropped_) + "}";
  }

 private:
  struct Partial : State {
    explicit Partial(const SignerFactory& signatures) : signer(signatures.make()) {}
    std::unique_ptr<Signer> signer;
    PositionList<Candidate>::Cursor cursor;
    std::vector<std::uint32_t> set;
    std::string bytes;              // headers and sets
    std::vector<std::size_t> ends;  // of each in bytes
  };

  // The sets, and where they are.
  class Store {
   public:
    Store(MemoryBudget* memory, std::string_view who, std::string sets_path, std::string refs_path)
        : who_(who),
          file_(std::move(sets_path), SpillFile::Keep::kForRestart),
          refs_(memory, who, std::move(refs_path)) {}

    // Empties both.
    Result<void> add(std::string& bytes, std::vector<std::size_t>& ends) {
      std::vector<std::string_view> pieces;
      std::size_t begin = 0;
      for (std::size_t end : ends) {
        pieces.push_back(std::string_view(bytes).substr(begin, end - begin));
        begin = end;
      }
      if (pieces.empty()) return {};
      std::lock_guard lock(mutex_);
      CORPUS_TRY(auto blocks, file_.append_blocks(pieces));
      for (std::size_t i = 0; i < pieces.size(); ++i) CORPUS_CHECK(add_ref(pieces[i], blocks[i]));
      bytes.clear();
      ends.clear();
      return {};
    }

    Result<void> save(const StateSink& sink) {
      if (file_.size() == saved_) return {};
      CORPUS_CHECK(file_.sync());
      saved_ = file_.size();
      return sink({reinterpret_cast<const char*>(&saved_), sizeof saved_});
    }
    Result<void> load(std::string_view bytes) {
      if (bytes.size() % sizeof saved_ != 0) {
        return Error{
            Code::kCorrupt,
            std::string(who_) + ": what was saved is cut off; start again without --resume"};
      }
      if (bytes.empty()) return {};
      std::memcpy(&saved_, bytes.data() + bytes.size() - sizeof saved_, sizeof saved_);
      CORPUS_CHECK(file_.reopen(saved_));
      SpillFile::Block block;
      for (std::uint64_t at = 0; at < saved_; at = block.next) {
        CORPUS_CHECK(file_.read(at, block));
        CORPUS_CHECK(add_ref(block.items, {at, block.next}));
      }
      return {};
    }

    const SpillFile& file() const { return file_; }
    ExternalSort<SetRef>& refs() { return refs_; }

   private:
    Result<void> add_ref(std::string_view bytes, Extent block) {
      SetHeader header;
      if (bytes.size() < sizeof header) {
        return Error{Code::kCorrupt, std::string(who_) + ": a saved set has no header"};
      }
      std::memcpy(&header, bytes.data(), sizeof header);
      return refs_.add({header.cluster, header.rank, header.pos, block});
    }

    std::string_view who_;
    std::mutex mutex_;
    SpillFile file_;
    ExternalSort<SetRef> refs_;
    std::uint64_t saved_ = 0;
  };

  std::string path(const char* ending) const {
    return spill_path_.empty() ? spill_path_ : spill_path_ + ending;
  }

  void add(Partial& partial, const Record& record, const Candidate& candidate) const {
    auto& set = partial.set;
    partial.signer->read(record.turns, options_.scope, &set);
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
    SetHeader header{candidate.pos, candidate.cluster, candidate.rank, partial.signer->sketch()};
    partial.bytes.append(reinterpret_cast<const char*>(&header), sizeof header);
    partial.bytes.append(reinterpret_cast<const char*>(set.data()), set.size() * sizeof set[0]);
    partial.ends.push_back(partial.bytes.size());
  }

  Result<void> compare(ExternalSort<Drop>& drops) {
    std::size_t hashes = options_.signatures->hashes();
    std::vector<Staying> staying;
    RecordPos cluster;
    SpillFile::Block block;
    Staying one;
    return store_->refs().drain([&](const SetRef& ref) -> Result<void> {
      if (ref.cluster != cluster) staying.clear();
      cluster = ref.cluster;
      CORPUS_CHECK(store_->file().read(ref.block.begin, block,
                                       static_cast<std::size_t>(ref.block.end - ref.block.begin)));
      SetHeader header;
      std::memcpy(&header, block.items.data(), sizeof header);
      std::string_view bytes = block.items.substr(sizeof header);
      one.pos = ref.pos;
      one.sketch = header.sketch;
      one.set.resize(bytes.size() / sizeof one.set[0]);
      if (!bytes.empty()) std::memcpy(one.set.data(), bytes.data(), bytes.size());
      for (const Staying& other : staying) {
        double similarity = jaccard(one.set, other.set);
        if (similarity < options_.threshold) continue;
        double estimate = Sketch::similarity(one.sketch, other.sketch, hashes);
        return drops.add({.pos = one.pos,
                          .of = other.pos,
                          .estimate = thousandths(estimate),
                          .jaccard = thousandths(similarity)});
      }
      if (staying.size() < kMaxStaying) staying.push_back(one);
      return {};
    });
  }

  MinhashOptions options_;
  MemoryBudget* memory_;
  std::string_view who_;
  std::string spill_path_;
  std::shared_ptr<Candidates> candidates_;
  std::unique_ptr<Store> store_;  // thread safe to add to
  std::uint64_t dropped_ = 0;
};

}  // namespace

Result<void> Candidates::take(ExternalSort<ClusterMember>& members, std::uint64_t* clusters) {
  std::string path = spill_path_.empty() ? spill_path_ : spill_path_ + ".candidates";
  ExternalSort<Candidate> sorter(memory_, who_, path);
  *clusters = 0;
  ClusterMember best;
  CORPUS_CHECK(members.drain([&](const ClusterMember& member) {
    if (*clusters == 0 || member.cluster != best.cluster) {
      best = member;
      ++*clusters;
    }
    return sorter.add({.pos = member.pos, .cluster = best.pos, .rank = member.rank});
  }));
  CORPUS_TRY(list_, PositionList<Candidate>::make(sorter, memory_, who_,
                                                  path.empty() ? path : path + ".list"));
  return {};
}

double jaccard(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
  std::size_t i = 0, k = 0, common = 0;
  while (i < a.size() && k < b.size()) {
    std::uint32_t x = a[i], y = b[k];
    common += x == y;
    i += x <= y;
    k += y <= x;
  }
  std::size_t all = a.size() + b.size() - common;
  return all == 0 ? 1.0 : static_cast<double>(common) / static_cast<double>(all);
}

std::unique_ptr<Fold> make_verify(MinhashOptions options, MemoryBudget* memory,
                                  std::string_view who, std::string spill_path,
                                  std::shared_ptr<Candidates> candidates) {
  return std::make_unique<Verify>(std::move(options), memory, who, std::move(spill_path),
                                  std::move(candidates));
}

}  // namespace corpus
