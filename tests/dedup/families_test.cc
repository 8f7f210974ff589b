// dedup.simhash, dedup.semantic and dedup.bloom, over whole runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "dedup/npy_file.h"
#include "dedup/run_in_child.h"
#include "dedup/shingle_hashes.h"
#include "support/batch.h"
#include "support/folder.h"

namespace corpus {
namespace {

using testing::HasSubstr;

class Family : public testing::Test {
 protected:
  std::string run(const std::string& text, const std::string& stage,
                  const RunOptions& how = {.threads = 2}) {
    std::string input = folder_.write("in.jsonl", text);
    out_ = folder_ / ("out-" + std::to_string(n_++));
    return test::run_in_child(test::recipe({input}, stage, out_), how);
  }
  std::string kept() { return test::slurp(out_ + "/part-00000.jsonl"); }
  std::string clusters() { return test::slurp(out_ + "/clusters.jsonl"); }
  // The same files for other threads and memory, and after kills.
  void expect_the_same(const std::string& stage) {
    auto expected = test::files_below(out_);
    for (RunOptions how : {RunOptions{.threads = 1}, RunOptions{.threads = 3, .memory = 48 << 20}}) {
      std::string out = folder_ / ("again-" + std::to_string(n_++));
      ASSERT_EQ(test::run_in_child(test::recipe({folder_ / "in.jsonl"}, stage, out), how), "");
      EXPECT_TRUE(test::files_below(out) == expected) << stage;
    }
    std::string out = folder_ / ("killed-" + std::to_string(n_++)), said = "killed";
    for (int tries = 1; tries <= 12 && said == "killed"; ++tries) {
      said = test::run_in_child(test::recipe({folder_ / "in.jsonl"}, stage, out),
                                {.threads = 2, .resume = true, .checkpoint_seconds = 0},
                                tries < 12 ? 120000U : 0U);
    }
    ASSERT_EQ(said, "");
    EXPECT_TRUE(test::files_below(out) == expected) << stage;
  }

  test::Folder folder_;
  std::string out_;
  int n_ = 0;
};

std::string long_text(std::mt19937& random) {
  std::string out;
  for (int i = 0; i < 300; ++i) out += "w" + std::to_string(random() % 5000) + " ";
  return out;
}

TEST_F(Family, SimhashFindsWhatDiffersInOneWord) {
  std::mt19937 random(1);
  std::string text;
  std::size_t planted = 0;
  std::vector<std::string> originals;
  for (int i = 0; i < 1500; ++i) {
    std::string one = long_text(random);
    if (!originals.empty() && random() % 4 == 0) {
      one = originals[random() % originals.size()];
      one.replace(one.find(' ', 700), 1, "zz ");
      ++planted;
    } else {
      originals.push_back(one);
    }
    text += "{\"text\":\"" + one + "\"}\n";
  }
  ASSERT_EQ(run(text, "dedup.simhash: {bits: 6}"), "");
  std::string all = kept();
  std::size_t dropped = 1500 - static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n'));
  EXPECT_LE(dropped, planted);
  EXPECT_GE(dropped, planted * 9 / 10);
  EXPECT_THAT(clusters(), HasSubstr("\"method\":\"simhash\",\"estimate\":"));
  expect_the_same("dedup.simhash: {bits: 6}");
}

// Every pair within the distance is found, whatever the number of blocks.
TEST_F(Family, SimhashLinksAllPairsWithinTheDistance) {
  std::mt19937 random(4);
  std::string text;
  Batch batch;
  std::vector<std::uint64_t> hashes;
  ShingleHashes reader(3);
  for (int i = 0; i < 800; ++i) {
    std::string one;
    for (int k = 0; k < 8; ++k) one += "w" + std::to_string(random() % 9) + " ";
    text += "{\"text\":\"" + one + "\"}\n";
    Record& record = test::add(batch, {{Role::kText, one}});
    ASSERT_TRUE(reader.read(record.turns, Scope::kText));
    hashes.push_back(reader.simhash());
  }
  for (int bits : {0, 2, 5}) {
    std::vector<std::size_t> root(hashes.size());
    for (std::size_t i = 0; i < root.size(); ++i) root[i] = i;
    std::function<std::size_t(std::size_t)> find = [&](std::size_t i) {
      return root[i] == i ? i : root[i] = find(root[i]);
    };
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (std::popcount(hashes[i] ^ hashes[k]) <= bits) {
          std::size_t a = find(i), b = find(k);
          root[std::max(a, b)] = std::min(a, b);
        }
      }
    }
    std::size_t stay = 0;
    for (std::size_t i = 0; i < root.size(); ++i) stay += find(i) == i;
    ASSERT_EQ(run(text, "dedup.simhash: {bits: " + std::to_string(bits) + "}"), "");
    std::string all = kept();
    EXPECT_EQ(static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n')), stay) << bits;
  }
}

TEST_F(Family, SimhashOfAMillionEqualTextsIsQuick) {
  std::string one = "{\"text\":\"one two three four five six seven\"}\n", text;
  for (int i = 0; i < 200000; ++i) text += one;
  text += "{\"text\":\"\"}\n{\"text\":\"short\"}\n";
  ASSERT_EQ(run(text, "dedup.simhash: {}"), "");
  EXPECT_EQ(kept(), one + "{\"text\":\"\"}\n{\"text\":\"short\"}\n");
}

TEST_F(Family, BloomDropsAllThatWasSeenAndFewOthers) {
  std::string text;
  for (int i = 0; i < 30000; ++i) {
    text += "{\"text\":\"record " + std::to_string(i % 20000) + "\"}\n";
  }
  ASSERT_EQ(run(text, "dedup.bloom: {expected: 20000, false_positives: 0.01}"), "");
  std::string all = kept();
  auto stay = std::count(all.begin(), all.end(), '\n');
  EXPECT_LE(stay, 20000);
  EXPECT_GE(stay, 20000 - 400) << "the stated rate is 200";
  std::string manifest = test::slurp(out_ + "/manifest.json");
  EXPECT_THAT(manifest, HasSubstr("\"false_positive_rate\":"));
  EXPECT_THAT(manifest, HasSubstr("\"probes\":7"));
  expect_the_same("dedup.bloom: {expected: 20000, false_positives: 0.01}");
}

TEST_F(Family, BloomDoesNotTakeMoreThanItWasMadeFor) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{\"text\":\"record " + std::to_string(i) + "\"}\n";
  EXPECT_THAT(run(text, "dedup.bloom: {expected: 50}"), HasSubstr("give a larger expected"));
}

std::string vector_line(const std::string& id, const std::vector<float>& v) {
  std::string out = "{\"id\":\"" + id + "\",\"text\":\"t\",\"embedding\":[";
  for (std::size_t i = 0; i < v.size(); ++i) out += (i == 0 ? "" : ",") + std::to_string(v[i]);
  return out + "]}\n";
}

std::vector<std::vector<float>> vectors(int n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> out;
  for (int i = 0; i < n; ++i) {
    std::vector<float> v(24);
    if (i % 3 == 2) {
      v = out[static_cast<std::size_t>(i) - 2];
      for (float& x : v) x = 2 * (x + 0.02F * normal(random));
    } else {
      for (float& x : v) x = normal(random);
    }
    out.push_back(v);
  }
  return out;
}

TEST_F(Family, SemanticDropsWhatPointsTheSameWay) {
  auto all = vectors(600, 7);
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) text += vector_line("v" + std::to_string(i), all[i]);
  text += "{\"id\":\"none\",\"text\":\"without\"}\n";
  for (const char* method : {"clusters", "neighbours"}) {
    std::string stage =
        "dedup.semantic: {field: /embedding, threshold: 0.98, clusters: 8, method: " +
        std::string(method) + "}";
    ASSERT_EQ(run(text, stage), "");
    std::string lines = clusters();
    auto dropped = std::count(lines.begin(), lines.end(), '\n');
    EXPECT_GE(dropped, 190) << method;
    EXPECT_LE(dropped, 200) << method;
    EXPECT_THAT(lines, HasSubstr("\"method\":\"semantic\",\"estimate\":0.99"));
    EXPECT_THAT(kept(), HasSubstr("\"none\""));
    expect_the_same(stage);
  }
}

TEST_F(Family, SemanticReadsNpyFiles) {
  auto all = vectors(90, 8);
  std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (90, 24), }";
  header.resize(118, ' ');
  std::string npy = "\x93NUMPY";
  npy += std::string("\x01\x00", 2);
  npy += static_cast<char>(header.size());
  npy += '\0';
  npy += header;
  std::string plain;
  for (std::size_t i = 0; i < all.size(); ++i) {
    npy.append(reinterpret_cast<const char*>(all[i].data()), all[i].size() * sizeof(float));
    plain += "{\"id\":\"v" + std::to_string(i) + "\",\"text\":\"t\"}\n";
  }
  std::string path = folder_.write("v.npy", npy);
  ASSERT_EQ(run(plain, "dedup.semantic: {vectors: " + path + ", clusters: 1, threshold: 0.98}"), "");
  std::string lines = clusters();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 30);
  expect_the_same("dedup.semantic: {vectors: " + path + ", clusters: 1, threshold: 0.98}");
  EXPECT_THAT(run(plain + "{\"text\":\"one more\"}\n", "dedup.semantic: {vectors: " + path + "}"),
              HasSubstr("90 rows, but there are more records"));
  for (std::size_t cut : {3U, 11U, 60U, 200U}) {
    std::string bad = folder_.write("bad.npy", npy.substr(0, cut));
    EXPECT_FALSE(NpyFile::open(bad)) << cut;
  }
  std::string fortran = npy;
  fortran.replace(fortran.find("False"), 5, "True ");
  EXPECT_FALSE(NpyFile::open(folder_.write("bad.npy", fortran)));
  EXPECT_THAT(run(plain, "dedup.semantic: {}"), HasSubstr("say where the vectors are"));
}

}  // namespace
}  // namespace corpus
