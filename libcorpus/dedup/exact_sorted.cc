#include "dedup/exact_sorted.h"

#include <cstring>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "dedup/evidence.h"
#include "dedup/external_sort.h"
#include "dedup/position_list.h"
#include "dedup/spill_file.h"

namespace corpus {
namespace {

struct KeyAt {
  Key128 key;
  RecordPos pos;
  auto operator<=>(const KeyAt&) const = default;
};
static_assert(sizeof(KeyAt) == 24);

constexpr std::size_t kAtOnce = 1024;  // that a worker gathers before it takes the lock

class SortedExact final : public Fold {
 public:
  SortedExact(std::size_t column, MemoryBudget* memory, std::string_view who,
              std::string spill_path)
      : column_(column),
        memory_(memory),
        who_(who),
        spill_path_(std::move(spill_path)),
        log_(path(kSortedKeysEnding), SpillFile::Keep::kForRestart),
        sorter_(std::make_unique<ExternalSort<KeyAt>>(memory, who, path(".sorted"))) {}

  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& gathered = static_cast<Partial&>(state).keys;
    const auto& keys = batch.columns[column_];
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Record& record = batch.records[i];
      if (!record.drop && keys[i] != Key128()) gathered.push_back({keys[i], record.pos});
    }
    return gathered.size() < kAtOnce ? Result<void>() : hand_over(gathered);
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    return hand_over(static_cast<Partial&>(*state).keys);
  }

  Result<std::unique_ptr<Map>> finish() override {
    ExternalSort<Drop> drops(memory_, who_, path(".drops"));
    KeyAt first;
    CORPUS_CHECK(sorter_->drain([&](const KeyAt& item) -> Result<void> {
      if (item.key == first.key) return drops.add({.pos = item.pos, .of = first.pos});
      first = item;
      return {};
    }));
    sorter_.reset();
    CORPUS_TRY(auto list, PositionList<Drop>::make(drops, memory_, who_, path(".list")));
    return drop_duplicates(std::move(list), Reason::intern("dedup.exact.duplicate"), kExactMethod);
  }

  // What came since the last save is in the file of keys already, but for a last piece.
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
    SpillReader<KeyAt> reader(log_, {0, saved_});
    for (;;) {
      CORPUS_TRY(const KeyAt* item, reader.next());
      if (item == nullptr) return {};
      CORPUS_CHECK(sorter_->add(*item));
    }
  }

 private:
  struct Partial : State {
    std::vector<KeyAt> keys;
  };
  static constexpr std::size_t kUnsaved = std::size_t{16} << 10;  // items

  std::string path(const char* ending) const {
    return spill_path_.empty() ? spill_path_ : spill_path_ + ending;
  }

  // Empties `keys`.
  Result<void> hand_over(std::vector<KeyAt>& keys) const {
    std::lock_guard lock(mutex_);
    for (const KeyAt& item : keys) CORPUS_CHECK(sorter_->add(item));
    if (!spill_path_.empty()) unsaved_.insert(unsaved_.end(), keys.begin(), keys.end());
    keys.clear();
    return unsaved_.size() < kUnsaved ? Result<void>() : write_unsaved();
  }
  Result<void> write_unsaved() const {
    if (unsaved_.empty()) return {};
    auto written = log_.append(
        {reinterpret_cast<const char*>(unsaved_.data()), unsaved_.size() * sizeof(KeyAt)},
        sizeof(KeyAt));
    unsaved_.clear();
    return written ? Result<void>() : std::move(written).error();
  }

  std::size_t column_;
  MemoryBudget* memory_;
  std::string_view who_;
  std::string spill_path_;
  mutable std::mutex mutex_;  // of what workers hand over
  mutable SpillFile log_;     // all keys, for a restart
  std::unique_ptr<ExternalSort<KeyAt>> sorter_;
  mutable std::vector<KeyAt> unsaved_;
  std::uint64_t saved_ = 0;
};

}  // namespace

std::unique_ptr<Fold> make_sorted_exact(std::size_t column, MemoryBudget* memory,
                                        std::string_view who, std::string spill_path) {
  return std::make_unique<SortedExact>(column, memory, who, std::move(spill_path));
}

}  // namespace corpus
