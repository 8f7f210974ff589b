#include "dedup/band_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "dedup/band_groups.h"

namespace corpus {
namespace {

constexpr std::uint64_t kMaxRecords = std::numeric_limits<std::uint32_t>::max() - 1;
constexpr std::uint64_t kLargestSegment = std::uint64_t{1} << 20;

std::string ending(const std::string& path, const char* what) {
  return path.empty() ? path : path + what;
}

// Memory accounted for until the end of a block.
class Reserved {
 public:
  explicit Reserved(MemoryBudget* memory) : memory_(memory) {}
  ~Reserved() { memory_->release(bytes_); }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;
  Result<void> add(std::uint64_t bytes, std::string_view who) {
    CORPUS_CHECK(memory_->reserve(bytes, who));
    bytes_ += bytes;
    return {};
  }

 private:
  MemoryBudget* memory_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

BandIndex::BandIndex(RowLayout layout, MemoryBudget* memory, std::string_view who,
                     std::string spill_path)
    : layout_(layout),
      memory_(memory),
      who_(who),
      rows_(ending(spill_path, ".rows"), SpillFile::Keep::kForRestart),
      runs_(ending(spill_path, ".runs"), SpillFile::Keep::kNothing) {
  // A sixteenth of the budget: some workers spill one each while the next one fills.
  std::uint64_t rows = memory->limit() / 16 / layout.bytes() / BandEntries::kBlock;
  if (memory->limit() == 0) rows = kLargestSegment;
  segment_rows_ = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(rows * BandEntries::kBlock, BandEntries::kBlock, kLargestSegment));
}

BandIndex::~BandIndex() = default;

// --- adding

Result<void> BandIndex::add(std::span<const std::uint64_t> rows) {
  std::unique_lock lock(mutex_);
  std::size_t words = layout_.words();
  for (std::size_t n = rows.size() / words; n > 0;) {
    std::size_t some = std::min(n, BandEntries::kBlock);
    CORPUS_CHECK(make_room(some, lock));
    for (std::size_t i = 0; i < some; ++i) add_row(rows.data() + i * words);
    rows = rows.subspan(some * words);
    n -= some;
  }
  return {};
}

// Sees to it that the last segment is open and has memory for n rows, at most a block.
Result<void> BandIndex::make_room(std::size_t n, std::unique_lock<std::mutex>& lock) {
  if (size_ + n > kMaxRecords) {
    return Error{Code::kLimit,
                 std::string(who_) + ": more than 4294967294 records; split the input"};
  }
  for (;;) {
    if (open_ && segments_.back().entries->size() + n > segment_rows_) close_open();
    while (!open_ && over_budget()) {
      CORPUS_TRY(bool one, spill_one(lock));
      if (!one) break;
    }
    if (!open_) {
      segments_.push_back({.base = static_cast<std::uint32_t>(size_),
                           .entries = std::make_unique<BandEntries>(layout_, memory_, who_)});
      open_ = true;
    }
    if (segments_.back().entries->size() + n > segment_rows_) continue;  // filled by another thread
    auto room = segments_.back().entries->make_room(n);
    if (room) return {};
    // Other stages hold the rest of the budget.
    close_open();
    CORPUS_TRY(bool one, spill_one(lock));
    if (!one) return room;
  }
}

void BandIndex::add_row(const std::uint64_t* row) {
  segments_.back().entries->add(row);
  ++size_;
  ++resident_;
}

bool BandIndex::over_budget() const {
  return memory_->limit() != 0 && resident_ * layout_.bytes() > memory_->limit() / 2;
}

void BandIndex::close_open() {
  if (!open_) return;
  open_ = false;
  Segment& last = segments_.back();
  last.size = last.entries->size();
  if (last.size == 0) segments_.pop_back();
}

// Spills the oldest closed segment that is in memory; false when there is none. Others may add
// meanwhile.
Result<bool> BandIndex::spill_one(std::unique_lock<std::mutex>& lock) {
  if (next_spill_ + (open_ ? 1 : 0) >= segments_.size()) return false;
  Segment& segment = segments_[next_spill_++];
  resident_ -= segment.size;
  spilled_ = true;
  lock.unlock();
  auto written = write_runs(segment);
  if (written) written = write_rows(segment);
  lock.lock();
  CORPUS_CHECK(std::move(written));
  segment.entries.reset();
  return true;
}

Result<void> BandIndex::spill_rest() {
  std::unique_lock lock(mutex_);
  close_open();
  for (;;) {
    CORPUS_TRY(bool one, spill_one(lock));
    if (!one) return {};
  }
}

// Rows that are not in the file yet.
Result<void> BandIndex::write_rows(Segment& segment) {
  std::uint32_t size = segment.entries->size();
  std::size_t piece = std::size_t{1} << 20;
  std::vector<std::uint64_t> buffer;
  while (segment.saved < size) {
    auto n = static_cast<std::uint32_t>(std::min<std::size_t>(
        size - segment.saved, std::max<std::size_t>(piece / layout_.bytes(), 1)));
    buffer.resize(n * layout_.words());
    for (std::uint32_t i = 0; i < n; ++i) {
      segment.entries->copy_row(segment.saved + i, buffer.data() + i * layout_.words());
    }
    CORPUS_TRY(Extent extent,
               rows_.append({reinterpret_cast<const char*>(buffer.data()), buffer.size() * 8},
                            layout_.bytes()));
    segment.rows.push_back(extent);
    segment.saved += n;
    std::lock_guard lock(mutex_);
    unlogged_.push_back(extent);
  }
  return {};
}

Result<void> BandIndex::write_runs(Segment& segment) {
  const BandEntries& entries = *segment.entries;
  std::vector<BandItem> items(entries.size());
  RunOrder run;
  segment.runs.resize(layout_.bands);
  for (std::size_t band = 0; band < layout_.bands; ++band) {
    entries.each_run(band, [&](std::size_t first, const std::uint64_t* keys, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) {
        items[first + i] = {static_cast<std::uint32_t>(keys[i]),
                            static_cast<std::uint32_t>(keys[i] >> 32),
                            static_cast<std::uint32_t>(segment.base + first + i)};
      }
    });
    auto ordered = run.order(items);
    CORPUS_TRY(segment.runs[band],
               runs_.append({reinterpret_cast<const char*>(ordered.data()), ordered.size_bytes()},
                            sizeof(BandItem)));
  }
  return {};
}

// --- a restart

Result<void> BandIndex::save(const StateSink& sink) {
  for (Segment& segment : segments_) {
    if (segment.entries != nullptr) CORPUS_CHECK(write_rows(segment));
  }
  if (unlogged_.empty()) return {};
  CORPUS_CHECK(rows_.sync());
  std::sort(unlogged_.begin(), unlogged_.end(),
            [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  std::vector<Extent> joined;
  for (const Extent& extent : unlogged_) {
    if (!joined.empty() && joined.back().end == extent.begin) {
      joined.back().end = extent.end;
    } else {
      joined.push_back(extent);
    }
  }
  unlogged_.clear();
  return sink({reinterpret_cast<const char*>(joined.data()), joined.size() * sizeof(Extent)});
}

Result<void> BandIndex::load(std::string_view bytes) {
  std::vector<Extent> extents(bytes.size() / sizeof(Extent));
  bool good = bytes.size() % sizeof(Extent) == 0;
  if (good && !bytes.empty()) std::memcpy(extents.data(), bytes.data(), bytes.size());
  std::uint64_t end = 0;
  for (const Extent& extent : extents) {
    good &= extent.begin >= end && extent.end > extent.begin;
    end = extent.end;
  }
  if (!good) {
    return Error{Code::kCorrupt,
                 std::string(who_) + ": what was saved is cut off; start again without --resume"};
  }
  if (extents.empty()) return {};
  CORPUS_CHECK(rows_.reopen(end));
  for (const Extent& extent : extents) CORPUS_CHECK(load_extent(extent));
  unlogged_.clear();
  return {};
}

Result<void> BandIndex::load_extent(Extent extent) {
  SpillFile::Block block;
  std::vector<std::uint64_t> row(layout_.words());
  for (std::uint64_t at = extent.begin; at < extent.end; at = block.next) {
    CORPUS_CHECK(rows_.read(at, block));
    std::string_view items = block.items;
    if (items.size() % layout_.bytes() != 0) {
      return Error{
          Code::kCorrupt,
          std::string(who_) + ": saved rows are of other bands; start again without --resume"};
    }
    std::unique_lock lock(mutex_);
    CORPUS_CHECK(make_room(items.size() / layout_.bytes(), lock));
    for (; !items.empty(); items.remove_prefix(layout_.bytes())) {
      std::memcpy(row.data(), items.data(), layout_.bytes());
      add_row(row.data());
    }
    Segment& segment = segments_.back();
    segment.saved = segment.entries->size();
    segment.rows.push_back({at, block.next});
  }
  return {};
}

// --- clusters

Result<void> BandIndex::clusters(ExternalSort<ClusterMember>& members,
                                 std::vector<RecordPos>* seen) {
  close_open();
  auto n = static_cast<std::size_t>(size_);
  std::uint64_t sets_bytes = n * sizeof(UnionFind::Element) + n / 8;
  Reserved memory(memory_);
  bool resident = !spilled_ && memory.add(sets_bytes + n * sizeof(BandItem), who_);
  if (!resident) {
    CORPUS_CHECK(spill_rest());
    CORPUS_CHECK(memory.add(sets_bytes, who_));
  }
  UnionFind sets(n);
  if (resident) {
    group_in_memory(sets);
  } else {
    CORPUS_CHECK(group_spilled(sets));
  }
  return emit(sets, members, seen);
}

void BandIndex::group_in_memory(UnionFind& sets) const {
  MemoryGrouper grouper(sets.size());
  for (std::size_t band = 0; band < layout_.bands; ++band) {
    grouper.group(
        [&](auto&& f) {
          for (const Segment& segment : segments_) {
            segment.entries->each_run(
                band, [&](std::size_t first, const std::uint64_t* keys, std::size_t count) {
                  f(segment.base + first, keys, count);
                });
          }
        },
        sets);
  }
}

Result<void> BandIndex::group_spilled(UnionFind& sets) {
  RunGrouper grouper;
  std::vector<Extent> runs;
  for (std::size_t band = 0; band < layout_.bands; ++band) {
    runs.clear();
    for (const Segment& segment : segments_) runs.push_back(segment.runs[band]);
    CORPUS_CHECK(grouper.group(runs_, runs, sets));
  }
  return {};
}

Result<void> BandIndex::each_row(
    const std::function<Result<void>(std::uint32_t, const std::uint64_t*)>& f) {
  close_open();
  std::vector<std::uint64_t> row(layout_.words());
  SpillFile::Block block;
  for (const Segment& segment : segments_) {
    std::uint32_t number = segment.base;
    if (segment.entries != nullptr) {
      for (std::uint32_t i = 0; i < segment.size; ++i) {
        segment.entries->copy_row(i, row.data());
        CORPUS_CHECK(f(number + i, row.data()));
      }
      continue;
    }
    for (const Extent& extent : segment.rows) {
      for (std::uint64_t at = extent.begin; at < extent.end; at = block.next) {
        CORPUS_CHECK(rows_.read(at, block));
        auto* words = reinterpret_cast<const std::uint64_t*>(block.items.data());
        for (std::size_t n = block.items.size() / layout_.bytes(); n > 0; --n, ++number) {
          CORPUS_CHECK(f(number, words));
          words += layout_.words();
        }
      }
    }
  }
  return {};
}

Result<void> BandIndex::emit(UnionFind& sets, ExternalSort<ClusterMember>& members,
                             std::vector<RecordPos>* seen) {
  // An entry alone in its set is in no cluster. A set is named by its least entry, so that one has
  // company when a later entry leads to it.
  std::vector<bool> in_cluster(sets.size());
  for (UnionFind::Element i = 0; i < sets.size(); ++i) {
    UnionFind::Element root = sets.find(i);
    if (root != i) in_cluster[i] = in_cluster[root] = true;
    if (seen != nullptr) (*seen)[root] = std::min((*seen)[root], (*seen)[i]);
  }
  auto seen_of = [&](UnionFind::Element root) {
    return seen != nullptr ? (*seen)[root] : ClusterMember::kNotSeen;
  };
  return each_row([&](std::uint32_t number, const std::uint64_t* row) -> Result<void> {
    UnionFind::Element root = sets.find(number);
    RecordPos linked = seen_of(root);
    if (!in_cluster[number] && linked == ClusterMember::kNotSeen) return {};
    ClusterMember m{
        .cluster = root, .rank = row[1], .pos = {row[0]}, .sketch = {}, .seen = linked};
    std::copy_n(row + layout_.sketch(), Sketch::kWords, m.sketch.words);
    return members.add(m);
  });
}

}  // namespace corpus
