// dedup.lines, over whole runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "dedup/family_run.h"
#include "dedup/run_in_child.h"
#include "support/folder.h"

namespace corpus {
namespace {

using testing::HasSubstr;
using testing::Not;

class DedupLines : public test::FamilyRun {
 protected:
  DedupLines() : FamilyRun("dedup.lines") {}
};

const char* const kText =
    R"({"text":"A first line that is here.\nSubscribe to our newsletter today!\nx"})"
    "\n"
    R"({"text":"Another line, its own.\nSubscribe to our newsletter today!\nx\n}"})"
    "\n"
    R"({"text":"  Subscribe to our newsletter today!  "})"
    "\n"
    R"({"text":"\u00e4 third\nSubscribe to our\u0020newsletter today!\nend"})"
    "\n";

TEST_F(DedupLines, CutsAllButTheFirst) {
  ASSERT_EQ(run(kText, ""), "");
  EXPECT_EQ(kept(),
            R"({"text":"A first line that is here.\nSubscribe to our newsletter today!\nx"})"
            "\n"
            R"({"text":"Another line, its own.\nx\n}","corpus":{"lines":{"removed":35}}})"
            "\n"
            R"({"text":"\u00e4 third\nend","corpus":{"lines":{"removed":35}}})"
            "\n");
  EXPECT_THAT(rejects(), HasSubstr("dedup.lines.empty"));
  EXPECT_THAT(test::slurp(out_ + "/clusters.jsonl"), HasSubstr("\"of\":\"0:0\",\"method\":\"lines\""));
}

TEST_F(DedupLines, ActionDropGoesByShare) {
  ASSERT_EQ(run(kText, "action: drop, max_share: 0.6"), "");
  EXPECT_THAT(kept(), HasSubstr("Another line, its own.\\nSubscribe"));
  EXPECT_THAT(rejects(), HasSubstr("dedup.lines.repeated"));
  EXPECT_THAT(rejects(), HasSubstr("\"text\":\"  Subscribe"));
  EXPECT_THAT(rejects(), Not(HasSubstr("Another")));
}

TEST_F(DedupLines, ActionTagNamesThem) {
  ASSERT_EQ(run(kText, "action: tag"), "");
  EXPECT_THAT(kept(), HasSubstr(R"("lines":{"repeated":35,"spans":[[0,23,58,"0:0"]]})"));
}

TEST_F(DedupLines, MinCountLetsFewRepeatsBe) {
  ASSERT_EQ(run(kText, "min_count: 5"), "");
  EXPECT_THAT(kept(), Not(HasSubstr("removed")));
  ASSERT_EQ(run(kText, "min_count: 4"), "");
  EXPECT_THAT(kept(), HasSubstr("removed"));
}

TEST_F(DedupLines, SpansOfSentencesAsC4) {
  std::string text =
      R"({"text":"Own start one. Alpha is first. Beta is second. Gamma is third. Own end."})"
      "\n"
      R"({"text":"Alpha is first. Beta is second. Gamma is third. Other end."})"
      "\n"
      R"({"text":"Alpha is first. Beta is second. Only two of them."})"
      "\n";
  ASSERT_EQ(run(text, "unit: sentence"), "");
  EXPECT_THAT(kept(), HasSubstr("{\"text\":\"Other end.\""));
  EXPECT_THAT(kept(), HasSubstr("Alpha is first. Beta is second. Only two"));
}

TEST_F(DedupLines, AnyMemoryThreadsAndKillsGiveTheSame) {
  std::string text;
  for (int i = 0; i < 30000; ++i) {
    text += "{\"text\":\"line number " + std::to_string(i * 7919 % 9000) +
            " of the corpus\\nand another one " + std::to_string(i) + " to go with it\"}\n";
  }
  std::map<std::string, std::string> expected;
  for (std::uint64_t memory : {0, 4 << 20}) {
    for (int threads : {1, 3}) {
      ASSERT_EQ(run(text, "", {.threads = threads, .memory = memory}), "");
      auto files = test::files_below(out_);
      if (expected.empty()) expected = files;
      EXPECT_TRUE(files == expected) << memory << ' ' << threads;
    }
  }
  std::string out = folder_ / "killed";
  std::string said = "killed";
  for (int tries = 1; tries <= 20 && said == "killed"; ++tries) {
    said = test::run_in_child(
        test::recipe({folder_ / "in.jsonl"}, "dedup.lines: {}", out),
        {.threads = 2, .resume = true, .checkpoint_seconds = 0}, tries < 20 ? 150000U : 0U);
  }
  ASSERT_EQ(said, "");
  EXPECT_TRUE(test::files_below(out) == expected);
}

}  // namespace
}  // namespace corpus
