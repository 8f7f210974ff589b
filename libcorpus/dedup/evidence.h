// Evidence: why a record was dropped as a duplicate, and of which one that stays.
#ifndef CORPUS_DEDUP_EVIDENCE_H_
#define CORPUS_DEDUP_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

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
  std::uint32_t reserved = 0;
  bool operator<(const Drop& o) const { return pos < o.pos; }
};
static_assert(sizeof(Drop) == 24);

std::uint16_t thousandths(double share);

// Tags record `i` with
//   "dedup":{"of":"<input>:<offset>","method":<method>,"estimate":0.890,"jaccard":0.912}
// as far as the numbers are known. `of` names the survivor by its input and offset, the same
// numbers as in the rejects (docs/formats/rejects.md).
void tag_duplicate(Batch& batch, std::size_t i, const Drop& drop, std::string_view method);

// The Map that drops what is in the list, with its evidence.
std::unique_ptr<Map> drop_duplicates(std::unique_ptr<PositionList<Drop>> list, Reason reason,
                                     std::string_view method);

}  // namespace corpus

#endif  // CORPUS_DEDUP_EVIDENCE_H_
