// ExternalSort: sorts more items than fit into memory.
//
// Items gather in memory; when their share of the MemoryBudget is used up they are sorted and
// appended to a SpillFile as a run, and at the end the runs are merged. With no runs it is a plain
// sort. T is trivially copyable, compares with <, and no two items may be equal where the order
// matters: then the result depends on the items alone, not on the order they came in or on the
// memory.
//
// n log n comparisons; each item is written and read at most once, unless there are more runs than
// a merge may read at once (one block of 32 KiB each). Not thread safe.
#ifndef CORPUS_DEDUP_EXTERNAL_SORT_H_
#define CORPUS_DEDUP_EXTERNAL_SORT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "corpus/result.h"
#include "dedup/spill_file.h"

namespace corpus {

template <typename T>
class ExternalSort {
 public:
  // The budget, and what `who` views, have to outlive the sorter.
  ExternalSort(MemoryBudget* memory, std::string_view who, std::string spill_path)
      : memory_(memory), who_(who), file_(std::move(spill_path), SpillFile::Keep::kNothing) {
    static_assert(std::is_trivially_copyable_v<T>);
    // An eighth of the budget, so that two sorts and what feeds them fit at once.
    if (memory->limit() != 0) {
      most_ = std::max<std::uint64_t>(memory->limit() / 8, kLeastBytes) / sizeof(T);
    }
  }
  ~ExternalSort() { memory_->release(capacity_ * sizeof(T)); }
  ExternalSort(const ExternalSort&) = delete;
  ExternalSort& operator=(const ExternalSort&) = delete;

  Result<void> add(const T& item) {
    if (items_.size() == capacity_) CORPUS_CHECK(make_room());
    items_.push_back(item);
    ++size_;
    return {};
  }
  std::uint64_t size() const { return size_; }
  bool spilled() const { return !runs_.empty(); }

  // Calls f(const T&) -> Result<void> for all items in order, once; then the sorter is empty.
  template <typename F>
  Result<void> drain(F&& f) {
    std::sort(items_.begin(), items_.end());
    if (runs_.empty()) {
      for (const T& item : items_) CORPUS_CHECK(f(item));
    } else {
      if (!items_.empty()) CORPUS_CHECK(spill());
      give_back();
      while (runs_.size() > kMaxMerge) CORPUS_CHECK(merge_some());
      CORPUS_CHECK(merge(runs_, f));
      runs_.clear();
    }
    give_back();
    size_ = 0;
    return {};
  }

 private:
  static constexpr std::uint64_t kLeastBytes = std::uint64_t{16} << 10;
  static constexpr std::size_t kFirst = 64;  // items
  static constexpr std::size_t kMaxMerge = 256;

  Result<void> make_room() {
    std::size_t want =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::max(2 * capacity_, kFirst), most_));
    if (want > capacity_) {
      auto got = memory_->reserve(want * sizeof(T), who_);
      if (got) {
        items_.reserve(want);
        memory_->release(std::exchange(capacity_, want) * sizeof(T));
        return {};
      }
      if (capacity_ == 0) return got;
    }
    std::sort(items_.begin(), items_.end());
    return spill();
  }

  // `items_`, sorted, become a run.
  Result<void> spill() {
    CORPUS_TRY(Extent run, file_.append({reinterpret_cast<const char*>(items_.data()),
                                         items_.size() * sizeof(T)},
                                        sizeof(T)));
    runs_.push_back(run);
    items_.clear();
    return {};
  }
  void give_back() {
    memory_->release(std::exchange(capacity_, 0) * sizeof(T));
    items_ = {};
  }

  // The first kMaxMerge runs become one at the end. Its extents follow each other in the file.
  Result<void> merge_some() {
    std::vector<Extent> some(runs_.begin(), runs_.begin() + kMaxMerge);
    std::vector<T> out;
    out.reserve(SpillFile::kBlock / sizeof(T) + 1);
    Extent run;
    auto flush = [&]() -> Result<void> {
      CORPUS_TRY(Extent piece,
                 file_.append({reinterpret_cast<const char*>(out.data()), out.size() * sizeof(T)},
                              sizeof(T)));
      if (run.empty()) run.begin = piece.begin;
      run.end = piece.end;
      out.clear();
      return {};
    };
    CORPUS_CHECK(merge(some, [&](const T& item) -> Result<void> {
      out.push_back(item);
      return out.size() * sizeof(T) < SpillFile::kBlock ? Result<void>() : flush();
    }));
    if (!out.empty()) CORPUS_CHECK(flush());
    runs_.erase(runs_.begin(), runs_.begin() + kMaxMerge);
    runs_.push_back(run);
    return {};
  }

  template <typename F>
  Result<void> merge(const std::vector<Extent>& runs, F&& f) {
    struct Head {
      const T* item;
      std::size_t run;
    };
    auto later = [](const Head& a, const Head& b) { return *b.item < *a.item; };
    std::vector<SpillReader<T>> readers;
    std::vector<Head> heap;
    readers.reserve(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      readers.emplace_back(file_, runs[i]);
      CORPUS_TRY(const T* first, readers[i].next());
      if (first != nullptr) heap.push_back({first, i});
    }
    std::make_heap(heap.begin(), heap.end(), later);
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end(), later);
      Head& head = heap.back();
      CORPUS_CHECK(f(*head.item));
      CORPUS_TRY(head.item, readers[head.run].next());
      if (head.item == nullptr) {
        heap.pop_back();
      } else {
        std::push_heap(heap.begin(), heap.end(), later);
      }
    }
    return {};
  }

  MemoryBudget* memory_;
  std::string_view who_;
  SpillFile file_;
  std::vector<T> items_;
  std::size_t capacity_ = 0;  // accounted for
  std::uint64_t most_ = ~std::uint64_t{0} / sizeof(T);
  std::uint64_t size_ = 0;
  std::vector<Extent> runs_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_EXTERNAL_SORT_H_
