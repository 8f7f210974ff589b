// BandIndex: finds the records that share a band key, and by that the clusters of near duplicates,
// in as much memory as there is.
//
// Two records are linked when they have the same key in the same band; a cluster is everything that
// is connected by links (so a chain of near duplicates is one cluster, although its ends may
// differ). The clusters do not depend on the order in which entries came, on threads, or on memory.
//
// Entries stay in memory (48 + 8 * bands bytes a record) up to half of the MemoryBudget. Behind
// that they are spilled a segment at a time: their rows to one file, and to another one a run for
// each band, with keys and record numbers in the order of the keys' top bits. clusters() then reads
// all runs of a band side by side and holds the keys of one part of the key space at a time. What
// grows in memory for ever is 4 bytes and a bit a record, for a union-find, while clusters() runs.
// Time grows linearly with bands * records, whatever the sizes of the clusters.
//
// save() adds rows that are in memory only to the file of rows and hands on where rows lie; load()
// reads them again. docs/formats/minhash.md has the bytes.
#ifndef CORPUS_DEDUP_BAND_INDEX_H_
#define CORPUS_DEDUP_BAND_INDEX_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"
#include "dedup/band_entries.h"
#include "dedup/external_sort.h"
#include "dedup/spill_file.h"
#include "dedup/union_find.h"

namespace corpus {

// A record of a cluster of two or more. Ordered so that the members of a cluster follow each other,
// the highest rank first and of equal ranks the first in the input.
struct ClusterMember {
  std::uint64_t cluster = 0;  // equal within a cluster; the numbers mean nothing else
  std::uint64_t rank = 0;
  RecordPos pos;
  Sketch sketch;
  // The least record of an index that the cluster is linked to.
  RecordPos seen = kNotSeen;
  static constexpr RecordPos kNotSeen = {~std::uint64_t{0}};

  bool operator<(const ClusterMember& o) const {
    if (cluster != o.cluster) return cluster < o.cluster;
    if (rank != o.rank) return rank > o.rank;
    if (pos != o.pos) return pos < o.pos;
    return std::ranges::lexicographical_compare(sketch.words, o.sketch.words);  // turns of a record
  }
};

class BandIndex : public Durable {
 public:
  // The budget, and what `who` views, have to outlive the index. Its files are `spill_path` with
  // endings; temporary ones when it is empty.
  BandIndex(RowLayout layout, MemoryBudget* memory, std::string_view who, std::string spill_path);
  ~BandIndex() override;

  // Whole rows; those of equal positions are entries of their own. Thread safe.
  Result<void> add(std::span<const std::uint64_t> rows);
  std::uint64_t size() const { return size_; }
  bool spilled() const { return spilled_; }

  Result<void> save(const StateSink& sink) override;
  Result<void> load(std::string_view bytes) override;

  // f(record's number from 0 up, its row) -> Result<void> for all, in the order of the numbers. Not
  // concurrent with anything.
  Result<void> each_row(
      const std::function<Result<void>(std::uint32_t, const std::uint64_t*)>& f);

  // Adds all members of all clusters. The index can only be destroyed afterwards. `seen`, when it
  // is not null, has for each number the record of a persistent index that it is linked to, or
  // kNotSeen: clusters with such a link have all of their members added, be it one.
  Result<void> clusters(ExternalSort<ClusterMember>& members, std::vector<RecordPos>* seen = nullptr);

 private:
  // Records that came one after another, numbered from `base`. `entries` is null once it was
  // spilled; `rows` lists its first `saved` rows, `runs` its keys for each band.
  struct Segment {
    std::uint32_t base = 0;
    std::uint32_t size = 0;
    std::uint32_t saved = 0;
    std::unique_ptr<BandEntries> entries;
    std::vector<Extent> rows;
    std::vector<Extent> runs;
  };

  Result<void> make_room(std::size_t n, std::unique_lock<std::mutex>& lock);
  void add_row(const std::uint64_t* row);
  bool over_budget() const;
  void close_open();
  Result<bool> spill_one(std::unique_lock<std::mutex>& lock);
  Result<void> write_rows(Segment& segment);
  Result<void> write_runs(Segment& segment);
  Result<void> spill_rest();
  Result<void> load_extent(Extent extent);

  void group_in_memory(UnionFind& sets) const;
  Result<void> group_spilled(UnionFind& sets);
  Result<void> emit(UnionFind& sets, ExternalSort<ClusterMember>& members,
                    std::vector<RecordPos>* seen);

  RowLayout layout_;
  MemoryBudget* memory_;
  std::string_view who_;
  std::uint32_t segment_rows_;
  SpillFile rows_, runs_;

  std::mutex mutex_;  // of everything below while add() runs
  std::deque<Segment> segments_;
  bool open_ = false;  // the last segment takes more
  std::uint64_t size_ = 0;
  std::uint64_t resident_ = 0;  // rows in memory, of segments nobody spills
  std::size_t next_spill_ = 0;  // segments before this one were spilled or are being
  bool spilled_ = false;
  std::vector<Extent> unlogged_;  // rows that no save() handed on yet
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_BAND_INDEX_H_
