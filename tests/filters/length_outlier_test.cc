// filters.length_outlier
#include <random>
#include <string>
#include <vector>

#include "filter_support.h"
#include "filters/length_families.h"

namespace corpus::test {
namespace {

struct Outliers {
  explicit Outliers(std::string_view options = "{}") {
    BuildContext context{.memory = &memory};
    auto made =
        find_component("filters.length_outlier")->make(*parse_yaml(options, "options"), context);
    EXPECT_TRUE(made) << made.error().message;
    fold = std::move(std::get<std::unique_ptr<Fold>>(made->at(0)));
  }
  void see(const std::vector<const Batch*>& batches) {
    auto state = fold->partial();
    for (const Batch* batch : batches) ASSERT_TRUE(fold->observe(*batch, *state));
    ASSERT_TRUE(fold->merge(std::move(state)));
  }
  // What is said of each record: its tag, or why it is dropped.
  std::vector<std::string> judge(Batch& batch) {
    auto map = fold->finish();
    EXPECT_TRUE(map);
    auto state = (*map)->scratch();
    batch.tags.clear();
    EXPECT_TRUE((*map)->run(batch, state.get()));
    std::vector<std::string> out(batch.records.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = batch.records[i].drop.name();
    for (const Tag& tag : batch.tags) out[tag.record] += tag.value;
    return out;
  }
  MemoryBudget memory;
  std::unique_ptr<Fold> fold;
};

// 200 answers of one family, of about `size` characters.
void add_family(Batch& batch, const std::string& prompt, int size, unsigned seed = 1) {
  std::mt19937 random(seed);
  for (int i = 0; i < 200; ++i) {
    add_chat(batch, prompt + std::to_string(random() % 100),
             std::string(
                 static_cast<std::size_t>(size) / 2 + random() % static_cast<unsigned>(size), 'x'));
  }
}

TEST(LengthOutlier, JudgesByFamily) {
  Batch batch;
  add_family(batch, "Is it true ", 20);
  add_family(batch, "Write an essay ", 4000);
  const std::size_t at = batch.records.size();
  add_chat(batch, "Is it TRUE, 7?", std::string(4000, 'x'));
  add_chat(batch, "Is it true 8", "x");
  add_chat(batch, "Write an essay 1", std::string(20, 'x'));
  add_chat(batch, "Write an essay 1", std::string(5000, 'x'));
  add_chat(batch, "Some other thing", std::string(4000, 'x'));  // a family of one: usual among all
  Outliers outliers("{action: drop}");
  outliers.see({&batch});
  auto said = outliers.judge(batch);
  EXPECT_EQ(said[at], "filters.length_outlier.long");
  EXPECT_EQ(said[at + 1], "filters.length_outlier.short");
  EXPECT_EQ(said[at + 2], "filters.length_outlier.short");
  EXPECT_EQ(said[at + 3], "");
  EXPECT_EQ(said[at + 4], "");
  for (std::size_t i = 0; i < at; ++i) EXPECT_EQ(said[i], "") << i;
  EXPECT_EQ(outliers.fold->report().substr(0, 28), "{\"answers\":405,\"families\":2,");
}

TEST(LengthOutlier, FamiliesFromAField) {
  Batch batch;
  for (int i = 0; i < 100; ++i) {
    for (const char* task : {"a", "b"}) {
      add_chat(batch, "q",
               std::string(task[0] == 'a' ? 10U + static_cast<unsigned>(i) % 5 : 5000U, 'x'));
      batch.records.back().json = batch.arena.copy(std::string("{\"task\": \"") + task + "\"}");
    }
  }
  add_chat(batch, "q", std::string(5000, 'x'));
  batch.records.back().json = R"({"task": "a"})";
  Outliers outliers("{family: /task}");
  outliers.see({&batch});
  auto said = outliers.judge(batch);
  EXPECT_NE(said[200].find("\"verdict\":\"long\""), std::string::npos) << said[200];
  EXPECT_EQ(said[199], "{\"z\":0}");
}

// Whoever saw which batch, in whatever order, and with a restart in between.
TEST(LengthOutlier, OrderDoesNotMatter) {
  std::vector<Batch> batches(6);
  for (unsigned i = 0; i < batches.size(); ++i) {
    std::mt19937 random(i);
    for (unsigned n = 0; n < (i == 0 ? 400 : 20); ++n) {
      add_chat(batches[i],
               "Family " + std::string(1, static_cast<char>('a' + random() % 26)) +
                   std::string(1, static_cast<char>('a' + random() % 26)) + " x",
               std::string(1 + random() % 3000, 'x'));
    }
  }
  for (std::uint64_t most = 3; most < 80; most += 4) {
    const std::string options = "{families: " + std::to_string(most) + ", min_family: 2, z: 1.5}";
    auto result = [&](Outliers& outliers) {
      std::string out;
      for (Batch& batch : batches) {
        for (const auto& said : outliers.judge(batch)) out += said;
      }
      return out + outliers.fold->report();
    };
    Outliers together(options), apart(options), backwards(options), stopped(options),
        resumed(options);
    together.see({&batches[0], &batches[1], &batches[2], &batches[3], &batches[4], &batches[5]});
    for (Batch& batch : batches) apart.see({&batch});
    backwards.see({&batches[5], &batches[3]});
    backwards.see({&batches[4], &batches[2], &batches[0]});
    backwards.see({&batches[1]});
    std::vector<std::string> saved;
    auto save = [&](Outliers& outliers) {
      ASSERT_TRUE(outliers.fold->save([&](std::string_view bytes) -> Result<void> {
        saved.emplace_back(bytes);
        return {};
      }));
    };
    stopped.see({&batches[0]});
    save(stopped);
    stopped.see({&batches[1]});
    save(stopped);
    for (const auto& bytes : saved) ASSERT_TRUE(resumed.fold->load(bytes));
    resumed.see({&batches[2], &batches[3], &batches[4], &batches[5]});
    const std::string wanted = result(together);
    EXPECT_NE(wanted.find("verdict"), std::string::npos);
    EXPECT_EQ(result(apart), wanted);
    EXPECT_EQ(result(backwards), wanted);
    EXPECT_EQ(result(resumed), wanted);
    EXPECT_FALSE(resumed.fold->load("x"));
    // Two states of at most so many families each.
    EXPECT_LT(together.memory.used(), 2 * (most + 1) * 4096);
  }
}

TEST(LengthOutlier, MemoryIsAccountedFor) {
  MemoryBudget memory(10 * 4096);
  LengthFamilies families(1000, &memory);
  Result<void> last;
  for (std::uint64_t i = 0; i < 100 && last; ++i)
    last = families.add(i * 0x9E3779B97F4A7C15U, 5, 1);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, Code::kLimit);
  families.clear();
  EXPECT_EQ(memory.used(), 0U);
}

TEST(LengthHistogram, MedianAndDeviation) {
  LengthHistogram histogram;
  for (std::size_t bucket : {10, 20, 30, 40, 50}) histogram.add(bucket, 1);
  EXPECT_EQ(histogram.usual().median, LengthHistogram::log_length(30));
  EXPECT_EQ(histogram.usual().deviation, LengthHistogram::log_length(10));
  EXPECT_EQ(histogram.usual().answers, 5U);
  EXPECT_EQ(LengthHistogram::bucket(0), 0U);
  EXPECT_EQ(LengthHistogram::bucket(~std::uint64_t{0}), LengthHistogram::kBuckets - 1);
}

}  // namespace
}  // namespace corpus::test
