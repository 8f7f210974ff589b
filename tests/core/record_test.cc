#include "corpus/record.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "corpus/registry.h"
#include "support/batch.h"

namespace corpus {
namespace {

TEST(RecordPos, OrdersLikeTheInput) {
  auto a = RecordPos::make(0, (std::uint64_t{1} << 44) - 1);
  auto b = RecordPos::make(1, 0);
  EXPECT_LT(a, b);
  EXPECT_EQ(a.input(), 0u);
  EXPECT_EQ(a.offset(), (std::uint64_t{1} << 44) - 1);
  EXPECT_EQ(b.input(), 1u);
  EXPECT_EQ(b.offset(), 0u);
}

TEST(Reason, EqualNamesAreOneNumber) {
  Reason a = Reason::intern("test.reason.a"), b = Reason::intern("test.reason.b");
  EXPECT_EQ(a, Reason::intern("test.reason.a"));
  EXPECT_NE(a.id(), b.id());
  EXPECT_EQ(a.name(), "test.reason.a");
  EXPECT_FALSE(Reason());
  EXPECT_EQ(Reason().name(), "");
  EXPECT_TRUE(Reason::intern("malformed.test").malformed());
  EXPECT_FALSE(a.malformed());
}

TEST(Reason, ThreadsAgree) {
  std::vector<std::thread> threads;
  std::vector<std::vector<std::uint16_t>> ids(4);
  for (auto& mine : ids) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < 200; ++i) {
        mine.push_back(Reason::intern("test.threads." + std::to_string(i)).id());
      }
    });
  }
  for (auto& t : threads) t.join();
  for (const auto& other : ids) EXPECT_EQ(other, ids[0]);
}

TEST(Arena, HandsOutWhatWasAskedFor) {
  Arena arena;
  std::vector<std::string_view> copies;
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text = std::string(static_cast<std::size_t>(i % 700), static_cast<char>('a' + i % 26));
    copies.push_back(arena.copy(text));
  }
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(copies[static_cast<std::size_t>(i)],
              std::string(static_cast<std::size_t>(i % 700), static_cast<char>('a' + i % 26)));
  }
  arena.allocate(1);
  auto* numbers = arena.allocate_array<std::uint64_t>(3);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers) % alignof(std::uint64_t), 0u);
}

TEST(Arena, ResetKeepsABoundedAmount) {
  Arena arena;
  arena.allocate(std::size_t{64} << 20);
  for (int i = 0; i < 100; ++i) arena.allocate(100000);
  arena.reset();
  EXPECT_LE(arena.footprint(), std::size_t{8} << 20);
  EXPECT_GT(arena.footprint(), 0u);
}

TEST(PaddedBuffer, HasReadablePadding) {
  PaddedBuffer b;
  b.append("abc");
  b.push_back('d');
  EXPECT_EQ(b.view(), "abcd");
  b.resize(b.capacity());
  for (std::size_t i = 0; i < PaddedBuffer::kPadding; ++i) EXPECT_EQ(b.data()[b.size() + i], 0);
  b.release_above(0);
  EXPECT_TRUE(b.empty());
  EXPECT_EQ(b.capacity(), 0u);
}

TEST(KeepIf, LeavesDroppedRecordsAlone) {
  Reason short_one = Reason::intern("test.keep_if.short"), earlier = Reason::intern("test.earlier");
  auto map = keep_if(Fields::kTurns, [&](const Record& r) {
    return r.turns[0].text.size() < 3 ? short_one : Reason();
  });
  Batch batch;
  test::add(batch, {{Role::kText, "ab"}});
  test::add(batch, {{Role::kText, "abc"}});
  test::add(batch, {{Role::kText, "a"}}).drop = earlier;
  ASSERT_TRUE(map->run(batch, nullptr));
  EXPECT_EQ(batch.records[0].drop, short_one);
  EXPECT_FALSE(batch.records[1].drop);
  EXPECT_EQ(batch.records[2].drop, earlier);
  EXPECT_EQ(map->fields(), Fields::kTurns);
}

TEST(MemoryBudget, RefusesBeyondItsLimit) {
  MemoryBudget budget(std::uint64_t{2} << 20);
  EXPECT_TRUE(budget.reserve(std::uint64_t{1} << 20, "a"));
  auto more = budget.reserve(std::uint64_t{2} << 20, "dedup.exact");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Code::kLimit);
  EXPECT_NE(more.error().message.find("dedup.exact"), std::string::npos);
  EXPECT_EQ(budget.used(), std::uint64_t{1} << 20);
  EXPECT_TRUE(MemoryBudget(0).reserve(~std::uint64_t{0}, "no limit"));
}

TEST(Registry, IsSortedAndComplete) {
  auto list = components();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i != 0) {
      EXPECT_LT(list[i - 1].id, list[i].id);
    }
    EXPECT_EQ(find_component(list[i].id), &list[i]);
    EXPECT_FALSE(list[i].schema.empty())
        << list[i].id << " has no schemas/" << list[i].id << ".json";
    EXPECT_FALSE(list[i].summary.empty());
  }
  EXPECT_EQ(find_component("filters.nothing"), nullptr);
  EXPECT_TRUE(schema("nothing").empty());
}

}  // namespace
}  // namespace corpus
