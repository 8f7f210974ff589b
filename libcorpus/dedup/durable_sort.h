// DurableSort: what the workers of a first pass gather, sorted, and kept for a restart.
//
// An ExternalSort that many threads add to, and a log of the same items in the work folder of a run
// that may be resumed (without a work folder there is no log). Disk: the items once for the log and
// once for what does not fit into memory.
#ifndef CORPUS_DEDUP_DURABLE_SORT_H_
#define CORPUS_DEDUP_DURABLE_SORT_H_

#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "corpus/result.h"
#include "dedup/external_sort.h"
#include "dedup/spill_file.h"

namespace corpus {

template <typename T>
class DurableSort : public Durable {
 public:
  // The files are `spill_path` with `ending`, and with ".sorted". The budget, and what `who` views,
  // have to outlive it.
  DurableSort(MemoryBudget* memory, std::string_view who, const std::string& spill_path,
              const char* ending)
      : who_(who),
        logs_(!spill_path.empty()),
        log_(logs_ ? spill_path + ending : spill_path, SpillFile::Keep::kForRestart),
        sorter_(memory, who, logs_ ? spill_path + ".sorted" : spill_path) {}

  // Empties `items`. Thread safe.
  Result<void> add(std::vector<T>& items) {
    std::lock_guard lock(mutex_);
    for (const T& item : items) CORPUS_CHECK(sorter_.add(item));
    if (logs_) unsaved_.insert(unsaved_.end(), items.begin(), items.end());
    items.clear();
    return unsaved_.size() < kUnsaved ? Result<void>() : write_unsaved();
  }
  std::uint64_t size() const { return sorter_.size(); }

  // Calls f(const T&) -> Result<void> for all items in order, once.
  template <typename F>
  Result<void> drain(F&& f) {
    return sorter_.drain(std::forward<F>(f));
  }

  // What came since the last save is in the log already, but for a last piece.
  Result<void> save(const StateSink& sink) override {
    CORPUS_CHECK(write_unsaved());
    CORPUS_CHECK(log_.open());
    if (log_.size() == saved_) return {};
    CORPUS_CHECK(log_.sync());
    saved_ = log_.size();
    return sink({reinterpret_cast<const char*>(&saved_), sizeof saved_});
  }
  Result<void> load(std::string_view bytes) override {
    if (bytes.size() % sizeof saved_ != 0) {
      return Error{Code::kCorrupt,
                   std::string(who_) + ": what was saved is cut off; start again without --resume"};
    }
    if (bytes.empty()) return {};
    std::memcpy(&saved_, bytes.data() + bytes.size() - sizeof saved_, sizeof saved_);
    CORPUS_CHECK(log_.reopen(saved_));
    SpillReader<T> reader(log_, {0, saved_});
    for (;;) {
      CORPUS_TRY(const T* item, reader.next());
      if (item == nullptr) return {};
      CORPUS_CHECK(sorter_.add(*item));
    }
  }

 private:
  static constexpr std::size_t kUnsaved = std::size_t{16} << 10;  // items

  Result<void> write_unsaved() {
    if (unsaved_.empty()) return {};
    auto written = log_.append(
        {reinterpret_cast<const char*>(unsaved_.data()), unsaved_.size() * sizeof(T)}, sizeof(T));
    unsaved_.clear();
    return written ? Result<void>() : std::move(written).error();
  }

  std::string_view who_;
  bool logs_;
  std::mutex mutex_;
  SpillFile log_;
  ExternalSort<T> sorter_;
  std::vector<T> unsaved_;
  std::uint64_t saved_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_DURABLE_SORT_H_
