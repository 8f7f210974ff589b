// The line that shows how far a run is, and the funnel, at the widths of real terminals.
#include "progress.h"

#include <gtest/gtest.h>

#include "core/schema.h"
#include "report.h"
#include "common/terminal.h"

namespace corpus::cli {
namespace {

Progress half() {
  return {.pass = 1,
          .passes = 2,
          .bytes_done = 50 << 20,
          .bytes_total = 100 << 20,
          .bytes_text = 200 << 20,
          .records = 1234567,
          .dropped = 12345,
          .seconds = 2};
}
std::string line(const Progress& p, int width, bool bar = true) {
  return progress_line(p, p.seconds, p.bytes_done, p.bytes_text, width, bar);
}

TEST(ProgressLine, HasEverythingWhenThereIsRoom) {
  EXPECT_EQ(line(half(), 120),
            "[################................]  pass 1/2   50%   100 MiB/s  1.23 M records  "
            "1.0 % dropped  ETA 6 s");
}

TEST(ProgressLine, LeavesOutTheLessImportantWhenThereIsNot) {
  EXPECT_EQ(line(half(), 79),
            "[####.....]  pass 1/2   50%   100 MiB/s  1.23 M records  1.0 % dropped  ETA 6 s");
  EXPECT_EQ(line(half(), 77),
            "[###########...........]  pass 1/2   50%   100 MiB/s  1.23 M records  ETA 6 s");
  EXPECT_EQ(line(half(), 50), "[#####......]  pass 1/2   50%   100 MiB/s  ETA 6 s");
  EXPECT_EQ(line(half(), 45), "[########........]   50%   100 MiB/s  ETA 6 s");
  EXPECT_EQ(line(half(), 20), "[######......]   50%");
  EXPECT_EQ(line(half(), 3), " 50");
}

TEST(ProgressLine, NeverIsWiderThanTheTerminal) {
  Progress huge = half();
  huge.bytes_done = huge.bytes_total = huge.bytes_text = std::uint64_t{1} << 60;
  huge.records = huge.dropped = ~std::uint64_t{0};
  for (int width = 0; width < 200; ++width) {
    for (const Progress& p : {half(), huge, Progress()}) {
      EXPECT_LE(static_cast<int>(line(p, width).size()), width);
    }
  }
}

TEST(ProgressLine, APipeHasNoEndToCountDownTo) {
  Progress pipe = half();
  pipe.passes = 1;
  pipe.bytes_total = 0;
  EXPECT_EQ(line(pipe, 100), "200 MiB   100 MiB/s  1.23 M records  1.0 % dropped");
}

TEST(ProgressLine, TheRateIsThatOfThisPass) {
  // The second pass, 1 s old: 10 MiB of 100 and 40 MiB of text were read in it.
  Progress p = half();
  p.pass = 2;
  p.bytes_done = 10 << 20;
  EXPECT_EQ(progress_line(p, 1, 10 << 20, 40 << 20, 100, false),
            "pass 2/2   10%  40.0 MiB/s  1.23 M records  1.0 % dropped  ETA 9 s");
}

TEST(Terminal, Numbers) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "file"), "1 file");
  EXPECT_EQ(counted(2000, "record"), "2,000 records");
  EXPECT_EQ(bytes(999), "999 B");
  EXPECT_EQ(bytes(1000), "0.98 KiB");
  EXPECT_EQ(bytes(1.5 * 1024 * 1024), "1.50 MiB");
  EXPECT_EQ(bytes(123.4 * 1024), "123 KiB");
  EXPECT_EQ(duration(0.124), "0.12 s");
  EXPECT_EQ(duration(59.94), "59.9 s");
  EXPECT_EQ(duration(59.96), "1:00");
  EXPECT_EQ(duration(3723), "1:02:03");
  EXPECT_EQ(percent(1, 3), "33.3 %");
  EXPECT_EQ(percent(0, 0), "0.0 %");
}

TEST(Terminal, Wrapping) {
  EXPECT_EQ(wrapped("one two three", 20, 0), "one two three");
  EXPECT_EQ(wrapped("one two three", 9, 2), "one two\n  three");
  EXPECT_EQ(wrapped("averylongword x", 5, 0), "averylongword\nx");
  EXPECT_EQ(wrapped("a\nb", 10, 1), "a\n b");
}

TEST(Funnel, ShowsEachStageAndReasonInTheOrderOfTheRecipe) {
  Report report;
  report.summary.records = 12000;
  report.summary.kept = 10000;
  report.summary.malformed = 3;
  report.summary.dropped = {{"adapters.parse.unknown_shape", 7},
                            {"dedup.exact.duplicate", 990},
                            {"filters.length.empty", 100},
                            {"filters.length.too_short", 900},
                            {"malformed.json", 3}};
  report.summary.bytes_in = 10 << 20;
  report.bytes_out = 2 << 20;
  report.seconds = 0.5;
  report.peak_rss = 64 << 20;
  Recipe recipe;
  recipe.stages = {{"filters.length", Value()}, {"tags.source", Value()}, {"dedup.exact", Value()}};
  EXPECT_EQ(funnel(report, recipe),
            "  in                        12,000\n"
            "  malformed                     -3    0.0 %\n"
            "    json                         3    0.0 %\n"
            "  adapters.parse                -7    0.1 %\n"
            "    unknown_shape                7    0.1 %\n"
            "  filters.length            -1,000    8.3 %\n"
            "    too_short                  900    7.5 %\n"
            "    empty                      100    0.8 %\n"
            "  dedup.exact                 -990    8.2 %\n"
            "    duplicate                  990    8.2 %\n"
            "  kept                      10,000   83.3 %\n"
            "\n"
            "  10.0 MiB in, 2.00 MiB out, 0.50 s, 20.0 MiB/s, peak memory 64.0 MiB\n"
            "  policy: unchecked (no intent was stated)\n");
}

TEST(RunJson, HasThePinnedKeys) {
  Report report;
  report.summary.records = 5;
  report.summary.kept = 3;
  report.summary.malformed = 1;
  report.summary.dropped = {{"filters.length.empty", 1}, {"malformed.json", 1}};
  report.seconds = 0.25;
  EXPECT_EQ(run_json(report),
            "{\"in\":5,\"kept\":3,\"rejected\":{\"filters.length.empty\":1},\"malformed\":1,"
            "\"bytes_in\":0,\"bytes_out\":0,\"seconds\":0.25,\"peak_rss\":0}\n");
  auto printed = parse_yaml(run_json(report), "printed");
  ASSERT_TRUE(printed) << printed.error().message;
  auto problem = find_problem(*printed, *parsed_schema("output.run"), "");
  EXPECT_FALSE(problem) << problem->what;
}

}  // namespace
}  // namespace corpus::cli
