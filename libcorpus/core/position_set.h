// A set of records by position, looked up a batch at a time: what a Fold found out in the first
// pass and its Map needs in the second. 8 bytes a record. Immutable, so threads may share it.
#ifndef CORPUS_CORE_POSITION_SET_H_
#define CORPUS_CORE_POSITION_SET_H_

#include <algorithm>
#include <utility>
#include <vector>

#include "corpus/batch.h"
#include "corpus/record.h"

namespace corpus {

class PositionSet {
 public:
  explicit PositionSet(std::vector<RecordPos> positions) : positions_(std::move(positions)) {
    if (!std::is_sorted(positions_.begin(), positions_.end())) {
      std::sort(positions_.begin(), positions_.end());
    }
  }

  // Drops every record that was kept so far and is in the set (`member`), or is not (!`member`).
  void drop_if(Batch& batch, bool member, Reason reason) const {
    if (batch.records.empty()) return;
    // The records of a batch are in order: one search, then both lists are walked together.
    auto it = std::lower_bound(positions_.begin(), positions_.end(), batch.records.front().pos);
    for (Record& record : batch.records) {
      while (it != positions_.end() && *it < record.pos) ++it;
      bool found = it != positions_.end() && *it == record.pos;
      if (found == member && !record.drop) record.drop = reason;
    }
  }

  std::size_t size() const { return positions_.size(); }

 private:
  std::vector<RecordPos> positions_;
};

}  // namespace corpus

#endif  // CORPUS_CORE_POSITION_SET_H_
