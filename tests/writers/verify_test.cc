#include "corpus/verify.h"

#include <gtest/gtest.h>

#include "run_sink.h"
#include "writers/manifest.h"

namespace corpus {
namespace {

using test::Folder;
using test::Synthetic;

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    auto done = corpus_.run(test::recipe_to(out_, Value::Object{{"shard", std::string("700")}}));
    ASSERT_TRUE(done) << done.error().message;
  }
  VerifyReport report() {
    auto got = verify(out_);
    EXPECT_TRUE(got) << got.error().message;
    return got ? *got : VerifyReport();
  }
  void expect_problem(std::string_view file, std::string_view what) {
    VerifyReport r = report();
    EXPECT_FALSE(r.ok);
    EXPECT_NE(r.error.find(file), std::string::npos) << r.error;
    EXPECT_NE(r.error.find(what), std::string::npos) << r.error;
  }

  Synthetic corpus_{6, 40};
  Folder dir_;
  std::string out_ = dir_ / "out";
};

TEST_F(Verify, AWholeCorpusIsOk) {
  VerifyReport r = report();
  EXPECT_TRUE(r.ok) << r.error;
  EXPECT_EQ(r.files, test::files_below(out_).size() - 1);
  EXPECT_EQ(r.records, corpus_.summary().kept);
}

TEST_F(Verify, FindsOneBitAnywhere) {
  auto files = test::files_below(out_);
  std::size_t total = 0;
  for (const auto& [name, bytes] : files) total += bytes.size();
  std::uint64_t seed = 1;
  for (int round = 0; round < 200; ++round) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    std::size_t at = (seed >> 20) % total;
    auto it = files.begin();
    while (at >= it->second.size()) at -= (it++)->second.size();
    std::string damaged = it->second;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (seed >> 10) % 8));
    test::write_file(out_ + "/" + it->first, damaged);
    EXPECT_FALSE(report().ok) << it->first << " byte " << at;
    test::write_file(out_ + "/" + it->first, it->second);
  }
  EXPECT_TRUE(report().ok);
}

// Without a checksum in the files themselves only the manifest's SHA-256 can tell.
TEST_F(Verify, FindsAChangedLetterInPlainText) {
  out_ = dir_ / "plain";
  ASSERT_TRUE(corpus_.run(test::recipe_to(out_, Value::Object{{"compress", "none"}})));
  EXPECT_TRUE(report().ok);
  std::string part = out_ + "/part-00000.jsonl", bytes = test::slurp(part);
  bytes[bytes.find("question")] = 'Q';
  test::write_file(part, bytes);
  expect_problem("part-00000.jsonl", "SHA-256");
}

TEST_F(Verify, FindsMissingAndUnexpectedFiles) {
  std::string part = out_ + "/part-00001.jsonl.zst";
  std::string bytes = test::slurp(part);
  std::filesystem::remove(part);
  expect_problem("part-00001", "is missing");
  test::write_file(part, bytes.substr(0, bytes.size() - 1));
  expect_problem("part-00001", "bytes, the manifest says");
  test::write_file(part, bytes);
  test::write_file(out_ + "/rejects/part-00099.jsonl.zst", bytes);
  expect_problem("rejects/part-00099", "is not in the manifest");
  std::filesystem::remove(out_ + "/rejects/part-00099.jsonl.zst");
  test::write_file(out_ + "/report.html", "<p>");
  EXPECT_TRUE(report().ok);
}

TEST_F(Verify, FindsAnUnfinishedRun) {
  std::filesystem::create_directories(out_ + "/.partial");
  expect_problem(".partial", "--resume");
  std::filesystem::remove(out_ + "/.partial");
  std::filesystem::remove(out_ + "/manifest.json");
  expect_problem("no manifest", "--resume");
}

// A manifest that agrees with itself but not with the files.
TEST_F(Verify, FindsFalseCounts) {
  auto manifest = read_manifest(out_);
  ASSERT_TRUE(manifest);
  Recipe recipe = test::recipe_to(out_);
  auto rewrite = [&](auto change) {
    RunSummary summary = corpus_.summary();
    auto files = manifest->files;
    change(summary, files);
    test::write_file(out_ + "/manifest.json", print_manifest(recipe, summary, files));
  };
  rewrite([](auto&, auto&) {});
  EXPECT_TRUE(report().ok) << report().error;
  rewrite([](auto& s, auto&) { ++s.records; });
  expect_problem("out", "kept + rejected + malformed");
  rewrite([](auto& s, auto&) { ++s.kept, ++s.records; });
  expect_problem("out", "kept parts");
  rewrite([](auto& s, auto&) { ++s.malformed, ++s.records; });
  expect_problem("out", "rejects");
  rewrite([](auto&, auto& files) { ++files[0].records; });
  expect_problem("part-00000", "records, the manifest says");
}

TEST_F(Verify, AFolderThatIsNotThereIsAnError) {
  auto got = verify(dir_ / "nowhere");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kNotFound);
}

TEST(Manifest, RefusesPathsOutOfTheFolder) {
  Recipe recipe;
  for (std::string name :
       {"../part-0", "part-/../../x", "/etc/part-0", "rejects/../part-0", "lock"}) {
    FileInfo file{.name = name, .sha256 = std::string(64, '0')};
    auto parsed = parse_manifest(print_manifest(recipe, {}, {file}), "m");
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().code, Code::kCorrupt);
  }
}

TEST(Manifest, RefusesOtherVersionsAndChanges) {
  std::string text = print_manifest(Recipe(), {}, {});
  EXPECT_TRUE(parse_manifest(text, "m"));
  std::string later = text;
  later.replace(later.find("\"manifest\": 1"), 13, "\"manifest\": 2");
  EXPECT_EQ(parse_manifest(later, "m").error().code, Code::kUnsupported);
  std::string changed = text;
  changed.replace(changed.find("unchecked"), 9, "checkered");
  EXPECT_EQ(parse_manifest(changed, "m").error().code, Code::kCorrupt);
  EXPECT_FALSE(parse_manifest("", "m"));
  EXPECT_FALSE(parse_manifest("{}", "m"));
}

TEST(Manifest, NamesThatAreNoUtf8StayJson) {
  RunSummary summary;
  summary.inputs = {{"a\xFF.jsonl", 1, 1, "", "jsonl", "none"}};
  auto parsed = parse_manifest(print_manifest(Recipe(), summary, {}), "m");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->all.find("inputs")->if_array()->at(0).get("name", ""), "a\xEF\xBF\xBD.jsonl");
}

}  // namespace
}  // namespace corpus
