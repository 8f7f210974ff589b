#include "eval/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace student {
namespace {

// A run whose questions "0", "1" ... have these scores.
RunFile run_of(const std::string& task, const std::string& metric, const std::vector<double>& scores) {
  RunFile out{.name = "run"};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    out.tasks[task][std::to_string(i)] = {.item = "item" + std::to_string(i), .metrics = {{metric, scores[i]}}};
  }
  return out;
}

RunFile text_run(const std::vector<double>& nats, double tokens) {
  RunFile out{.name = "run"};
  for (std::size_t i = 0; i < nats.size(); ++i) {
    out.tasks["perplexity"][std::to_string(i)] = {.item = "t",
                                                  .metrics = {{"nats", nats[i]}, {"tokens", tokens}, {"bytes", 40}}};
  }
  return out;
}

TEST(Compare, BeforeAfterTeacher) {
  std::vector<double> before(100, 0), after(100, 0), teacher(100, 1);
  for (std::size_t i = 0; i < 100; ++i) {
    before[i] = i < 20;
    after[i] = i >= 10 && i < 70;  // loses 10, wins 50
    teacher[i] = i < 90;
  }
  auto got = compare(
      {run_of("exact", "accuracy", before), run_of("exact", "accuracy", after), run_of("exact", "accuracy", teacher)},
      {});
  ASSERT_TRUE(got) << got.error().message;
  ASSERT_EQ(got->rows.size(), 1u);
  const MetricRow& row = got->rows[0];
  EXPECT_EQ(row.questions, 100u);
  EXPECT_DOUBLE_EQ(row.before, 0.2);
  EXPECT_DOUBLE_EQ(*row.after, 0.6);
  EXPECT_DOUBLE_EQ(*row.teacher, 0.9);
  EXPECT_DOUBLE_EQ(*row.recovered, 0.4 / 0.7);
  EXPECT_DOUBLE_EQ(*row.mcnemar, mcnemar(10, 50));
  // Differences are -1 (10), 0 (40), 1 (50): standard error sqrt(0.6 - 0.16) / 10 = 0.0663.
  EXPECT_NEAR(row.difference.low, 0.4 - 1.96 * 0.0663, 0.015);
  EXPECT_NEAR(row.difference.high, 0.4 + 1.96 * 0.0663, 0.015);
  EXPECT_EQ(as_table(*got),
            "task              n  before   after  difference (95 %)  McNemar p  teacher  recovered\n"
            "exact accuracy  100  20.0 %  60.0 %     [+27.0, +53.0]    <0.0001   90.0 %     57.1 %\n");
}

// Questions are joined by id and content, whatever their order; what only one run has does not count.
TEST(Compare, JoinsByQuestion) {
  RunFile before = run_of("exact", "accuracy", {1, 0, 1, 0}), after = run_of("exact", "accuracy", {1, 1, 1, 1, 1});
  after.tasks["exact"]["2"].item = "another question";
  auto got = compare({before, after}, {});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->rows[0].questions, 3u);
  EXPECT_DOUBLE_EQ(got->rows[0].before, 1.0 / 3);
  ASSERT_EQ(got->notes.size(), 2u);
  EXPECT_EQ(got->notes[0], "exact: does not count: 1 question not in all runs");
  EXPECT_EQ(got->notes[1], "exact: does not count: 1 question with one id and other contents");
  EXPECT_FALSE(got->rows[0].recovered);
}

TEST(Compare, NothingInCommonIsAnError) {
  auto got = compare({run_of("exact", "accuracy", {1}), run_of("mmlu", "accuracy", {1})}, {});
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().message.starts_with("the runs have no question in common"));
}

TEST(Compare, NoTestWhereAnswersAreNotRightOrWrong) {
  auto got = compare({run_of("humaneval", "pass@1", {0.5, 0}), run_of("humaneval", "pass@1", {1, 0.25})}, {});
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->rows[0].mcnemar);
}

TEST(Compare, RecoveredOnlyWhereTheTeacherIsBetter) {
  auto got = compare(
      {run_of("exact", "accuracy", {1, 1}), run_of("exact", "accuracy", {1, 1}), run_of("exact", "accuracy", {1, 0})},
      {});
  EXPECT_FALSE(got->rows[0].recovered);
}

TEST(Compare, PerplexityIsOverAllTokens) {
  auto got = compare({text_run({20, 60}, 20), text_run({10, 30}, 20)}, {});
  ASSERT_TRUE(got);
  ASSERT_EQ(got->rows.size(), 2u);
  EXPECT_EQ(got->rows[0].metric, "perplexity");
  EXPECT_TRUE(got->rows[0].lower_is_better);
  EXPECT_DOUBLE_EQ(got->rows[0].before, std::exp(80.0 / 40));
  EXPECT_DOUBLE_EQ(*got->rows[0].after, std::exp(40.0 / 40));
  EXPECT_DOUBLE_EQ(got->rows[1].before, 80.0 / 80 / std::log(2.0));
  EXPECT_LT(got->rows[0].difference.high, 0);
  // Another tokenizer: perplexities of different units do not compare.
  auto other = compare({text_run({20, 60}, 20), text_run({10, 30}, 25)}, {});
  ASSERT_EQ(other->rows.size(), 1u);
  EXPECT_EQ(other->rows[0].metric, "bits_per_byte");
}

// What the teacher could not be asked is still compared before and after.
TEST(Compare, TasksTheTeacherLacks) {
  RunFile before = run_of("exact", "accuracy", {0, 1}), after = run_of("exact", "accuracy", {1, 1});
  before.tasks["perplexity"] = text_run({20}, 10).tasks["perplexity"];
  after.tasks["perplexity"] = text_run({10}, 10).tasks["perplexity"];
  auto got = compare({before, after, run_of("exact", "accuracy", {1, 1})}, {});
  ASSERT_TRUE(got);
  ASSERT_EQ(got->rows.size(), 3u);
  EXPECT_TRUE(got->rows[0].teacher);
  EXPECT_FALSE(got->rows[1].teacher);
  EXPECT_EQ(*got->rows[1].after, std::exp(1.0));
  EXPECT_NE(as_table(*got).find("perplexity "), std::string::npos);
}

TEST(Compare, OneRunHasItsOwnInterval) {
  auto got = compare({run_of("exact", "accuracy", {1, 0, 1, 1})}, {});
  ASSERT_TRUE(got);
  EXPECT_LT(got->rows[0].before_interval.low, 0.75);
  EXPECT_EQ(as_json(*got)["rows"][0]["score"], 0.75);
}

}  // namespace
}  // namespace student
