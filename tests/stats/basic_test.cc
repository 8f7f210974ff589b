// stats.basic
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corpus/recipe.h"
#include "corpus/registry.h"
#include "stats/distinct_sample.h"
#include "support/batch.h"

namespace corpus {
namespace {

class Stats {
 public:
  explicit Stats(std::uint64_t memory = 0) : memory_(memory) {
    BuildContext context{.memory = &memory_};
    auto made = find_component("stats.basic")->make(Value(Value::Object{}), context);
    EXPECT_TRUE(made.has_value());
    stages_ = *std::move(made);
  }
  Fold& fold() { return *std::get<std::unique_ptr<Fold>>(stages_.at(0)); }
  std::unique_ptr<State> observed(const std::vector<const Batch*>& batches) {
    auto state = fold().partial();
    for (const Batch* batch : batches) EXPECT_TRUE(fold().observe(*batch, *state).has_value());
    return state;
  }
  std::string report(const std::vector<const Batch*>& batches) {
    EXPECT_TRUE(fold().merge(observed(batches)).has_value());
    EXPECT_TRUE(fold().finish().has_value());
    return fold().report();
  }

 private:
  MemoryBudget memory_;
  Stages stages_;
};

Value parsed(const std::string& json) {
  auto value = parse_yaml(json, "report");
  EXPECT_TRUE(value.has_value()) << json;
  return *value;
}

TEST(BasicStats, CountsWhatIsThere) {
  Batch batch;
  test::add(batch, {{Role::kUser, "caf\xC3\xA9"}, {Role::kAssistant, "It is a bar."}}, "", "gpt-4");
  test::add(batch, {{Role::kUser, "caf\xC3\xA9 "}, {Role::kAssistant, "It is a bar.\n"}}, "",
            "gpt-4");
  test::add(batch, {{Role::kText, "plain"}}, "", "other \"one\"").shape = Shape::kText;
  test::add(batch, {}).drop = Reason::intern("malformed.not_json");
  test::add_chat(batch, "dropped", "before").drop = Reason::intern("filters.length.empty");
  Stats stats;
  std::string report = stats.report({&batch});
  EXPECT_EQ(
      report,
      R"({"records":4,"malformed":1,"bytes":8,"duplicates":1,"duplicates_exact":true,)"
      R"("shapes":{"messages":2,"text":1},"roles":{"assistant":2,"text":1,"user":2},)"
      R"("teachers":{"gpt-4":2,"other \"one\"":1},"malformed_reasons":{"malformed.not_json":1},)"
      R"("turns":{"count":3,"sum":5,"min":1,"max":2,"mean":1.67,"log2":[0,1,2]},)"
      R"("prompt_chars":{"count":3,"sum":9,"min":0,"max":5,"mean":3.00,"log2":[1,0,0,2]},)"
      R"("prompt_bytes":{"count":3,"sum":11,"min":0,"max":6,"mean":3.67,"log2":[1,0,0,2]},)"
      R"("response_chars":{"count":3,"sum":30,"min":5,"max":13,"mean":10.00,"log2":[0,0,0,1,2]},)"
      R"("response_bytes":{"count":3,"sum":30,"min":5,"max":13,"mean":10.00,"log2":[0,0,0,1,2]}})");
  parsed(report);
}

TEST(BasicStats, NothingSeen) {
  Stats stats;
  EXPECT_TRUE(stats.fold().finish().has_value());
  auto report = parsed(stats.fold().report());
  EXPECT_EQ(report.get("records", -1), 0);
  EXPECT_EQ(report.find("turns")->get("min", -1), 0);
  EXPECT_TRUE(stats.fold().observes_only());
}

// Random batches with many teachers and repeats.
std::vector<std::unique_ptr<Batch>> batches(std::mt19937& random, int count) {
  std::vector<std::unique_ptr<Batch>> out;
  for (int b = 0; b < count; ++b) {
    auto& batch = *out.emplace_back(std::make_unique<Batch>());
    for (auto n = random() % 40; n > 0; --n) {
      std::string text(random() % 50, static_cast<char>('a' + random() % 3));
      std::string teacher = random() % 2 == 0 ? "" : "m" + std::to_string(random() % 20);
      auto& record =
          test::add(batch, {{Role::kUser, text}, {Role::kAssistant, text + "!"}}, "", teacher);
      if (random() % 10 == 0) record.drop = Reason::intern("malformed.test");
      record.shape = static_cast<Shape>(random() % 13);
    }
  }
  return out;
}

TEST(BasicStats, MergeCommutesAndAssociates) {
  std::mt19937 random(23);
  for (int round = 0; round < 30; ++round) {
    auto owned = batches(random, 12);
    std::vector<const Batch*> all;
    for (auto& b : owned) all.push_back(b.get());
    std::string expected = Stats().report(all);
    for (int order = 0; order < 5; ++order) {
      std::shuffle(all.begin(), all.end(), random);
      Stats stats;
      std::vector<std::unique_ptr<State>> parts;
      for (std::size_t at = 0; at < all.size();) {
        std::size_t end = std::min(all.size(), at + 1 + random() % 5);
        parts.push_back(stats.observed({all.begin() + at, all.begin() + end}));
        at = end;
      }
      std::shuffle(parts.begin(), parts.end(), random);
      for (auto& part : parts) ASSERT_TRUE(stats.fold().merge(std::move(part)).has_value());
      ASSERT_TRUE(stats.fold().finish().has_value());
      ASSERT_EQ(stats.fold().report(), expected) << "round " << round;
    }
  }
}

TEST(BasicStats, SavedAndLoadedIsTheSame) {
  std::mt19937 random(29);
  auto owned = batches(random, 9);
  std::vector<const Batch*> all;
  for (auto& b : owned) all.push_back(b.get());
  std::string saved;
  StateSink sink = [&](std::string_view bytes) -> Result<void> {
    saved += bytes;
    return {};
  };
  Stats first;
  for (std::size_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(first.fold().merge(first.observed({all[i]})).has_value());
    if (i % 2 == 1) {
      ASSERT_TRUE(first.fold().save(sink).has_value());
    }
  }
  Stats second;
  ASSERT_TRUE(second.fold().load(saved).has_value());
  for (std::size_t i = 6; i < 9; ++i) {
    ASSERT_TRUE(second.fold().merge(second.observed({all[i]})).has_value());
  }
  ASSERT_TRUE(second.fold().finish().has_value());
  EXPECT_EQ(second.fold().report(), Stats().report(all));
  // A damaged state is an error, never a crash.
  for (std::size_t n = 1; n < saved.size(); n += 7) {
    Stats damaged;
    (void)damaged.fold().load(std::string_view(saved).substr(0, n));
    std::string flipped = saved;
    flipped[n] = static_cast<char>(~flipped[n]);
    Stats other;
    (void)other.fold().load(flipped);
  }
  Stats empty;
  EXPECT_FALSE(empty.fold().load("garbage").has_value());
}

TEST(BasicStats, TeachersAreBoundedWhateverTheirOrder) {
  std::vector<std::string> names;
  for (int i = 0; i < 12000; ++i) names.push_back("teacher-" + std::to_string(i));
  std::string long_name = std::string(255, 'x') + "\xC3\xA9 and more";
  std::mt19937 random(31);
  std::string reports[2];
  for (auto& report : reports) {
    std::shuffle(names.begin(), names.end(), random);
    Batch one, two;
    for (std::size_t i = 0; i < names.size(); ++i) {
      test::add(i % 3 == 0 ? one : two, {{Role::kUser, "q"}}, "", names[i]);
    }
    test::add(one, {{Role::kUser, "q"}}, "", long_name);
    Stats stats;
    ASSERT_TRUE(stats.fold().merge(stats.observed({&two})).has_value());
    report = stats.report({&one});
  }
  EXPECT_EQ(reports[0], reports[1]);
  auto report = parsed(reports[0]);
  EXPECT_EQ(report.find("teachers")->if_object()->size(), 10001U);
  EXPECT_EQ(report.find("teachers")->get("other", -1), 2001);
}

std::uint64_t mix(std::uint64_t n) {  // splitmix64, a permutation
  n += 0x9E3779B97F4A7C15U;
  n = (n ^ n >> 30) * 0xBF58476D1CE4E5B9U;
  n = (n ^ n >> 27) * 0x94D049BB133111EBU;
  return n ^ n >> 31;
}

TEST(DistinctSample, ExactUpToItsBound) {
  MemoryBudget memory;
  DistinctSample sample(1000, &memory);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 1000; ++i) sample.add(mix(i));
  }
  EXPECT_EQ(sample.level(), 0);
  EXPECT_EQ(sample.kept(), 1000U);
  EXPECT_EQ(sample.duplicates(), 2000U);
  sample.clear();
  EXPECT_EQ(memory.used(), 0U);
}

TEST(DistinctSample, EstimatesBeyondItWithinAFewPercent) {
  MemoryBudget memory;
  DistinctSample sample(20000, &memory);
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 0; i < 1000000; ++i) sample.add(mix(i));
  }
  EXPECT_GT(sample.level(), 0);
  EXPECT_LE(sample.kept(), 20000U);
  EXPECT_NEAR(static_cast<double>(sample.duplicates()), 1e6, 5e4);
}

TEST(DistinctSample, OrderAndSplitDoNotMatter) {
  MemoryBudget memory;
  std::mt19937 random(37);
  std::vector<std::uint64_t> keys;
  for (int i = 0; i < 30000; ++i) keys.push_back(mix(random() % 9000));
  auto content = [](const DistinctSample& s) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
    s.for_each([&](std::uint64_t key, std::uint64_t count) { out.emplace_back(key, count); });
    std::sort(out.begin(), out.end());
    return out;
  };
  DistinctSample whole(2000, &memory);
  for (auto key : keys) whole.add(key);
  EXPECT_GT(whole.level(), 0);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(keys.begin(), keys.end(), random);
    DistinctSample sum(2000, &memory);
    for (std::size_t at = 0; at < keys.size();) {
      DistinctSample part(2000, &memory);
      for (std::size_t end = std::min(keys.size(), at + 1 + random() % 9000); at < end; ++at)
        part.add(keys[at]);
      sum.merge(part);
    }
    ASSERT_EQ(sum.level(), whole.level());
    ASSERT_EQ(content(sum), content(whole));
  }
}

TEST(DistinctSample, ASpentBudgetCostsPrecisionOnly) {
  MemoryBudget memory(200 << 10);
  DistinctSample sample(1 << 20, &memory);
  for (std::uint64_t i = 0; i < 200000; ++i) sample.add(mix(i));
  EXPECT_LE(memory.used(), 200U << 10);
  EXPECT_GT(sample.level(), 0);
  for (std::uint64_t i = 0; i < 200000; ++i) sample.add(mix(i));
  EXPECT_NEAR(static_cast<double>(sample.duplicates()), 2e5, 2e4);
}

}  // namespace
}  // namespace corpus
