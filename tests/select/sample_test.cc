#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "corpus/registry.h"
#include "support/batch.h"

namespace corpus {
namespace {

struct Sample {
  explicit Sample(int n, int seed = 0, std::uint64_t limit = 0) : memory(limit) {
    BuildContext context{.memory = &memory};
    Value options;
    options.set("n", n);
    options.set("seed", seed);
    auto made = find_component("select.sample")->make(options, context);
    EXPECT_TRUE(made);
    fold = std::move(std::get<std::unique_ptr<Fold>>(made->at(0)));
  }
  Result<void> observe(const Batch& batch) {
    auto state = fold->partial();
    CORPUS_CHECK(fold->observe(batch, *state));
    return fold->merge(std::move(state));
  }
  std::string finish(std::vector<Batch>& batches) {
    auto map = fold->finish();
    EXPECT_TRUE(map);
    std::string out;
    for (Batch& batch : batches) {
      EXPECT_TRUE((*map)->run(batch, nullptr));
      for (Record& record : batch.records) {
        out += !record.drop ? '.' : record.drop.name() == "select.sample.not_chosen" ? 'x' : 'o';
        if (out.back() == 'x') record.drop = Reason();
      }
    }
    return out;
  }
  MemoryBudget memory;
  std::unique_ptr<Fold> fold;
};

std::vector<Batch> corpus_of(int batches, int records) {
  std::vector<Batch> out(static_cast<std::size_t>(batches));
  for (std::size_t b = 0; b < out.size(); ++b) {
    for (int i = 0; i < records; ++i) {
      test::add(out[b], {}).pos =
          RecordPos::make(b / 3, (b * 1000 + static_cast<std::size_t>(i)) * 50);
    }
  }
  return out;
}

std::string sample(std::vector<Batch>& batches, int n, int seed = 0) {
  Sample s(n, seed);
  for (const Batch& batch : batches) EXPECT_TRUE(s.observe(batch));
  return s.finish(batches);
}

auto kept(const std::string& drops) { return std::count(drops.begin(), drops.end(), '.'); }

TEST(SelectSample, KeepsExactlyN) {
  auto batches = corpus_of(7, 100);
  for (int n : {0, 1, 2, 255, 256, 257, 699, 700, 701, 5000}) {
    EXPECT_EQ(kept(sample(batches, n)), std::min(n, 700)) << n;
  }
}

TEST(SelectSample, IgnoresWhatWasDroppedBefore) {
  auto batches = corpus_of(2, 50);
  for (Batch& batch : batches) {
    for (std::size_t i = 0; i < 40; ++i) batch.records[i].drop = Reason::intern("test.other");
  }
  std::string result = sample(batches, 15);
  EXPECT_EQ(kept(result), 15);
  EXPECT_EQ(std::count(result.begin(), result.end(), 'o'), 80);
}

TEST(SelectSample, SmallerIsPartOfLargerAndSeedsDiffer) {
  auto batches = corpus_of(5, 200);
  std::string small = sample(batches, 50), large = sample(batches, 300),
              other = sample(batches, 50, 1);
  for (std::size_t i = 0; i < small.size(); ++i) {
    EXPECT_TRUE(small[i] != '.' || large[i] == '.') << i;
  }
  EXPECT_NE(small, other);
}

TEST(SelectSample, WorkersAndOrderOfMergesDoNotMatter) {
  auto batches = corpus_of(20, 100);
  std::string expected = sample(batches, 123);
  std::mt19937 random(1);
  for (int round = 1; round < 8; ++round) {
    Sample s(123);
    std::vector<std::unique_ptr<State>> workers;
    for (int w = 0; w < round; ++w) workers.push_back(s.fold->partial());
    std::vector<std::size_t> order(batches.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    for (std::size_t i : order) {
      ASSERT_TRUE(s.fold->observe(batches[i], *workers[random() % workers.size()]));
    }
    for (auto& worker : workers) ASSERT_TRUE(s.fold->merge(std::move(worker)));
    ASSERT_EQ(s.finish(batches), expected);
  }
}

// How often each tenth of the input is chosen, over many seeds: chi-squared with 9 degrees of
// freedom.
TEST(SelectSample, IsUniform) {
  auto batches = corpus_of(10, 100);
  std::vector<double> counts(10);
  const int seeds = 300, n = 50;
  for (int seed = 0; seed < seeds; ++seed) {
    std::string result = sample(batches, n, seed);
    for (std::size_t i = 0; i < result.size(); ++i) counts[i / 100] += result[i] == '.';
  }
  double expected = seeds * n / 10.0, chi = 0;
  for (double c : counts) chi += (c - expected) * (c - expected) / expected;
  EXPECT_LT(chi, 27.9) << "exceeded once in a thousand";
}

TEST(SelectSample, SavedAndLoadedGoesOnTheSame) {
  auto batches = corpus_of(20, 100);
  std::string expected = sample(batches, 90);
  std::string log;
  StateSink sink = [&](std::string_view bytes) -> Result<void> {
    log += bytes;
    return {};
  };
  Sample first(90), second(90);
  for (std::size_t i = 0; i < 12; ++i) {
    ASSERT_TRUE(first.observe(batches[i]));
    if (i % 4 == 3) {
      ASSERT_TRUE(first.fold->save(sink));
    }
  }
  std::size_t size = log.size();
  ASSERT_TRUE(first.fold->save(sink));
  EXPECT_EQ(log.size(), size) << "nothing new, nothing written";
  ASSERT_TRUE(second.fold->load(log));
  for (std::size_t i = 12; i < batches.size(); ++i) ASSERT_TRUE(second.observe(batches[i]));
  EXPECT_EQ(second.finish(batches), expected);
  auto result = Sample(3).fold->load("1234567");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kCorrupt);
}

TEST(SelectSample, OverTheBudgetNamesTheStage) {
  auto batches = corpus_of(1, 10000);
  Sample s(10000, 0, 100 << 10);
  auto result = s.observe(batches[0]);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kLimit);
  EXPECT_NE(result.error().message.find("select.sample"), std::string::npos);
  EXPECT_EQ(s.memory.used(), 0U);
}

}  // namespace
}  // namespace corpus
