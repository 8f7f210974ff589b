// The persistent index: what a later run removes, its bytes, and everything that can be wrong with
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "corpus/pipeline.h"
#include "dedup/index_json.h"
#include "dedup/index_writer.h"
#include "dedup/run_in_child.h"
#include "support/folder.h"

namespace corpus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

using test::recipe;
using test::run_in_child;

// Records with their number, of which many are like an earlier one.
std::vector<std::string> made_up(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> answers, lines;
  for (std::size_t i = 0; i < n; ++i) {
    std::string answer = "so ";
    if (!answers.empty() && random() % 2 == 0) {
      answer = answers[random() % answers.size()];
      if (random() % 2 == 0) answer.insert(answer.find(' ', random() % answer.size() / 2), "z");
    } else {
      for (auto words = random() % 40; words > 0; --words) {
        answer += "w" + std::to_string(random() % 500) + " ";
      }
      answer += "end";
    }
    answers.push_back(answer);
    lines.push_back(R"({"id":"r)" + std::to_string(i) + R"(","text":")" + answer + "\"}\n");
  }
  return lines;
}

std::string join(const std::vector<std::string>& lines, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t i = begin; i < end; ++i) out += lines[i];
  return out;
}

// Ids of the records that a run removed.
std::set<std::string> removed(const std::string& out) {
  std::set<std::string> ids;
  std::string text = test::slurp(out + "/clusters.jsonl");
  for (std::size_t at = 0; (at = text.find("\"id\":\"", at)) != std::string::npos;) {
    at += 6;
    ids.insert(text.substr(at, text.find('"', at) - at));
  }
  return ids;
}

const std::string kExact = "dedup.exact: {index: INDEX}";
const std::string kMinhash = "dedup.minhash: {index: INDEX}";

std::string with_index(std::string stage, const std::string& index) {
  auto at = stage.find("INDEX");
  return stage.replace(at, 5, index);
}

TEST(Index, RunsOneAfterTheOtherRemoveWhatOneRunOverAllWould) {
  for (const std::string& stage : {kExact, kMinhash}) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
      test::Folder folder;
      auto lines = made_up(600, seed);
      std::size_t cuts[] = {0, 150 * seed % 400, 450, 600};
      std::vector<std::string> inputs;
      std::set<std::string> one_by_one;
      for (int i = 0; i < 3; ++i) {
        inputs.push_back(folder.write("in-" + std::to_string(i) + ".jsonl",
                                      join(lines, cuts[i], cuts[i + 1])));
        std::string out = folder / ("out-" + std::to_string(i));
        ASSERT_EQ(run_in_child(recipe({inputs.back()}, with_index(stage, folder / "index"), out),
                               {.threads = 2}),
                  "");
        auto ids = removed(out);
        one_by_one.insert(ids.begin(), ids.end());
      }
      std::string plain = stage.substr(0, stage.find(':')) + ": {}";
      ASSERT_EQ(run_in_child(recipe(inputs, plain, folder / "all"), {.threads = 2}), "");
      auto all = removed(folder / "all");
      ASSERT_GT(all.size(), 100U);
      // A record of a later run may join two clusters of earlier ones, of which both had kept one.
      for (const auto& id : one_by_one) EXPECT_TRUE(all.contains(id)) << stage << id;
      auto last_run = [&](const std::set<std::string>& ids) {
        std::set<std::string> out;
        for (const auto& id : ids) {
          if (std::stoul(id.substr(1)) >= cuts[2]) out.insert(id);
        }
        return out;
      };
      EXPECT_EQ(last_run(one_by_one), last_run(all)) << stage << seed;
    }
  }
}

TEST(Index, ItsBytesDependOnTheInputsAlone) {
  test::Folder folder;
  auto lines = made_up(4000, 7);
  std::string a = folder.write("a.jsonl", join(lines, 0, 2500));
  std::string b = folder.write("b.jsonl", join(lines, 2500, 4000));
  for (const std::string& stage : {kExact, kMinhash}) {
    std::map<std::string, std::string> expected, expected_out;
    int n = 0;
    for (std::uint64_t memory : {0, 3 << 20, 64 << 20}) {
      for (int threads : {1, 3}) {
        std::string index = folder / ("index-" + std::to_string(n));
        std::string out = folder / ("out-" + std::to_string(n++));
        for (const std::string& input : {a, b}) {
          fs::remove_all(out);
          ASSERT_EQ(run_in_child(recipe({input}, with_index(stage, index), out),
                                 {.threads = threads, .memory = memory}),
                    "");
        }
        auto files = test::files_below(index);
        auto outs = test::files_below(out);
        outs.erase("manifest.json");  // names the index
        if (expected.empty()) {
          expected = files;
          expected_out = outs;
        }
        EXPECT_TRUE(files == expected) << stage << memory << ' ' << threads;
        EXPECT_TRUE(outs == expected_out) << stage << memory << ' ' << threads;
        fs::remove_all(folder / stage);
      }
    }
    for (int i = 0; i < n; ++i) {
      fs::remove_all(folder / ("index-" + std::to_string(i)));
      fs::remove_all(folder / ("out-" + std::to_string(i)));
    }
  }
}

TEST(Index, GenerationsGrowByTwoAndNothingElseIsLeft) {
  test::Folder folder;
  std::size_t most = 0;
  for (int i = 0; i < 12; ++i) {
    auto lines = made_up(40, 100 + static_cast<unsigned>(i));
    std::string input = folder.write("in.jsonl", join(lines, 0, lines.size()));
    std::string out = folder / ("out-" + std::to_string(i));
    ASSERT_EQ(run_in_child(recipe({input}, with_index(kMinhash, folder / "index"), out), {}), "");
    auto json = read_index_json(folder / "index");
    ASSERT_TRUE(json);
    EXPECT_EQ(json->inputs.size(), static_cast<std::size_t>(i + 1));
    EXPECT_EQ(test::files_below(folder / "index").size(), 2 + 2 * json->generations.size());
    most = std::max(most, json->generations.size());
    for (std::size_t g = 1; g < json->generations.size(); ++g) {
      EXPECT_GE(json->generations[g - 1].keys, 2 * json->generations[g].keys);
    }
  }
  EXPECT_GE(most, 2U);
  auto index = SeenIndex::open(folder / "index", *SeenIndex::purpose_of(folder / "index"));
  ASSERT_TRUE(index);
  EXPECT_TRUE((*index)->check());
}

TEST(Index, KilledAndResumedItIsWhatAnUndisturbedRunMakes) {
  test::Folder folder;
  auto lines = made_up(12000, 3);
  std::string a = folder.write("a.jsonl", join(lines, 0, 6000));
  std::string b = folder.write("b.jsonl", join(lines, 6000, 12000));
  std::mt19937 random(5);
  int kills = 0;
  for (const std::string& stage : {kExact, kMinhash}) {
    std::string first = folder / "first";
    ASSERT_EQ(run_in_child(recipe({a}, with_index(stage, folder / "index"), first), {}), "");
    fs::copy(folder / "index", folder / "before", fs::copy_options::recursive);
    std::string whole = folder / "whole";
    ASSERT_EQ(run_in_child(recipe({b}, with_index(stage, folder / "index"), whole), {}), "");
    auto expected = test::files_below(whole);
    expected.erase("manifest.json");
    auto index = test::files_below(folder / "index");
    for (int round = 0; round < 2; ++round) {
      fs::remove_all(folder / "index");
      fs::copy(folder / "before", folder / "index", fs::copy_options::recursive);
      std::string out = folder / "out";
      fs::remove_all(out);
      std::string said = "killed";
      for (int tries = 0; tries < 60 && said == "killed"; ++tries) {
        auto wait = tries < 50 ? 2000U + random() % 120000U : 0U;
        said = run_in_child(recipe({b}, with_index(stage, folder / "index"), out),
                            {.threads = 2, .resume = true, .checkpoint_seconds = 0}, wait);
        kills += said == "killed";
      }
      ASSERT_EQ(said, "");
      auto files = test::files_below(out);
      files.erase("manifest.json");
      EXPECT_TRUE(files == expected) << stage << round;
      EXPECT_TRUE(test::files_below(folder / "index") == index) << stage << round;
    }
    for (const char* name : {"index", "before", "first", "whole", "out"}) {
      fs::remove_all(folder / name);
    }
  }
  std::printf("%d kills\n", kills);
  EXPECT_GT(kills, 0);
}

class Damaged : public testing::Test {
 protected:
  Damaged() {
    auto lines = made_up(300, 9);
    input_ = folder_.write("in.jsonl", join(lines, 0, lines.size()));
    index_ = folder_ / "index";
    EXPECT_EQ(again(), "");
  }
  std::string again(const std::string& stage = kMinhash) {
    std::string out = folder_ / ("out-" + std::to_string(n_++));
    return run_in_child(recipe({input_}, with_index(stage, index_), out), {.threads = 1});
  }
  void change(const std::string& name, std::size_t at) {
    std::string bytes = test::slurp(index_ + "/" + name);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(index_ + "/" + name, std::ios::binary) << bytes;
  }

  test::Folder folder_;
  std::string input_, index_;
  int n_ = 0;
};

TEST_F(Damaged, EveryByteOfAFileThatIsReadCounts) {
  std::string good = test::slurp(index_ + "/g-0-1.keys");
  for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 40) {
    change("g-0-1.keys", at);
    std::string said = again();
    EXPECT_THAT(said, HasSubstr("g-0-1.keys: ")) << at;
    change("g-0-1.keys", at);
  }
  EXPECT_EQ(again(), "");
}

TEST_F(Damaged, ACutOffOrMissingFileIsNamed) {
  fs::resize_file(index_ + "/g-0-1.rows", fs::file_size(index_ + "/g-0-1.rows") - 8);
  EXPECT_THAT(again(), HasSubstr("g-0-1.rows: "));
  fs::remove(index_ + "/g-0-1.rows");
  EXPECT_THAT(again(), HasSubstr("g-0-1.rows: "));
}

TEST_F(Damaged, AnotherVersionIsRefusedWithTheRemedy) {
  std::string json = test::slurp(index_ + "/index.json");
  auto self = json.rfind("\"xxh3\"");
  json = json.substr(0, self).replace(json.find(":1,"), 3, ":2,");
  json += "\"xxh3\":\"" + hex(hash128(json)) + "\"}\n";
  std::ofstream(index_ + "/index.json", std::ios::binary) << json;
  std::string said = again();
  EXPECT_THAT(said, HasSubstr("the index has version 2, this build reads version 1"));
  EXPECT_THAT(said, HasSubstr("make it anew"));
}

TEST_F(Damaged, AChangedListIsRefused) {
  change("index.json", 30);
  EXPECT_THAT(again(), HasSubstr("index.json: "));
}

TEST_F(Damaged, OtherOptionsAreRefused) {
  EXPECT_THAT(again("dedup.minhash: {index: INDEX, bands: 20}"), HasSubstr("give the same options"));
  EXPECT_THAT(again("dedup.exact: {index: INDEX}"), HasSubstr("is an index of dedup.minhash"));
  EXPECT_THAT(again("dedup.minhash: {index: INDEX, verify: jaccard}"), HasSubstr("has none"));
}

TEST_F(Damaged, OneWritesAndManyRead) {
  MemoryBudget memory;
  auto purpose = SeenIndex::purpose_of(index_);
  ASSERT_TRUE(purpose);
  auto writer = IndexWriter::open(index_, *purpose, {"x"}, "", &memory);
  ASSERT_TRUE(writer);
  EXPECT_THAT(again(), HasSubstr("another run is writing to this index"));
  EXPECT_TRUE(SeenIndex::open(index_, *purpose));
  EXPECT_EQ(again("dedup.known: {index: INDEX}"), "");
}

TEST(Index, KnownNamesTheRecordAndAddsNothing) {
  test::Folder folder;
  std::string text = "one two three four five six seven eight nine ten eleven twelve thirteen";
  std::string a = folder.write("a.jsonl", R"({"id":"first","text":")" + text + "\"}\n");
  std::string b = folder.write(
      "b.jsonl", R"({"id":"again","text":")" + text + "\"}\n" +
                     R"({"id":"other","text":"something else that nobody has ever said before"})" +
                     "\n");
  for (const std::string& stage : {kExact, kMinhash}) {
    std::string index = folder / "index", out = folder / "out";
    ASSERT_EQ(run_in_child(recipe({a}, with_index(stage, index), folder / "first"), {}), "");
    auto before = test::files_below(index);
    ASSERT_EQ(run_in_child(recipe({b}, with_index("dedup.known: {index: INDEX}", index), out), {}),
              "");
    std::string rejects = test::slurp(out + "/rejects/part-00000.jsonl");
    EXPECT_THAT(rejects, HasSubstr("\"known\":{\"input\":\"" + a + R"(","offset":0,"id":"first","similarity":1.000})"));
    EXPECT_THAT(rejects, HasSubstr("dedup.known.seen"));
    EXPECT_THAT(test::slurp(out + "/part-00000.jsonl"), HasSubstr("other"));
    EXPECT_TRUE(test::files_below(index) == before);
    for (const char* name : {"index", "out", "first"}) fs::remove_all(folder / name);
  }
}

TEST(Index, HardInputsAreLinearAndKeepWhatCannotBeCompared) {
  test::Folder folder;
  std::string one = "{\"text\":\"one two three four five six seven\"}\n", equal;
  for (int i = 0; i < 100000; ++i) equal += one;
  std::string chinese =
      "{\"text\":\"\xE6\xB0\xB4\xE5\xBC\x80\xE4\xBA\x86\xE5\xA3\xB6\xE4\xB8\x8A\xE7\x9A\x84\xE6\xB0\xB4"
      "\xE6\xB1\xBD\"}\n";
  std::string a = folder.write("a.jsonl", equal + chinese);
  std::string b = folder.write("b.jsonl", "{\"text\":\"\"}\n{\"text\":\"too short\"}\n" + equal +
                                              chinese + "{\"text\":\"too short\"}\n");
  for (const std::string& stage : {kExact, kMinhash}) {
    bool exact = stage == kExact;
    std::string index = folder / "index";
    ASSERT_EQ(run_in_child(recipe({a}, with_index(stage, index), folder / "a"),
                           {.threads = 2, .memory = 64 << 20}),
              "");
    EXPECT_EQ(test::slurp(folder / "a/part-00000.jsonl"), one + chinese);
    ASSERT_EQ(run_in_child(recipe({b}, with_index(stage, index), folder / "b"),
                           {.threads = 2, .memory = 64 << 20}),
              "");
    std::string kept = "{\"text\":\"\"}\n{\"text\":\"too short\"}\n";
    if (!exact) kept += "{\"text\":\"too short\"}\n";
    EXPECT_EQ(test::slurp(folder / "b/part-00000.jsonl"), kept);
    // A hundred thousand equal records are one in the index.
    auto json = read_index_json(index);
    ASSERT_TRUE(json);
    std::uint64_t records = 0;
    for (const auto& g : json->generations) records += g.records;
    EXPECT_EQ(records, exact ? 3U : 2U);
    for (const char* name : {"index", "a", "b"}) fs::remove_all(folder / name);
  }
}

TEST(Index, KeysThatBeginAlikeAreFoundAcrossBlocks) {
  test::Folder folder;
  MemoryBudget memory;
  IndexPurpose purpose{.kind = IndexKind::kContent, .options = "{}"};
  {
    auto writer = IndexWriter::open(folder / "index", purpose, {"x"}, "", &memory);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->begin());
    for (std::uint64_t i = 1; i <= 5000; ++i) {
      ASSERT_TRUE((*writer)->key(ContentEntry{{.lo = 7, .hi = i}, RecordPos::make(0, i)}));
    }
    ASSERT_TRUE((*writer)->finish());
    ASSERT_TRUE((*writer)->publish());
  }
  auto index = SeenIndex::open(folder / "index", purpose);
  ASSERT_TRUE(index);
  IndexLookup<ContentEntry> lookup(**index);
  for (std::uint64_t i = 0; i <= 5001; ++i) {
    auto found = lookup.find({{.lo = 7, .hi = i}, {}});
    ASSERT_TRUE(found);
    ASSERT_EQ(found->has_value(), i >= 1 && i <= 5000) << i;
    if (*found) {
      EXPECT_EQ((*found)->offset(), i);
    }
  }
  EXPECT_FALSE(*lookup.find({{.lo = 6, .hi = 1}, {}}));
  EXPECT_FALSE(*lookup.find({{.lo = 8, .hi = 1}, {}}));
}

// Made by the first version of the format and kept for ever: tests/dedup/golden/index-1.
TEST(Index, TheGoldenIndexIsReadAndMadeAgain) {
  std::string golden = std::string(CORPUS_SOURCE_DIR) + "/tests/dedup/golden/index-1";
  test::Folder folder;
  std::string input = folder.write(
      "in.jsonl",
      "{\"id\":\"kettle\",\"text\":\"steam reaches a strip of two metals behind the handle\"}\n"
      "{\"id\":\"prime\",\"text\":\"seven is a prime number and so is eleven, says the book\"}\n"
      "{\"id\":\"short\",\"text\":\"too short\"}\n");
  std::string out = folder / "out";
  fs::current_path(folder.path());  // names of inputs are in the index
  std::string stage = "dedup.minhash: {index: INDEX, bands: 14, rows: 8}";
  ASSERT_EQ(run_in_child(recipe({"in.jsonl"}, with_index(stage, folder / "index"), out), {}), "");
  if (std::getenv("CORPUS_UPDATE_GOLDEN") != nullptr) {
    fs::remove_all(golden);
    fs::create_directories(fs::path(golden).parent_path());
    fs::copy(folder / "index", golden, fs::copy_options::recursive);
    fs::remove(golden + "/lock");
  }
  for (auto& [name, bytes] : test::files_below(golden)) {
    EXPECT_TRUE(test::slurp(folder / ("index/" + name)) == bytes) << name;
  }
  ASSERT_EQ(run_in_child(recipe({"in.jsonl"}, "dedup.known: {index: " + golden + "}",
                                folder / "known"), {}), "");
  std::string rejects = test::slurp(folder / "known/rejects/part-00000.jsonl");
  EXPECT_THAT(rejects, HasSubstr("\"id\":\"kettle\",\"similarity\":1.000"));
  EXPECT_THAT(rejects, HasSubstr("\"id\":\"prime\",\"similarity\":1.000"));
}

}  // namespace
}  // namespace corpus
