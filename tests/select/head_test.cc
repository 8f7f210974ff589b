#include <gtest/gtest.h>

#include <string>

#include "corpus/registry.h"
#include "support/batch.h"

namespace corpus {
namespace {

std::unique_ptr<Scan> make_head(int n) {
  BuildContext context;
  Value options;
  options.set("n", n);
  auto made = find_component("select.head")->make(options, context);
  EXPECT_TRUE(made);
  return std::move(std::get<std::unique_ptr<Scan>>(made->at(0)));
}

// Runs a batch of n records; those whose number is in `dropped` were dropped before.
std::string run(Scan& head, int n, std::initializer_list<std::size_t> dropped = {},
                bool* last = nullptr) {
  Batch batch;
  for (int i = 0; i < n; ++i) test::add_chat(batch, "q", "a");
  for (auto i : dropped) batch.records[i].drop = Reason::intern("test.other");
  EXPECT_TRUE(head.run(batch));
  std::string out;
  for (const Record& record : batch.records) {
    out += !record.drop ? '.' : record.drop.name() == "select.head.beyond" ? 'x' : 'o';
  }
  if (last != nullptr) *last = batch.last;
  return out;
}

TEST(SelectHead, KeepsTheFirstAndAsksForNoMore) {
  auto head = make_head(5);
  bool last = true;
  EXPECT_EQ(run(*head, 3, {}, &last), "...");
  EXPECT_FALSE(last);
  EXPECT_EQ(run(*head, 4, {}, &last), "..xx");
  EXPECT_TRUE(last);
  EXPECT_EQ(run(*head, 2, {}, &last), "xx") << "batches already under way";
  EXPECT_TRUE(last);
}

TEST(SelectHead, ExactlyFullIsTheEnd) {
  auto head = make_head(3);
  bool last = false;
  EXPECT_EQ(run(*head, 3, {}, &last), "...");
  EXPECT_TRUE(last);
}

TEST(SelectHead, CountsOnlyWhatWasKept) {
  auto head = make_head(2);
  EXPECT_EQ(run(*head, 5, {0, 2}), "o.o.x");
}

TEST(SelectHead, NoneAtAll) {
  auto head = make_head(0);
  bool last = false;
  EXPECT_EQ(run(*head, 2, {}, &last), "xx");
  EXPECT_TRUE(last);
}

TEST(SelectHead, RestartBeginsAgain) {
  auto head = make_head(2);
  EXPECT_EQ(run(*head, 3), "..x");
  head->restart();
  EXPECT_EQ(run(*head, 3), "..x");
}

TEST(SelectHead, SavedAndLoadedGoesOn) {
  std::string log;
  StateSink sink = [&](std::string_view bytes) -> Result<void> {
    log += bytes;
    return {};
  };
  auto head = make_head(1000);
  run(*head, 300);
  ASSERT_TRUE(head->save(sink));
  ASSERT_TRUE(head->save(sink));
  EXPECT_EQ(log.size(), 8U) << "nothing new, nothing written";
  run(*head, 400);
  ASSERT_TRUE(head->save(sink));
  auto next = make_head(1000);
  ASSERT_TRUE(next->load(log));
  EXPECT_EQ(run(*next, 301), std::string(300, '.') + "x");
  ASSERT_TRUE(next->save(sink));
  auto third = make_head(1000);
  ASSERT_TRUE(third->load(log));
  EXPECT_EQ(run(*third, 1), "x");
  auto result = third->load("short");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace corpus
