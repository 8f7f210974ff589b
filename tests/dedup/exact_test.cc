#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "corpus/registry.h"
#include "support/batch.h"

namespace corpus {
namespace {

struct Exact {
  explicit Exact(const char* scope = "text", std::uint64_t limit = 0) : memory(limit) {
    context.memory = &memory;
    Value options;
    options.set("scope", scope);
    auto made = find_component("dedup.exact")->make(options, context);
    EXPECT_TRUE(made);
    parts = std::move(*made);
  }
  Result<void> run(Batch& batch) { return test::run_stages(parts, context, batch); }
  Scan& scan() { return *std::get<std::unique_ptr<Scan>>(parts.at(1)); }

  MemoryBudget memory;
  BuildContext context;
  Stages parts;
};

std::string drops(const Batch& batch) {
  std::string out;
  for (const Record& record : batch.records) out += record.drop ? 'x' : '.';
  return out;
}

TEST(DedupExact, KeepsTheFirstOfEqualRecords) {
  Exact exact;
  Batch batch;
  test::add_chat(batch, "a", "1");
  test::add_chat(batch, "b", "1");
  test::add_chat(batch, "a", "1");
  test::add_chat(batch, " a\r\n", "1");
  test::add_chat(batch, "a", "2");
  ASSERT_TRUE(exact.run(batch));
  EXPECT_EQ(drops(batch), "..xx.");
  EXPECT_EQ(batch.records[2].drop.name(), "dedup.exact.duplicate");
  Batch later;
  test::add_chat(later, "b", "1");
  test::add_chat(later, "c", "1");
  ASSERT_TRUE(exact.run(later));
  EXPECT_EQ(drops(later), "x.");
}

TEST(DedupExact, ScopeChoosesWhatIsCompared) {
  auto run = [](const char* scope) {
    Exact exact(scope);
    Batch batch;
    test::add_chat(batch, "a", "1");
    test::add_chat(batch, "b", "1");
    test::add_chat(batch, "a", "2");
    EXPECT_TRUE(exact.run(batch));
    return drops(batch);
  };
  EXPECT_EQ(run("text"), "...");
  EXPECT_EQ(run("response"), ".x.");
  EXPECT_EQ(run("prompt"), "..x");
}

TEST(DedupExact, RecordsWithoutTextInScopeAreKept) {
  Exact exact("response");
  Batch batch;
  test::add_chat(batch, "a", "");
  test::add_chat(batch, "a", " \n");
  test::add(batch, {{Role::kUser, "a"}});
  test::add(batch, {});
  ASSERT_TRUE(exact.run(batch));
  EXPECT_EQ(drops(batch), "....");
}

TEST(DedupExact, DroppedRecordsAreNeitherComparedNorRelabelled) {
  Exact exact;
  Batch batch;
  test::add_chat(batch, "a", "1").drop = Reason::intern("test.other");
  test::add_chat(batch, "a", "1");
  test::add_chat(batch, "a", "1").drop = Reason::intern("test.other");
  ASSERT_TRUE(exact.run(batch));
  EXPECT_EQ(drops(batch), "x.x");
  EXPECT_EQ(batch.records[2].drop.name(), "test.other");
}

TEST(DedupExact, RestartForgets) {
  Exact exact;
  for (int pass = 0; pass < 2; ++pass) {
    Batch batch;
    test::add_chat(batch, "a", "1");
    ASSERT_TRUE(exact.run(batch));
    EXPECT_EQ(drops(batch), ".");
    exact.scan().restart();
  }
  EXPECT_EQ(exact.memory.used(), 0U);
}

// Batches run, saved after some of them, and the state loaded elsewhere in the middle.
TEST(DedupExact, SaveWritesOnlyWhatIsNewAndLoadGoesOn) {
  std::mt19937 random(5);
  std::vector<std::vector<std::string>> inputs(30);
  for (auto& texts : inputs) {
    for (int i = 0; i < 700; ++i) texts.push_back(std::to_string(random() % 15000));
  }
  auto make = [](const std::vector<std::string>& texts, Batch& batch) {
    for (const auto& text : texts) test::add_chat(batch, "q", text);
  };
  Exact whole, first, second;
  std::string log;
  std::size_t distinct = 0;
  StateSink sink = [&](std::string_view bytes) -> Result<void> {
    log += bytes;
    return {};
  };
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Batch batch;
    make(inputs[i], batch);
    ASSERT_TRUE(whole.run(batch));
    expected.push_back(drops(batch));
    if (i < 20)
      distinct += static_cast<std::size_t>(std::count(expected[i].begin(), expected[i].end(), '.'));
  }
  for (std::size_t i = 0; i < 20; ++i) {
    Batch batch;
    make(inputs[i], batch);
    ASSERT_TRUE(first.run(batch));
    EXPECT_EQ(drops(batch), expected[i]);
    if (i == 3 || i == 10 || i == 19) {
      ASSERT_TRUE(first.scan().save(sink));
    }
  }
  EXPECT_EQ(log.size(), distinct * 16);
  ASSERT_TRUE(second.scan().load(log));
  std::size_t before = log.size();
  for (std::size_t i = 20; i < inputs.size(); ++i) {
    Batch batch;
    make(inputs[i], batch);
    ASSERT_TRUE(second.run(batch));
    EXPECT_EQ(drops(batch), expected[i]) << "batch " << i;
  }
  ASSERT_TRUE(second.scan().save(sink));
  Exact third;
  ASSERT_TRUE(third.scan().load(log));
  EXPECT_GT(log.size(), before);
  Batch batch;
  make(inputs.back(), batch);
  ASSERT_TRUE(third.run(batch));
  EXPECT_EQ(drops(batch), std::string(700, 'x'));
}

TEST(DedupExact, CutOffStateIsCorrupt) {
  Exact exact;
  auto result = exact.scan().load(std::string(40, 'x'));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kCorrupt);
}

TEST(DedupExact, OverTheBudgetNamesTheStage) {
  Exact exact("text", 100 << 10);
  Batch batch;
  for (int i = 0; i < 20000; ++i) test::add_chat(batch, "q", std::to_string(i));
  auto result = exact.run(batch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kLimit);
  EXPECT_NE(result.error().message.find("dedup.exact"), std::string::npos);
}

}  // namespace
}  // namespace corpus
