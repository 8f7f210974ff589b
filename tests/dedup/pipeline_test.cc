// Whole runs with deduplication: any memory, killed and resumed, and duplicates of the real world.
//
// Every run is in a process of its own, so that it can be killed and this one has no threads.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "corpus/duplicates.h"
#include "corpus/pipeline.h"
#include "corpus/shard.h"
#include "support/folder.h"

namespace corpus {
namespace {

Recipe recipe(const std::vector<std::string>& inputs, const std::string& stages,
              const std::string& out) {
  std::string text = "corpus: 1\ninput:\n  batch: 64KiB\n  paths:\n";
  for (const auto& input : inputs) text += "    - " + input + "\n";
  text += "stages:\n" + stages + "output: {dir: " + out + ", compress: none, shard: 100MiB}\n";
  auto parsed = parse_recipe(text, "test");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return *std::move(parsed);
}

// Runs in a child, which is killed after `microseconds` unless that is 0. True when it finished.
bool run_in_child(const Recipe& recipe, const RunOptions& options, unsigned microseconds = 0) {
  pid_t child = fork();
  if (child == 0) {
    auto report = run(recipe, options);
    if (!report) std::fprintf(stderr, "%s\n", report.error().message.c_str());
    _exit(report ? 0 : 1);
  }
  if (microseconds != 0) {
    usleep(microseconds);
    kill(child, SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Chats of which many repeat an earlier one, with a word changed or not.
std::string made_up(std::size_t records) {
  std::mt19937 random(1);
  std::vector<std::string> answers;
  std::string out;
  for (std::size_t i = 0; i < records; ++i) {
    std::string answer;
    if (i > 0 && random() % 3 == 0) {
      answer = answers[random() % answers.size()];
      if (random() % 2 == 0) answer[answer.find(' ') - 1] = 'z';
    } else {
      for (auto n = 5 + random() % 60; n > 0; --n)
        answer += "w" + std::to_string(random() % 3000) + " ";
      answers.push_back(answer);
    }
    out += R"({"prompt":"p","response":")" + answer +
           "\",\"score\":" + std::to_string(random() % 10) + "}\n";
  }
  return out;
}

constexpr const char* kStages[] = {
    "  - dedup.exact: {scope: response}\n  - dedup.minhash: {}\n",
    "  - dedup.exact: {out_of_core: always}\n",
    "  - dedup.exact: {out_of_core: always}\n"
    "  - dedup.minhash: {verify: jaccard, keep: 'max:/score', shingle: 12 characters}\n",
    "  - dedup.exact: {scope: turn}\n  - dedup.minhash: {scope: turn, keep: longest}\n",
};

TEST(DedupPipeline, AnyMemoryAndThreadsGiveTheSameFiles) {
  test::Folder folder;
  std::string input = folder.write("in.jsonl", made_up(30000));
  int n = 0;
  for (const char* stages : kStages) {
    std::map<std::string, std::string> expected;
    for (std::uint64_t memory : {0, 3 << 20, 8 << 20, 64 << 20}) {
      for (int threads : {1, 3}) {
        std::string out = folder / ("out-" + std::to_string(n++));
        ASSERT_TRUE(
            run_in_child(recipe({input}, stages, out), {.threads = threads, .memory = memory}));
        auto files = test::files_below(out);
        files.erase("manifest.json");  // names the output folder
        ASSERT_GE(files.size(), 2U);
        if (expected.empty()) expected = files;
        EXPECT_TRUE(files == expected) << stages << memory << ' ' << threads;
        EXPECT_EQ(files.begin()->first, "clusters.jsonl") << "nothing else is left there";
        EXPECT_EQ(std::next(files.begin())->first.substr(0, 5), "part-");
      }
    }
    EXPECT_NE(expected.rbegin()->second.find("\"dedup\":{\"of\":\"0:"), std::string::npos);
  }
}

TEST(DedupPipeline, KilledAndResumedGivesTheSameFiles) {
  test::Folder folder;
  std::string input = folder.write("in.jsonl", made_up(30000));
  std::mt19937 random(2);
  int n = 0, kills = 0;
  for (const char* stages : kStages) {
    std::string whole = folder / ("whole-" + std::to_string(n));
    ASSERT_TRUE(run_in_child(recipe({input}, stages, whole), {.threads = 2}));
    auto expected = test::files_below(whole);
    expected.erase("manifest.json");
    for (int round = 0; round < 4; ++round) {
      std::string out = folder / ("out-" + std::to_string(n++));
      Recipe again = recipe({input}, stages, out);
      bool done = false;
      for (int tries = 0; tries < 60 && !done; ++tries) {
        // Little and ample memory take turns.
        RunOptions options{.threads = 2,
                           .memory = std::uint64_t{tries % 2 == 0 ? 3U : 64U} << 20,
                           .resume = std::filesystem::exists(out + "/.partial/journal") ||
                                     std::filesystem::exists(out + "/manifest.json"),
                           .checkpoint_seconds = 0.01};
        done = run_in_child(again, options, tries < 50 ? 20000 + random() % 300000 : 0);
        kills += !done;
      }
      ASSERT_TRUE(done);
      auto files = test::files_below(out);
      files.erase("manifest.json");
      EXPECT_TRUE(files == expected) << stages << round;
    }
  }
  std::printf("%d kills\n", kills);
  EXPECT_GT(kills, 0);
}

TEST(DedupPipeline, RealCollectionsCollapseWhicheverComesFirst) {
  const char* given = std::getenv("CORPUS_TEST_DATA");
  std::string data = given != nullptr ? given : std::string(CORPUS_SOURCE_DIR) + "/../shared/data";
  std::string one = data + "/codealpaca/new_codealpaca.jsonl.zst";
  std::string two = data + "/gpteacher/codegen-instruct.jsonl.zst";
  if (!std::filesystem::exists(one) || !std::filesystem::exists(two)) {
    GTEST_SKIP() << one << " and " << two << " are not there; CORPUS_TEST_DATA names their folder";
  }
  // The same 4,535 records under other field names.
  for (bool swapped : {false, true}) {
    test::Folder folder;
    std::vector<std::string> inputs = swapped ? std::vector{two, one} : std::vector{one, two};
    ASSERT_TRUE(
        run_in_child(recipe(inputs, "  - dedup.exact: {}\n", folder / "out"), {.threads = 2}));
    auto files = test::files_below(folder / "out");
    auto lines = [&](const std::string& name) {
      return std::count(files[name].begin(), files[name].end(), '\n');
    };
    EXPECT_EQ(lines("part-00000.jsonl"), 4535);
    EXPECT_EQ(lines("rejects/part-00000.jsonl"), 4535);
    const std::string& rejects = files["rejects/part-00000.jsonl"];
    std::size_t pairs = 0;
    for (std::size_t at = 0; (at = rejects.find("\"input\":1,", at)) != std::string::npos; ++at) {
      pairs += rejects.find("\"dedup\":{\"of\":\"0:", at) != std::string::npos;
    }
    EXPECT_EQ(pairs, 4535U) << "every record of the second names one of the first";
    // The evidence, and both texts: the same under other names.
    Recipe shards = recipe(inputs, "  - dedup.exact: {}\n", folder / "shards");
    shards.output.set("compress", "zstd:1");
    ASSERT_TRUE(run_in_child(shards, {.threads = 2}));
    auto clusters = CorpusReader::open(folder / "shards", CorpusReader::Lines::kClusters);
    ASSERT_TRUE(clusters);
    ASSERT_EQ(clusters->records(), 4535U);
    for (std::uint64_t number : {0, 1234, 4534}) {
      auto line = clusters->get(number);
      ASSERT_TRUE(line);
      std::string position = line->substr(11, line->find('"', 11) - 11);
      auto why = explain_duplicate(folder / "shards", position);
      ASSERT_TRUE(why) << why.error().message;
      EXPECT_EQ(why->method, "exact");
      EXPECT_EQ(why->dropped.input, inputs[1]);
      EXPECT_EQ(why->stays.input, inputs[0]);
      auto longest = [](const DuplicateRecord& record) {
        std::string out;
        for (const auto& [path, text] : record.texts) {
          if (text.size() > out.size()) out = text;
        }
        return out;
      };
      EXPECT_EQ(longest(why->dropped), longest(why->stays));
      EXPECT_NE(longest(why->stays), "");
    }
  }
}

}  // namespace
}  // namespace corpus
