// The gate in a whole run over real corpora: what stands under conflicting licences in two places
// is treated by the stricter one, and the files do not depend on the number of threads.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/schema.h"
#include "corpus/pipeline.h"
#include "corpus/policy.h"
#include "json/value.h"

namespace corpus {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  const char* set = std::getenv("CORPUS_TEST_DATA");
  return set != nullptr ? fs::path(set) : fs::path(CORPUS_SOURCE_DIR) / "../shared/data";
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct GateRun : ::testing::Test {
  void SetUp() override {
    if (!fs::exists(data_folder() / "SOURCES.tsv"))
      GTEST_SKIP() << "no shared data: set CORPUS_TEST_DATA";
    out = fs::temp_directory_path() / ("corpus-gate-" + std::to_string(::getpid()));
    fs::remove_all(out);
  }
  void TearDown() override {
    if (!out.empty()) fs::remove_all(out);
  }

  Report run_gate(const std::string& intent, const std::string& to, int threads) {
    std::string data = fs::canonical(data_folder()).string();
    std::string yaml =
        "corpus: 1\ninput: {paths: [" + data + "/codealpaca/new_codealpaca.jsonl.zst, " + data +
        "/gpteacher/*.zst, " + data +
        "/bench/gsm8k_test.jsonl.zst]}\nstages:\n  - policy.gate: {intent: " + intent +
        ", date: 2026-12-01, accept: [permitted_access], table: " + data +
        "/SOURCES.tsv}\noutput: {dir: " + (out / to).string() + "}\n";
    auto recipe = parse_recipe(yaml, "recipe");
    EXPECT_TRUE(recipe) << recipe.error().message;
    auto report = run(*recipe, {.threads = threads});
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : Report{};
  }

  fs::path out;
};

std::map<std::string, std::uint64_t> dropped(const Report& report) {
  return {report.summary.dropped.begin(), report.summary.dropped.end()};
}

TEST_F(GateRun, ConflictingLicencesOfTheSameRecords) {
  Report report = run_gate("train", "train", 2);
  auto reasons = dropped(report);
  // 4,535 under CC BY-NC 4.0 in codealpaca, and the same 4,535 under MIT in gpteacher.
  EXPECT_EQ(reasons["policy.cc-by-nc-4.0.train"], 2u * 4535);
  EXPECT_EQ(report.summary.kept, 1923u + 1319u);
  std::string manifest = read(out / "train" / "manifest.json");
  EXPECT_NE(manifest.find("codegen-instruct.jsonl.zst\",\"declared\":true"), std::string::npos);
  EXPECT_NE(manifest.find("\"passed\":0,\"rejected\":{\"policy.cc-by-nc-4.0.train\":4535}"),
            std::string::npos);
}

TEST_F(GateRun, TheManifestSaysWhatWasChecked) {
  run_gate("train", "train", 2);
  auto manifest = json::parse_value(read(out / "train" / "manifest.json"));
  ASSERT_TRUE(manifest) << manifest.error().message;
  auto problem = find_problem(*manifest, *parsed_schema("manifest"), "manifest");
  EXPECT_FALSE(problem) << problem->error("manifest.json").message;
  const Value& policy = *manifest->find("policy");
  EXPECT_EQ(policy.get("intent", ""), "train");
  EXPECT_EQ(policy.get("date", ""), "2026-12-01");
  EXPECT_EQ(policy.get("registry_sha256", ""), policy::Registry::builtin()->digest());
  EXPECT_EQ(policy.get("passed", 0), 1923 + 1319);
  EXPECT_EQ(policy.get("rejected", 0), 2 * 4535);
}

TEST_F(GateRun, ACompetingStudentGetsNothingOfGpt4) {
  Report report = run_gate("train_competing", "competing", 2);
  auto reasons = dropped(report);
  EXPECT_EQ(reasons["policy.openai-services-2026.train_competing"], 2u * 4535 + 1923);
  EXPECT_EQ(report.summary.kept, 1319u);
}

TEST_F(GateRun, FilesDoNotDependOnThreads) {
  run_gate("train", "one", 1);
  run_gate("train", "four", 4);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(out / "one")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    EXPECT_EQ(read(entry.path()), read(out / "four" / fs::relative(entry.path(), out / "one")))
        << entry.path();
  }
  EXPECT_GE(files, 3u);
}

}  // namespace
}  // namespace corpus
