// PositionList: what a first pass found out about some of the records, looked up a batch at a time
// in a later one.
//
// T is trivially copyable, has a `pos` and is ordered by it first; it may come several times. The list is
// in memory when the MemoryBudget has room for it, else in a SpillFile of which only where each
// block begins is in memory (16 bytes for each 32 KiB). Immutable, so threads may share it, each
// with its own Cursor.
#ifndef CORPUS_DEDUP_POSITION_LIST_H_
#define CORPUS_DEDUP_POSITION_LIST_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"
#include "dedup/external_sort.h"
#include "dedup/spill_file.h"

namespace corpus {

template <typename T>
class PositionList {
 public:
  // Takes everything out of `sorter`. The budget, and what `who` views, have to outlive the list.
  static Result<std::unique_ptr<PositionList>> make(ExternalSort<T>& sorter, MemoryBudget* memory,
                                                    std::string_view who, std::string spill_path) {
    std::unique_ptr<PositionList> list(new PositionList(memory, std::move(spill_path)));
    list->size_ = sorter.size();
    std::uint64_t bytes = sorter.size() * sizeof(T);
    if (!sorter.spilled() && memory->reserve(bytes, who)) {
      list->accounted_ = bytes;
      list->items_.reserve(sorter.size());
      CORPUS_CHECK(sorter.drain([&](const T& item) -> Result<void> {
        list->items_.push_back(item);
        return {};
      }));
      return list;
    }
    CORPUS_CHECK(list->write(sorter));
    bytes = list->starts_.size() * sizeof(Start);
    CORPUS_CHECK(memory->reserve(bytes, who));
    list->accounted_ = bytes;
    return list;
  }
  ~PositionList() { memory_->release(accounted_); }
  PositionList(const PositionList&) = delete;
  PositionList& operator=(const PositionList&) = delete;

  std::uint64_t size() const { return size_; }
  bool in_memory() const { return starts_.empty(); }

  // One worker's place in the list.
  class Cursor {
    friend class PositionList;
    SpillFile::Block block;
    const T* item = nullptr;
    const T* last = nullptr;
  };

  // Calls f(index of the record, const T&) for the items of the batch's records, in order.
  template <typename F>
  Result<void> each(const Batch& batch, Cursor& cursor, F&& f) const {
    if (batch.records.empty() || size_ == 0) return {};
    CORPUS_TRY(const T* item, seek(batch.records.front().pos, cursor));
    for (std::size_t i = 0; i < batch.records.size() && item != nullptr; ++i) {
      RecordPos pos = batch.records[i].pos;
      while (item != nullptr && item->pos < pos) {
        CORPUS_TRY(item, next(cursor));
      }
      while (item != nullptr && item->pos == pos) {
        f(i, *item);
        CORPUS_TRY(item, next(cursor));
      }
    }
    return {};
  }

 private:
  struct Start {
    RecordPos pos;
    std::uint64_t at;
  };

  PositionList(MemoryBudget* memory, std::string spill_path)
      : memory_(memory), file_(std::move(spill_path), SpillFile::Keep::kNothing) {}

  Result<void> write(ExternalSort<T>& sorter) {
    constexpr std::size_t kItems = SpillFile::kBlock / sizeof(T);
    std::vector<T> block;
    block.reserve(kItems);
    auto flush = [&]() -> Result<void> {
      CORPUS_TRY(Extent extent, file_.append({reinterpret_cast<const char*>(block.data()),
                                              block.size() * sizeof(T)},
                                             sizeof(T)));
      starts_.push_back({block.front().pos, extent.begin});
      block.clear();
      return {};
    };
    CORPUS_CHECK(sorter.drain([&](const T& item) -> Result<void> {
      block.push_back(item);
      return block.size() < kItems ? Result<void>() : flush();
    }));
    return block.empty() ? Result<void>() : flush();
  }

  Result<void> load(std::uint64_t at, Cursor& cursor) const {
    CORPUS_CHECK(file_.read(at, cursor.block));
    cursor.item = reinterpret_cast<const T*>(cursor.block.items.data());
    cursor.last = cursor.item + cursor.block.items.size() / sizeof(T);
    return {};
  }

  // The first item at or behind `pos`; null behind the last.
  Result<const T*> seek(RecordPos pos, Cursor& cursor) const {
    if (in_memory()) {
      cursor.item = items_.data();
      cursor.last = cursor.item + items_.size();
    } else {
      // Its items may begin in the block before the first one that begins with it.
      auto from = std::lower_bound(starts_.begin(), starts_.end(), pos,
                                   [](const Start& s, RecordPos p) { return s.pos < p; });
      CORPUS_CHECK(load(from == starts_.begin() ? from->at : std::prev(from)->at, cursor));
    }
    cursor.item = std::lower_bound(cursor.item, cursor.last, pos,
                                   [](const T& item, RecordPos p) { return item.pos < p; });
    if (cursor.item != cursor.last) return cursor.item;
    return following(cursor);
  }
  Result<const T*> next(Cursor& cursor) const {
    if (++cursor.item != cursor.last) return cursor.item;
    return following(cursor);
  }
  Result<const T*> following(Cursor& cursor) const {
    if (in_memory() || cursor.block.next >= file_.size()) return static_cast<const T*>(nullptr);
    CORPUS_CHECK(load(cursor.block.next, cursor));
    return cursor.item;
  }

  MemoryBudget* memory_;
  std::uint64_t accounted_ = 0;
  std::uint64_t size_ = 0;
  std::vector<T> items_;
  SpillFile file_;
  std::vector<Start> starts_;  // of the blocks
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_POSITION_LIST_H_
