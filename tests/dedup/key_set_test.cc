#include "dedup/key_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace corpus {
namespace {

using enum KeySet::Inserted;

std::vector<Key128> random_keys(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Key128> keys(n);
  for (auto& key : keys) key = {random(), random()};
  return keys;
}

TEST(KeySet, TellsNewFromSeenLikeStdSet) {
  MemoryBudget memory;
  KeySet set(&memory, "test");
  std::set<Key128> twin;
  auto keys = random_keys(20000, 1);
  std::mt19937 random(2);
  for (int i = 0; i < 100000; ++i) {
    const Key128& key = keys[random() % keys.size()];
    set.prefetch(key);
    ASSERT_EQ(set.insert(key, {7}) == kNew, twin.insert(key).second);
  }
  EXPECT_EQ(set.size(), twin.size());
  std::set<Key128> listed;
  ASSERT_TRUE(set.each([&](const KeySet::Entry& entry) -> Result<void> {
    EXPECT_TRUE(listed.insert(entry.key).second);
    return {};
  }));
  EXPECT_EQ(listed, twin);
}

// All in one table and at one slot: the probe wraps around the end and still tells them apart.
TEST(KeySet, KeysThatCollideAreDifferentKeys) {
  MemoryBudget memory;
  KeySet set(&memory, "test");
  for (std::uint64_t i = 1; i <= 300; ++i) {
    ASSERT_EQ(set.insert({i, ~std::uint64_t{0}}, {7}), kNew) << i;
  }
  for (std::uint64_t i = 1; i <= 300; ++i) {
    ASSERT_EQ(set.insert({i, ~std::uint64_t{0}}, {7}), kSeen) << i;
  }
  EXPECT_EQ(set.insert({0, ~std::uint64_t{0}}, {7}), kNew);
  EXPECT_EQ(set.insert({1, ~std::uint64_t{0} - 1}, {7}), kNew);
}

TEST(KeySet, ExtremeKeys) {
  MemoryBudget memory;
  KeySet set(&memory, "test");
  for (Key128 key : {Key128{1, 0}, Key128{0, 1}, Key128{~0ULL, ~0ULL}, Key128{0, ~0ULL}}) {
    EXPECT_EQ(set.insert(key, {7}), kNew);
    EXPECT_EQ(set.insert(key, {7}), kSeen);
  }
}

TEST(KeySet, MemoryStaysWithinFortyFiveBytesAKey) {
  MemoryBudget memory;
  KeySet set(&memory, "test");
  std::size_t n = 0;
  for (const Key128& key : random_keys(1000000, 3)) {
    set.insert(key, {7});
    if (++n > 50000 && n % 1000 == 0) {
      ASSERT_LE(memory.used(), n * 45);
      ASSERT_GE(memory.used(), n * 30);
    }
  }
  set.clear();
  EXPECT_EQ(memory.used(), 0U);
  EXPECT_EQ(set.size(), 0U);
}

TEST(KeySet, OverTheBudgetIsAnErrorAndLosesNothing) {
  MemoryBudget memory(200 << 10);
  std::vector<Key128> in;
  {
    KeySet set(&memory, "some.stage");
    for (const Key128& key : random_keys(100000, 4)) {
      if (set.insert(key, {7}) == kNoMemory) break;
      in.push_back(key);
    }
    ASSERT_LT(in.size(), 100000U);
    ASSERT_GT(in.size(), 2000U);
    EXPECT_EQ(set.error().code, Code::kLimit);
    EXPECT_NE(set.error().message.find("some.stage"), std::string::npos) << set.error().message;
    for (const Key128& key : in) ASSERT_EQ(set.insert(key, {8}), kSeen);
    EXPECT_EQ(set.first().packed, 7U) << "where it was seen first";
  }
  EXPECT_EQ(memory.used(), 0U);
}

}  // namespace
}  // namespace corpus
