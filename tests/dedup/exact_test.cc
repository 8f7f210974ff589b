#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "corpus/registry.h"
#include "support/batch.h"
#include "support/folder.h"

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
  ASSERT_EQ(batch.tags.size(), 2U);
  EXPECT_EQ(batch.tags[0].record, 2U);
  EXPECT_EQ(batch.tags[0].key, "dedup");
  EXPECT_EQ(batch.tags[0].value, R"({"of":"0:0","method":"exact"})");
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

TEST(DedupExact, ARecordGoesWhenEachOfItsTurnsStaysElsewhere) {
  Exact exact("turn");
  Batch batch;
  test::add_chat(batch, "a", "1");
  test::add_chat(batch, "b", "2");
  test::add_chat(batch, "a", "2");  // both said, in two records
  test::add_chat(batch, "a", "3");
  test::add_chat(batch, "1", "2");  // "1" was an answer
  test::add(batch, {{Role::kUser, "c"}, {Role::kUser, "c"}});  // repeats itself
  test::add(batch, {{Role::kUser, " "}, {Role::kAssistant, "2"}});
  test::add(batch, {{Role::kUser, ""}});
  Fold& fold = *std::get<std::unique_ptr<Fold>>(exact.parts.at(0));
  auto partial = fold.partial();
  ASSERT_TRUE(fold.observe(batch, *partial));
  ASSERT_TRUE(fold.merge(std::move(partial)));
  auto map = fold.finish();
  ASSERT_TRUE(map);
  auto state = (*map)->scratch();
  ASSERT_TRUE((*map)->run(batch, state.get()));
  EXPECT_EQ(drops(batch), "..x...x.");
  ASSERT_EQ(batch.tags.size(), 2U);
  EXPECT_EQ(batch.tags[0].value, R"({"of":"0:0","method":"exact"})");
}

TEST(DedupExact, ScopeTurnHasNoIndex) {
  for (const char* key : {"index", "out_of_core"}) {
    MemoryBudget memory;
    BuildContext context;
    context.memory = &memory;
    Value options;
    options.set("scope", "turn");
    options.set(key, "never");
    auto made = find_component("dedup.exact")->make(options, context);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("scope: turn"), std::string::npos);
  }
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
  EXPECT_EQ(log.size(), distinct * 24);
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
  auto result = exact.scan().load(std::string(50, 'x'));
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

// The twin that sorts on disk: both passes over the batches; batches are shared out to workers.
struct SortedExact {
  explicit SortedExact(std::uint64_t limit = 0, const std::string& dir = "") : memory(limit) {
    context.memory = &memory;
    context.spill_dir = dir;
    Value options;
    options.set("out_of_core", "always");
    auto made = find_component("dedup.exact")->make(options, context);
    EXPECT_TRUE(made);
    parts = std::move(*made);
  }
  Fold& fold() { return *std::get<std::unique_ptr<Fold>>(parts.at(1)); }
  void observe(std::vector<Batch>& batches, std::mt19937& random) {
    std::vector<std::unique_ptr<State>> workers;
    for (int w = 0; w < 3; ++w) workers.push_back(fold().partial());
    std::shuffle(batches.begin(), batches.end(), random);
    for (Batch& batch : batches) {
      ASSERT_TRUE(test::run_stages(parts, context, batch));
      ASSERT_TRUE(fold().observe(batch, *workers[random() % 3]));
    }
    for (auto& worker : workers) ASSERT_TRUE(fold().merge(std::move(worker)));
  }

  MemoryBudget memory;
  BuildContext context;
  Stages parts;
};

void finish(Fold& fold, Batch& batch) {
  auto map = fold.finish();
  ASSERT_TRUE(map) << map.error().message;
  auto state = (*map)->scratch();
  ASSERT_TRUE((*map)->run(batch, state.get()));
}

std::string evidence(const Batch& batch) {
  std::string out;
  for (const Tag& tag : batch.tags)
    out += std::to_string(tag.record) + std::string(tag.value) + "\n";
  return out;
}

TEST(DedupExact, SortedOnDiskDropsTheSame) {
  std::mt19937 random(6);
  auto fill = [](Batch& batch, std::size_t from) {
    std::mt19937 texts(static_cast<unsigned>(from));
    for (std::size_t i = from; i < from + 1000; ++i) {
      test::add_chat(batch, "q", i % 7 == 0 ? "" : std::to_string(texts() % 3000)).pos =
          RecordPos::make(i / 8000, i * 10);
    }
  };
  Exact scan;
  std::vector<std::string> expected;
  std::string drop_evidence;
  for (std::size_t from = 0; from < 12000; from += 1000) {
    Batch batch;
    fill(batch, from);
    ASSERT_TRUE(scan.run(batch));
    expected.push_back(drops(batch));
    drop_evidence += evidence(batch);
  }
  for (std::uint64_t limit : {0, 1 << 20, 128 << 10}) {
    SortedExact sorted(limit);
    std::vector<Batch> batches(12);
    for (std::size_t i = 0; i < 12; ++i) fill(batches[i], i * 1000);
    sorted.observe(batches, random);
    auto map = sorted.fold().finish();
    ASSERT_TRUE(map);
    auto state = (*map)->scratch();
    std::string all;
    for (std::size_t i = 0; i < 12; ++i) {
      Batch batch;
      fill(batch, i * 1000);
      ASSERT_TRUE((*map)->run(batch, state.get()));
      EXPECT_EQ(drops(batch), expected[i]) << limit;
      all += evidence(batch);
    }
    EXPECT_EQ(all, drop_evidence);
    map->reset();
    EXPECT_EQ(sorted.memory.used(), 0U);
  }
}

TEST(DedupExact, SortedOnDiskSurvivesARestart) {
  std::mt19937 random(7);
  test::Folder folder;
  std::string log;
  std::vector<Batch> first(1), second(1);
  for (int i = 0; i < 30000; ++i) test::add_chat(first[0], "q", std::to_string(i % 20000));
  for (int i = 0; i < 100; ++i) {
    test::add_chat(second[0], "q", std::to_string(i * 300)).pos =
        RecordPos::make(1, second[0].records.size());
  }
  {
    SortedExact killed(300 << 10, folder.path());
    killed.observe(first, random);
    ASSERT_TRUE(killed.fold().save([&](std::string_view bytes) -> Result<void> {
      log += bytes;
      return {};
    }));
    killed.observe(second, random);  // lost
  }
  SortedExact resumed(0, folder.path());
  ASSERT_TRUE(resumed.fold().load(log));
  resumed.observe(second, random);
  finish(resumed.fold(), second[0]);
  EXPECT_EQ(drops(second[0]), std::string(67, 'x') + std::string(33, '.'));
}

TEST(DedupExact, ARunGoesOnTheWayItBegan) {
  test::Folder folder;
  auto folds = [&](std::uint64_t limit, bool save) {
    MemoryBudget memory(limit);
    BuildContext context{.memory = &memory};
    context.input_bytes = std::uint64_t{10} << 30;
    context.spill_dir = folder.path();
    auto made = find_component("dedup.exact")->make(Value(Value::Object{}), context);
    EXPECT_EQ(context.spill_files, 1U) << "the paths of later stages do not depend on it";
    auto* fold = std::get_if<std::unique_ptr<Fold>>(&made->at(1));
    StateSink nowhere = [](std::string_view) { return Result<void>(); };
    if (save) {
      Durable& durable = fold != nullptr ? static_cast<Durable&>(**fold)
                                         : *std::get<std::unique_ptr<Scan>>(made->at(1));
      EXPECT_TRUE(durable.save(nowhere));
    }
    return fold != nullptr;
  };
  EXPECT_TRUE(folds(512 << 20, false));
  EXPECT_FALSE(folds(0, true));
  EXPECT_FALSE(folds(512 << 20, true)) << "it began with a Scan";
  std::filesystem::remove(folder / "spill-0.scan");
  EXPECT_TRUE(folds(512 << 20, true));
  EXPECT_TRUE(folds(0, true)) << "it began with a Fold";
}

TEST(DedupExact, LargeInputsAndLittleMemorySortOnDisk) {
  auto folds = [](std::uint64_t input_bytes, std::uint64_t limit, const char* how) {
    MemoryBudget memory(limit);
    BuildContext context{.memory = &memory};
    context.input_bytes = input_bytes;
    Value options;
    options.set("out_of_core", how);
    auto made = find_component("dedup.exact")->make(options, context);
    return std::holds_alternative<std::unique_ptr<Fold>>(made->at(1));
  };
  EXPECT_FALSE(folds(100 << 20, 512 << 20, "auto"));
  EXPECT_TRUE(folds(std::uint64_t{10} << 30, 512 << 20, "auto"));
  EXPECT_FALSE(folds(std::uint64_t{10} << 30, 0, "auto")) << "no limit was set";
  EXPECT_FALSE(folds(0, 512 << 20, "auto")) << "a pipe";
  EXPECT_TRUE(folds(0, 0, "always"));
  EXPECT_FALSE(folds(std::uint64_t{10} << 30, 512 << 20, "never"));
}

}  // namespace
}  // namespace corpus
