#include "dedup/band_index.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

namespace corpus {
namespace {

using Entry = std::uint32_t;  // number of an entry
constexpr Entry kNone = std::numeric_limits<Entry>::max();

// Disjoint sets over 0 .. n-1; a set is named by its least element, so names depend on nothing
// else.
class UnionFind {
 public:
  explicit UnionFind(std::size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), 0); }
  Entry find(Entry i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void unite(Entry i, Entry j) {
    i = find(i);
    j = find(j);
    parent_[std::max(i, j)] = std::min(i, j);
  }

 private:
  std::vector<Entry> parent_;
};

// Unites the entries that have the same key in one band: a radix partition by the top bits of the
// keys, then a small hash table for each part, so that all random access stays in the cache.
class Grouper {
 public:
  explicit Grouper(std::size_t n) : items_(n) {
    parts_ = std::bit_ceil(std::clamp<std::size_t>(n / kPartSize, 1, kMaxParts));
  }

  void group(const BandEntries& entries, std::size_t band, UnionFind& sets) {
    int shift = 63 - std::countr_zero(parts_);
    auto part = [shift](std::uint64_t key) { return static_cast<std::size_t>(key >> 1 >> shift); };
    starts_.assign(parts_ + 1, 0);
    entries.each_run(band, [&](std::size_t, const std::uint64_t* keys, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) ++starts_[part(keys[i]) + 1];
    });
    std::size_t largest = *std::max_element(starts_.begin(), starts_.end());
    table_.resize(std::bit_ceil(2 * largest));
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    ends_.assign(starts_.begin(), starts_.end() - 1);
    entries.each_run(band, [&](std::size_t first, const std::uint64_t* keys, std::size_t n) {
      for (std::size_t i = 0; i < n; ++i) {
        items_[ends_[part(keys[i])]++] = {keys[i], static_cast<Entry>(first + i)};
      }
    });
    for (std::size_t p = 0; p < parts_; ++p) unite_equal(starts_[p], starts_[p + 1], sets);
  }

 private:
  static constexpr std::size_t kPartSize = 2048;
  static constexpr std::size_t kMaxParts = 4096;  // more would miss the TLB at every write
  struct Item {
    std::uint64_t key;
    Entry entry;
  };

  void unite_equal(std::size_t begin, std::size_t end, UnionFind& sets) {
    if (end - begin < 2) return;
    std::size_t mask = std::bit_ceil(2 * (end - begin)) - 1;
    std::fill_n(table_.begin(), mask + 1, kNone);
    for (std::size_t i = begin; i < end; ++i) {
      const Item& item = items_[i];
      std::size_t at = item.key & mask;
      while (table_[at] != kNone && items_[begin + table_[at]].key != item.key)
        at = (at + 1) & mask;
      if (table_[at] == kNone) {
        table_[at] = static_cast<Entry>(i - begin);
      } else {
        sets.unite(items_[begin + table_[at]].entry, item.entry);
      }
    }
  }

  std::vector<Item> items_;
  std::size_t parts_;
  std::vector<std::size_t> starts_, ends_;
  std::vector<Entry> table_;  // index within the part of the first item with a key
};

class MemoryBandIndex final : public BandIndex {
 public:
  MemoryBandIndex(std::size_t bands, MemoryBudget* memory, std::string_view who)
      : entries_(bands, memory, who), memory_(memory), who_(who) {}

  Result<void> add(BandEntries& entries) override {
    CORPUS_CHECK(entries_.take(entries));
    return check_size();
  }
  std::uint64_t size() const override { return entries_.size(); }
  Result<void> save(const StateSink& sink) override { return entries_.save(sink); }
  Result<void> load(std::string_view bytes) override {
    CORPUS_CHECK(entries_.load(bytes));
    return check_size();
  }

  Result<std::vector<ClusterMember>> clusters() const override {
    // Parents of the sets, and either a band's items or the members.
    static_assert(sizeof(ClusterMember) == 16);
    std::uint64_t bytes = entries_.size() * (sizeof(Entry) + sizeof(ClusterMember));
    CORPUS_CHECK(memory_->reserve(bytes, who_));
    std::vector<ClusterMember> members = find_clusters();
    memory_->release(bytes);
    return members;
  }

 private:
  Result<void> check_size() const {
    if (entries_.size() < kNone) return {};
    return Error{Code::kLimit,
                 std::string(who_) + ": more than 4294967294 records; split the input"};
  }

  std::vector<ClusterMember> find_clusters() const {
    std::vector<ClusterMember> members = find_members();
    auto by_pos = [](const ClusterMember& a, const ClusterMember& b) { return a.pos < b.pos; };
    if (!std::is_sorted(members.begin(), members.end(), by_pos)) {
      std::sort(members.begin(), members.end(), by_pos);
    }
    // Names of sets follow the order of arrival; numbers have to follow the positions.
    std::vector<Entry> numbers(entries_.size(), kNone);
    Entry next = 0;
    for (ClusterMember& member : members) {
      Entry& number = numbers[member.cluster];
      if (number == kNone) number = next++;
      member.cluster = number;
    }
    return members;
  }

  // In order of arrival; `cluster` is the name of the set.
  std::vector<ClusterMember> find_members() const {
    auto n = static_cast<Entry>(entries_.size());
    UnionFind sets(n);
    {
      Grouper grouper(n);
      for (std::size_t band = 0; band < entries_.bands(); ++band) {
        grouper.group(entries_, band, sets);
      }
    }
    // An entry alone in its set is in no cluster. A set is named by its least entry, so that one
    // has company when a later entry leads to it.
    std::vector<bool> in_cluster(n);
    std::size_t count = 0;
    for (Entry i = 0; i < n; ++i) {
      Entry root = sets.find(i);
      if (root == i) continue;
      count += in_cluster[root] ? 1 : 2;
      in_cluster[i] = in_cluster[root] = true;
    }
    std::vector<ClusterMember> members;
    members.reserve(count);
    for (Entry i = 0; i < n; ++i) {
      if (in_cluster[i]) members.push_back({entries_.pos(i), entries_.length(i), sets.find(i)});
    }
    return members;
  }

  BandEntries entries_;
  MemoryBudget* memory_;
  std::string_view who_;
};

}  // namespace

std::unique_ptr<BandIndex> make_memory_band_index(std::size_t bands, MemoryBudget* memory,
                                                  std::string_view who) {
  return std::make_unique<MemoryBandIndex>(bands, memory, who);
}

}  // namespace corpus
