// dedup.minhash against a persistent index: which records of this run earlier ones had, and what is
// new for the next.
//
// A record that shares a band key with one of the index is a near duplicate of it, and so is
// everything that is linked to such a record in this run: the records of this run that go are those
// that would go if the inputs of all runs were one. Of a cluster that is linked to several records
// of the index the earliest is named, or rather who stayed for it.
//
// Memory: 8 bytes a record beside the union-find, and an eighth of the budget for each of three
// sorts. Time: the keys of the run are sorted, and each block of the index that they fall into is
// read once.
#ifndef CORPUS_DEDUP_MINHASH_INDEX_H_
#define CORPUS_DEDUP_MINHASH_INDEX_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "dedup/band_index.h"
#include "dedup/evidence.h"
#include "dedup/external_sort.h"
#include "dedup/index_writer.h"
#include "dedup/minhash_options.h"

namespace corpus {

// Of a row of the BandIndex, for the record's id.
inline constexpr std::size_t kIdWords = sizeof(ShortId) / sizeof(std::uint64_t);
void put_id(std::string_view id, std::uint64_t* words);

IndexPurpose bands_purpose(const MinhashOptions& options);

class MinhashIndex {
 public:
  // Everything has to outlive it.
  MinhashIndex(IndexWriter& index, RowLayout layout, std::size_t hashes, MemoryBudget* memory,
               std::string_view who, std::string spill_path)
      : index_(index),
        layout_(layout),
        hashes_(hashes),
        memory_(memory),
        who_(who),
        spill_path_(std::move(spill_path)) {}

  // Adds what is to be dropped; afterwards the writer has what it is to publish. `entries` can only
  // be destroyed afterwards.
  Result<void> find(BandIndex& entries, ExternalSort<Drop>& drops, std::uint64_t* clusters);

 private:
  struct Piece;

  Result<void> link(BandIndex& entries, std::vector<RecordPos>& seen,
                    std::vector<bool>& has_new_key);
  Result<void> judge(ExternalSort<ClusterMember>& members, ExternalSort<Drop>& drops,
                     ExternalSort<Piece>& rows, std::uint64_t* clusters);
  Result<void> write_rows(ExternalSort<Piece>& rows);
  std::string path(const char* ending) const {
    return spill_path_.empty() ? spill_path_ : spill_path_ + ending;
  }

  IndexWriter& index_;
  RowLayout layout_;
  std::size_t hashes_;
  MemoryBudget* memory_;
  std::string_view who_;
  std::string spill_path_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_MINHASH_INDEX_H_
