// The second half of dedup.minhash with `verify: jaccard`: computes the similarity of
// near-duplicate candidates from their texts.
//
// Banding links some pairs that are less similar than the threshold, and chains of links join
// records that have little in common. So the members of each cluster are gone through from the best
// to the worst (dedup/keep_rule.h), and each is compared with those of its cluster that stay: when
// the Jaccard similarity of their sets of shingles is at least the threshold with one of them it is
// dropped, and that one named; else it stays too. A cluster has at most kMaxStaying records that
// others are compared with, the best ones; so time grows linearly whatever is in a cluster.
//
// Needs a pass of its own to read the texts again. The sets (4 bytes a shingle) go to a file.
#ifndef CORPUS_DEDUP_VERIFY_H_
#define CORPUS_DEDUP_VERIFY_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"
#include "dedup/band_index.h"
#include "dedup/external_sort.h"
#include "dedup/minhash_options.h"
#include "dedup/position_list.h"

namespace corpus {

// A member of a cluster, which is named by the position of its best record: the same in every
// process that forms it.
struct Candidate {
  RecordPos pos;
  RecordPos cluster;
  std::uint64_t rank = 0;
  bool operator<(const Candidate& o) const { return pos < o.pos; }
};

// What the first pass hands to the second.
class Candidates {
 public:
  Candidates(MemoryBudget* memory, std::string_view who, std::string spill_path)
      : memory_(memory), who_(who), spill_path_(std::move(spill_path)) {}
  Result<void> take(ExternalSort<ClusterMember>& members, std::uint64_t* clusters);
  const PositionList<Candidate>& list() const { return *list_; }

 private:
  MemoryBudget* memory_;
  std::string_view who_;
  std::string spill_path_;
  std::unique_ptr<PositionList<Candidate>> list_;
};

// |a and b| / |a or b| of sets given in ascending order; 1 for two empty ones.
double jaccard(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b);

std::unique_ptr<Fold> make_verify(MinhashOptions options, MemoryBudget* memory,
                                  std::string_view who, std::string spill_path,
                                  std::shared_ptr<Candidates> candidates);

}  // namespace corpus

#endif  // CORPUS_DEDUP_VERIFY_H_
