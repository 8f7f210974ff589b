// Evidence: why a record was dropped as a duplicate, and of which one that stays.
#ifndef CORPUS_DEDUP_EVIDENCE_H_
#define CORPUS_DEDUP_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "corpus/record.h"
#include "dedup/position_list.h"

namespace corpus {

struct Drop {
  static constexpr std::uint16_t kUnknown = 0xFFFF;
  RecordPos pos;
  RecordPos of;                       // who stays instead
  std::uint16_t estimate = kUnknown;  // of their similarity, in 1/1000
  std::uint16_t jaccard = kUnknown;   // computed, in 1/1000
  std::uint32_t in_index = 0;         // 1: `of` is of an index (dedup/seen_index.h)
  bool operator<(const Drop& o) const { return pos < o.pos; }
};
static_assert(sizeof(Drop) == 24);

std::uint16_t thousandths(double share);

// Tags record `i` with
//   "dedup":{"of":"<input>:<offset>","method":<method>,"estimate":0.890,"jaccard":0.912}
// or, when an earlier run had it,
//   "dedup":{"of":"index:<input>:<offset>","input":<its name>,"method":...}
// as far as the numbers are known. `of` names the survivor by its input and offset, the same
// numbers as in the rejects (docs/formats/rejects.md).
// `index_input` is its name as JSON.
void tag_duplicate(Batch& batch, std::size_t i, const Drop& drop, std::string_view method,
                   std::string_view index_input = {});

// The Map that drops what is in the list, with its evidence. `index_inputs`: names of an index's
// inputs.
std::unique_ptr<Map> drop_duplicates(std::unique_ptr<PositionList<Drop>> list, Reason reason,
                                     std::string_view method,
                                     const std::vector<std::string>& index_inputs = {});

}  // namespace corpus

#endif  // CORPUS_DEDUP_EVIDENCE_H_
