#include "dedup/external_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "dedup/position_list.h"
#include "support/batch.h"

namespace corpus {
namespace {

std::vector<std::uint64_t> drained(ExternalSort<std::uint64_t>& sorter) {
  std::vector<std::uint64_t> out;
  EXPECT_TRUE(sorter.drain([&](std::uint64_t item) -> Result<void> {
    out.push_back(item);
    return {};
  }));
  return out;
}

TEST(ExternalSort, SortsInAnyMemory) {
  std::mt19937_64 random(1);
  for (std::size_t n : {0, 1, 2048, 2049, 100000}) {
    std::vector<std::uint64_t> items(n);
    for (auto& item : items) item = random() % (n + 1);
    auto expected = items;
    std::sort(expected.begin(), expected.end());
    for (std::uint64_t limit : {0, 33 << 10, 1 << 20}) {
      MemoryBudget memory(limit);
      ExternalSort<std::uint64_t> sorter(&memory, "test", "");
      for (auto item : items) ASSERT_TRUE(sorter.add(item));
      EXPECT_EQ(sorter.size(), n);
      EXPECT_EQ(sorter.spilled(),
                limit != 0 && n * 8 > std::max<std::uint64_t>(limit / 8, 16 << 10));
      ASSERT_EQ(drained(sorter), expected) << n << " in " << limit;
      EXPECT_EQ(memory.used(), 0U);
      EXPECT_TRUE(drained(sorter).empty());
    }
  }
}

// 2048 items a run: 700 runs need two rounds of merges.
TEST(ExternalSort, MoreRunsThanOneMergeTakes) {
  std::mt19937_64 random(2);
  MemoryBudget memory(64 << 10);
  ExternalSort<std::uint64_t> sorter(&memory, "test", "");
  std::vector<std::uint64_t> expected(2048 * 700);
  for (auto& item : expected) {
    item = random();
    ASSERT_TRUE(sorter.add(item));
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(drained(sorter), expected);
}

TEST(ExternalSort, OtherStagesMayHoldTheMemory) {
  MemoryBudget memory(100 << 10);
  ASSERT_TRUE(memory.reserve(60 << 10, "other"));
  ExternalSort<std::uint64_t> sorter(&memory, "test", "");
  for (std::uint64_t i = 10000; i > 0; --i) ASSERT_TRUE(sorter.add(i));
  auto out = drained(sorter);
  ASSERT_EQ(out.size(), 10000U);
  EXPECT_TRUE(std::is_sorted(out.begin(), out.end()));
  ExternalSort<std::uint64_t> none(&memory, "some.stage", "");
  ASSERT_TRUE(memory.reserve(40 << 10, "other"));
  auto result = none.add(1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kLimit);
}

struct Item {
  RecordPos pos;
  std::uint64_t value;
  bool operator<(const Item& o) const { return pos < o.pos; }
};

TEST(PositionList, FindsWhatIsInItWhereverItLies) {
  std::mt19937_64 random(3);
  for (std::uint64_t limit : {0, 70 << 10}) {
    MemoryBudget memory(limit);
    ExternalSort<Item> sorter(&memory, "test", "");
    std::vector<bool> in(60000);
    for (std::uint64_t i = 0; i < in.size(); ++i) {
      in[i] = random() % 3 == 0 && (i < 20000 || i > 30000);
      if (!in[i]) continue;
      ASSERT_TRUE(sorter.add({{2 * i}, i}));
    }
    auto made = PositionList<Item>::make(sorter, &memory, "test", "");
    ASSERT_TRUE(made);
    auto& list = **made;
    EXPECT_EQ(list.in_memory(), limit == 0);
    EXPECT_EQ(list.size(), static_cast<std::uint64_t>(std::count(in.begin(), in.end(), true)));
    PositionList<Item>::Cursor cursor;
    for (int round = 0; round < 300; ++round) {
      Batch batch;  // odd positions are in no list
      std::uint64_t first = random() % in.size(), n = 1 + random() % 500;
      for (std::uint64_t p = 2 * first; p < 2 * std::min(first + n, in.size() + 5);
           p += 1 + random() % 3) {
        Record record;
        record.pos = {p};
        batch.records.push_back(record);
      }
      std::vector<bool> found(batch.records.size());
      ASSERT_TRUE(list.each(batch, cursor, [&](std::size_t i, const Item& item) {
        EXPECT_EQ(item.pos, batch.records[i].pos);
        EXPECT_EQ(item.value * 2, item.pos.packed);
        found[i] = true;
      }));
      for (std::size_t i = 0; i < found.size(); ++i) {
        std::uint64_t p = batch.records[i].pos.packed;
        ASSERT_EQ(found[i], p % 2 == 0 && p / 2 < in.size() && in[p / 2]) << p;
      }
    }
  }
}

}  // namespace
}  // namespace corpus
