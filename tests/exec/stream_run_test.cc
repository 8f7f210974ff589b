#include "corpus/stream.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "corpus/recipe.h"
#include "support/folder.h"

namespace corpus {
namespace {

using test::Folder;
using test::slurp;

std::string lines(int n, int from = 0) {
  std::string out;
  for (int i = from; i < from + n; ++i) {
    out += R"({"prompt":"number )" + std::to_string(i) + R"(","response":"answer )" + std::to_string(i) + "\"}\n";
  }
  return out;
}

Recipe recipe(const std::string& stages = "[]", const std::string& input = "{batch: 4096}") {
  return *parse_recipe("corpus: 1\ninput: " + input + "\nstages: " + stages + "\n", "test");
}

// Pushes all of `text` in steps, taking whenever a batch waits; gives back what came out.
std::string through(StreamRun& run, std::string_view text, std::size_t step) {
  std::string out;
  auto take = [&] {
    auto got = run.next();
    EXPECT_TRUE(got) << got.error().message;
    if (!got || *got == nullptr) return false;
    out += (*got)->lines;
    return true;
  };
  while (!text.empty()) {
    auto taken = run.push(text.substr(0, step));
    EXPECT_TRUE(taken);
    if (*taken < std::min(step, text.size())) take();
    text.remove_prefix(*taken);
  }
  EXPECT_TRUE(run.end());
  while (take()) {
  }
  return out;
}

TEST(StreamRun, GivesBackWhatIsPushedFromOneThread) {
  std::string text = lines(50'000);  // far more than socket and batches hold
  for (std::size_t step : {std::size_t{777}, std::size_t{1} << 20}) {
    auto run = StreamRun::start(recipe(), {.threads = 2}, {.push = true});
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ(through(**run, text, step), text);
    auto report = (*run)->finish();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->summary.records, 50'000U);
  }
}

TEST(StreamRun, TwoPassesOverWhatWasPushed) {
  auto run = StreamRun::start(recipe("[dedup.minhash: {}]"), {.threads = 2}, {.push = true});
  ASSERT_TRUE(run);
  std::string text = R"({"text":"one two three four five six seven eight nine"})" "\n";
  EXPECT_EQ(through(**run, text + text + text, 10), text);
}

TEST(StreamRun, FeedIsReadToItsEnd) {
  int left = 100;
  StreamOptions options;
  options.feed = [&](std::string& out) -> Result<bool> {
    if (left == 0) return false;
    out = lines(100, 100 * (100 - left--));
    return true;
  };
  auto run = StreamRun::start(recipe(), {.threads = 2}, std::move(options));
  ASSERT_TRUE(run);
  std::string out;
  for (;;) {
    auto got = (*run)->next();
    ASSERT_TRUE(got);
    if (*got == nullptr) break;
    out += (*got)->lines;
  }
  EXPECT_EQ(out, lines(10'000));
}

TEST(StreamRun, AFeedThatFailsIsTheErrorOfTheRun) {
  StreamOptions options;
  options.feed = [](std::string&) -> Result<bool> { return Error{Code::kIo, "the cable"}; };
  auto run = StreamRun::start(recipe(), {.threads = 2}, std::move(options));
  ASSERT_TRUE(run);
  auto report = (*run)->finish();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message, "the cable");
}

TEST(StreamRun, StagesOfTheProgramRunWhereTheyWereAsked) {
  static const Reason kOdd = Reason::intern("test.odd");
  StreamOptions options{.push = true};
  options.stages.push_back({0, "odd", keep_if(Fields::kTurns, [](const Record& record) {
                              return (record.turns[0].text.back() - '0') % 2 != 0 ? kOdd : Reason();
                            })});
  auto run = StreamRun::start(recipe("[select.head: {n: 2}]"), {.threads = 2}, std::move(options));
  ASSERT_TRUE(run);
  EXPECT_EQ(through(**run, lines(6), 64), lines(1) + lines(1, 2));
}

TEST(StreamRun, AnAbandonedRunEnds) {
  for (bool take : {false, true}) {
    auto run = StreamRun::start(recipe(), {.threads = 2}, {.push = true});
    ASSERT_TRUE(run);
    std::string text = lines(20'000);
    ASSERT_TRUE((*run)->push(text));
    if (take) {
      ASSERT_TRUE((*run)->next());
    }
  }
}

TEST(StreamRun, SaysWhenTheRunNeedsNoMore) {
  auto run = StreamRun::start(recipe("[select.head: {n: 1}]"), {.threads = 2}, {.push = true});
  ASSERT_TRUE(run);
  EXPECT_EQ(through(**run, lines(50'000), 4096), lines(1));
}

TEST(StreamRun, ARecipeWithAPlaceWritesThere) {
  Folder folder;
  auto with_output = *parse_recipe("corpus: 1\noutput: {file: " + (folder / "out.jsonl") + "}\n", "test");
  auto run = StreamRun::start(with_output, {.threads = 2}, {.push = true});
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(through(**run, lines(100), 64), "");
  ASSERT_TRUE((*run)->finish());
  EXPECT_EQ(slurp(folder / "out.jsonl"), lines(100));
}

TEST(StreamRun, DecodesOnlyTheColumnsThatWereAskedFor) {
  for (bool turns : {false, true}) {
    std::string columns = turns ? "[turns]" : "[json]";
    auto asked = *parse_recipe("corpus: 1\noutput: {columns: " + columns + "}\n", "test");
    auto run = StreamRun::start(asked, {.threads = 2}, {.push = true});
    ASSERT_TRUE(run) << run.error().message;
    ASSERT_TRUE((*run)->push(lines(1)));
    ASSERT_TRUE((*run)->end());
    auto got = (*run)->next();
    ASSERT_TRUE(got && *got != nullptr);
    EXPECT_EQ((*got)->lines, lines(1));
    EXPECT_EQ((*got)->batch->records[0].turns.empty(), !turns);
  }
}

TEST(StreamRun, ColumnsAreNotForAPlace) {
  auto with_both = *parse_recipe("corpus: 1\noutput: {columns: [json], 'null': true}\n", "test");
  auto run = StreamRun::start(with_both, {.threads = 2}, {.push = true});
  ASSERT_FALSE(run);
  EXPECT_NE(run.error().message.find("output.columns"), std::string::npos);
}

TEST(StreamRun, OptionsOfAPlaceNeedAPlace) {
  auto with_output = *parse_recipe("corpus: 1\noutput: {compress: 'zstd:3'}\n", "test");
  auto run = StreamRun::start(with_output, {}, {.push = true});
  ASSERT_FALSE(run);
  EXPECT_NE(run.error().message.find("output.compress"), std::string::npos);
}

TEST(StreamRun, ABadBatchEndsItWithAMessage) {
  auto run = StreamRun::start(recipe("[]", "{on_bad_record: fail, format: jsonl}"), {.threads = 2}, {.push = true, .name = "mine"});
  ASSERT_TRUE(run);
  ASSERT_TRUE((*run)->push("{broken\n"));
  auto report = (*run)->finish();
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("mine"), std::string::npos) << report.error().message;
}

}  // namespace
}  // namespace corpus
