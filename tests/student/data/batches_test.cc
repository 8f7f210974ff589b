#include "data/batches.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace student {
namespace {

// Document i: `2 + i % 5` tokens of the value `base + i`; all but the first are learned.
Dataset documents(std::size_t n, TokenId base) {
  Dataset out;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t length = 2 + i % 5;
    out.tokens.insert(out.tokens.end(), length, base + static_cast<TokenId>(i));
    out.learn.push_back(0);
    out.learn.insert(out.learn.end(), length - 1, 1);
    out.starts.push_back(out.tokens.size());
  }
  return out;
}

std::map<TokenId, int> step_content(const Dataset& data, const Dataset* replay, BatchOptions options, std::int64_t step) {
  std::map<TokenId, int> out;
  for (options.rank = 0; options.rank < options.world; ++options.rank) {
    Batches batches(data, replay, options);
    BatchBuffer buffer;
    for (std::int32_t part = 0; part < batches.parts(); ++part) {
      batches.fill(step, part, buffer);
      for (std::size_t d = 0; d + 1 < buffer.starts.size(); ++d) ++out[buffer.tokens[static_cast<std::size_t>(buffer.starts[d])]];
    }
  }
  return out;
}

TEST(Batches, AnEpochSeesEveryDocumentOnce) {
  Dataset data = documents(60, 100);
  BatchOptions options{.length = 12, .batch = 1, .seed = 4};
  Batches batches(data, nullptr, options);
  std::map<TokenId, int> seen;
  std::int64_t supervised = 0;
  auto steps = static_cast<std::int64_t>(batches.sequences());
  EXPECT_EQ(batches.steps_of(1), steps);
  for (std::int64_t step = 0; step < steps; ++step) {
    for (auto [id, n] : step_content(data, nullptr, options, step)) seen[id] += n;
    supervised += batches.supervised(step);
  }
  EXPECT_EQ(seen.size(), 60u);
  for (auto [id, n] : seen) EXPECT_EQ(n, 1) << id;
  EXPECT_EQ(supervised, static_cast<std::int64_t>(data.tokens.size() - data.size()));
}

TEST(Batches, TheStepIsTheSameHoweverItIsCut) {
  Dataset data = documents(50, 100), replay = documents(20, 1000);
  BatchOptions options{.length = 12, .batch = 8, .micro = 8, .seed = 9, .replay_share = 0.2};
  for (std::int64_t step : {0, 1, 7, 40}) {
    options.micro = 8;
    options.world = 1;
    auto whole = step_content(data, &replay, options, step);
    options.micro = 1;
    EXPECT_EQ(step_content(data, &replay, options, step), whole);
    options.micro = 2;
    options.world = 2;
    EXPECT_EQ(step_content(data, &replay, options, step), whole);
  }
}

TEST(Batches, EpochsHaveOrdersOfTheirOwn) {
  Dataset data = documents(40, 100);
  BatchOptions options{.length = 6, .batch = 4, .seed = 1};
  Batches batches(data, nullptr, options);
  EXPECT_NE(step_content(data, nullptr, options, 0), step_content(data, nullptr, options, batches.steps_of(1)));
  options.seed = 2;
  EXPECT_NE(step_content(data, nullptr, options, 0), step_content(data, nullptr, {.length = 6, .batch = 4, .seed = 1}, 0));
}

TEST(Batches, ReplayHasItsShare) {
  Dataset data = documents(50, 100), replay = documents(50, 1000);
  BatchOptions options{.length = 6, .batch = 5, .seed = 1, .replay_share = 0.1};
  Batches batches(data, &replay, options);
  BatchBuffer buffer;
  int replayed = 0;
  for (std::int64_t step = 0; step < 100; ++step) {
    for (std::int32_t part = 0; part < batches.parts(); ++part) {
      batches.fill(step, part, buffer);
      replayed += buffer.tokens[0] >= 1000;
    }
  }
  EXPECT_EQ(replayed, 50);
}

TEST(Batches, TargetsAreTheNextTokensOfTheSameDocument) {
  Dataset data;
  data.tokens = {1, 2, 3, 4, 5, 6};
  data.learn = {0, 0, 1, 0, 1, 1};
  data.starts = {0, 3, 6};
  data.topk = 1;
  data.topk_ids = {-1, -1, 33, -1, 55, 66};
  data.topk_logprobs = {0, 0, -3, 0, -5, -6};
  Batches batches(data, nullptr, {.length = 6, .batch = 1, .topk_weight = 0.5f});
  BatchBuffer buffer;
  batches.fill(0, 0, buffer);
  EXPECT_EQ(buffer.starts, (std::vector<std::int32_t>{0, 3, 6}));
  EXPECT_EQ(buffer.targets, (std::vector<std::int32_t>{-1, 3, -1, 5, 6, -1}));
  EXPECT_EQ(buffer.topk_ids, (std::vector<std::int32_t>{-1, 33, -1, 55, 66, -1}));
  EXPECT_EQ(batches.supervised(0), 3);
}

}  // namespace
}  // namespace student
