// BandIndex: finds the records that share a band key, and by that the clusters of near duplicates.
//
// An interface, because the index is what has to fit into memory or be spilled; this file has the
// one that holds everything in memory.
//
// Two records are linked when they have the same key in the same band; a cluster is everything that
// is connected by links (so a chain of near duplicates is one cluster, although its ends may
// differ). The clusters do not depend on the order in which entries came.
#ifndef CORPUS_DEDUP_BAND_INDEX_H_
#define CORPUS_DEDUP_BAND_INDEX_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"
#include "dedup/band_entries.h"

namespace corpus {

// A record of a cluster of two or more.
struct ClusterMember {
  RecordPos pos;
  std::uint32_t length = 0;   // as added
  std::uint32_t cluster = 0;  // numbered from 0 in the order of their first members
};

class BandIndex : public Durable {
 public:
  // Takes everything out of `entries`. Not concurrent with anything.
  virtual Result<void> add(BandEntries& entries) = 0;
  virtual std::uint64_t size() const = 0;  // records added
  // All members of all clusters, sorted by position. Each position was added once.
  virtual Result<std::vector<ClusterMember>> clusters() const = 0;
};

// Needs what BandEntries needs, and while clusters() runs 20 bytes more a record; time grows
// linearly with bands * records, whatever the sizes of the clusters. The budget, and what `who`
// views, have to outlive it.
std::unique_ptr<BandIndex> make_memory_band_index(std::size_t bands, MemoryBudget* memory,
                                                  std::string_view who);

}  // namespace corpus

#endif  // CORPUS_DEDUP_BAND_INDEX_H_
