// A small signed corpus in a temporary folder: three parts, rejects, a key.
#ifndef CORPUS_TESTS_PROVENANCE_SIGNED_SUPPORT_H_
#define CORPUS_TESTS_PROVENANCE_SIGNED_SUPPORT_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "corpus/integrity.h"
#include "corpus/pipeline.h"
#include "support/folder.h"

namespace corpus::provenance {

inline SigningKey seed_key(char first = 0) {
  std::string seed;
  for (int i = 0; i < 32; ++i) seed += static_cast<char>(first + i);
  return *SigningKey::from_seed(seed);
}

inline std::string record_line(int i) {
  return "{\"id\":\"r" + std::to_string(i) + "\",\"prompt\":\"Question " + std::to_string(i) +
         "?\",\"response\":\"The answer is " + std::to_string(i * 7919 % 1000) + ".\"}";
}

// Every tenth record is too short and goes to the rejects.
inline std::vector<std::string> record_lines(int n) {
  std::vector<std::string> out;
  for (int i = 0; i < n; ++i) {
    out.push_back(i % 10 == 9 ? "{\"prompt\":\"Short?\",\"response\":\"No\"}" : record_line(i));
  }
  return out;
}

inline void make_corpus(const test::Folder& folder, const std::string& name,
                        const std::vector<std::string>& lines, bool ids = true,
                        const std::string& more_output = "", int threads = 1) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  std::string in = folder.write("in.jsonl", text);
  auto recipe = parse_recipe("corpus: 1\ninput: {paths: [" + in +
                                 "], batch: 1k}\nstages:\n  - filters.length: {min_chars: 5}\n" +
                                 (ids ? "  - tags.content_id\n" : "") +
                                 "output: {dir: " + (folder / name) + ", shard: 300" + more_output + "}\n",
                             "recipe");
  ASSERT_TRUE(recipe) << recipe.error().message;
  auto report = corpus::run(*recipe, {.threads = threads});
  ASSERT_TRUE(report) << report.error().message;
}

struct SignedCorpus : ::testing::Test {
  void SetUp() override {
    make_corpus(folder, "out", record_lines(80));
    auto done = sign_corpus(dir, key, {.unchecked_policy = true});
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_GE(done->shards, 3u);
    ASSERT_EQ(done->records, 72u);
  }

  SignedReport check(CheckOptions options) const {
    auto report = verify_signed(dir, options);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : SignedReport{};
  }
  SignedReport check() const { return check({.trusted = {key.public_key()}}); }

  // All problems, for searching.
  static std::string problems(const SignedReport& report) {
    std::string out;
    for (const auto& problem : report.report.problems) out += problem + '\n';
    return out;
  }

  test::Folder folder;
  std::string dir = folder / "out";
  SigningKey key = seed_key();
};

}  // namespace corpus::provenance

#endif  // CORPUS_TESTS_PROVENANCE_SIGNED_SUPPORT_H_
