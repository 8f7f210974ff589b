#include "dedup/band_groups.h"

namespace corpus {

void MemoryGrouper::unite_equal(std::size_t begin, std::size_t end, UnionFind& sets) {
  if (end - begin < 2) return;
  std::size_t mask = std::bit_ceil(2 * (end - begin)) - 1;
  std::fill_n(table_.begin(), mask + 1, kNone);
  for (std::size_t i = begin; i < end; ++i) {
    const BandItem& item = items_[i];
    std::size_t at = item.low & mask;
    while (table_[at] != kNone && items_[begin + table_[at]].key() != item.key()) {
      at = (at + 1) & mask;
    }
    if (table_[at] == kNone) {
      table_[at] = static_cast<std::uint32_t>(i - begin);
    } else {
      sets.unite(items_[begin + table_[at]].entry, item.entry);
    }
  }
}

Result<void> RunGrouper::group(const SpillFile& file, std::span<const Extent> runs,
                               UnionFind& sets) {
  struct Run {
    SpillReader<BandItem> reader;
    const BandItem* item;
  };
  std::vector<Run> open;
  open.reserve(runs.size());
  for (const Extent& extent : runs) {
    open.push_back({SpillReader<BandItem>(file, extent), nullptr});
    CORPUS_TRY(open.back().item, open.back().reader.next());
  }
  for (std::size_t part = 0; part >> kRunPartBits == 0; ++part) {
    clear();
    for (Run& run : open) {
      while (run.item != nullptr && run_part(run.item->high) == part) {
        put(*run.item, sets);
        CORPUS_TRY(run.item, run.reader.next());
      }
    }
  }
  return {};
}

void RunGrouper::clear() {
  constexpr std::size_t kFirst = 64;
  // Sized for twice what the part before held; a table that one huge part needed does not stay.
  std::size_t want = std::bit_ceil(std::max(kFirst, 4 * used_));
  table_.assign(want, {0, kFree});
  used_ = 0;
}

void RunGrouper::put(const BandItem& item, UnionFind& sets) {
  std::size_t mask = table_.size() - 1, at = item.low & mask;
  while (table_[at].entry != kFree && table_[at].key != item.key()) at = (at + 1) & mask;
  if (table_[at].entry != kFree) {
    sets.unite(table_[at].entry, item.entry);
    return;
  }
  table_[at] = {item.key(), item.entry};
  if (++used_ > table_.size() / 2) grow();
}

void RunGrouper::grow() {
  std::vector<Slot> old(2 * table_.size(), {0, kFree});
  old.swap(table_);
  std::size_t mask = table_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.entry == kFree) continue;
    std::size_t at = static_cast<std::uint32_t>(slot.key) & mask;
    while (table_[at].entry != kFree) at = (at + 1) & mask;
    table_[at] = slot;
  }
}

}  // namespace corpus
