// Laws 2 and 4 against the operating system: however short its reads and writes are, the same files
// come out; whichever call fails, no manifest appears, and --resume ends with the same files.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <random>

#include "corpus/pipeline.h"
#include "io/file.h"
#include "support/folder.h"

namespace corpus {
namespace {

std::string input_lines(int n) {
  std::mt19937 random(5);
  std::string out;
  for (int i = 0; i < n; ++i) {
    std::string answer;
    for (unsigned k = 0, words = 3 + random() % 60; k < words; ++k) {
      answer += "word" + std::to_string(random() % 500) + " ";
    }
    if (i % 50 == 7) answer = "I'm sorry, but I cannot assist with that request.";
    if (i % 90 == 8) {
      out += "broken line\n";
      continue;
    }
    out += R"({"instruction":"Question )" + std::to_string(random() % (n - n / 10)) + R"(?","output":")" +
           answer + "end.\"}\n";
  }
  return out;
}

class IoLaws : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.write("a.jsonl", input_lines(800));
    std::string array = input_lines(300);
    std::string elements;
    for (char c : array) elements += c == '\n' ? std::string(",\n") : std::string(1, c);
    for (std::size_t at; (at = elements.find("broken line,\n")) != std::string::npos;) elements.erase(at, 13);
    elements.resize(elements.size() - 2);
    folder_.write("b.json", "[" + elements + "]\n");
    run_to("whole", false);
    expected_ = test::files_below(folder_ / "whole");
    ASSERT_TRUE(expected_.contains("manifest.json"));
  }
  void TearDown() override { io::set_fault_hook(nullptr); }

  Result<Report> try_run(const std::string& out, bool resume) {
    CORPUS_TRY(Recipe recipe, profile("sft"));
    recipe.input.set("paths", Value::Array{Value(folder_ / "a.jsonl"), Value(folder_ / "b.json")});
    recipe.input.set("batch", 8192);
    recipe.output.set("dir", folder_ / out);
    return run(recipe, {.threads = 2, .resume = resume, .checkpoint_seconds = 0});
  }
  void run_to(const std::string& out, bool resume) {
    auto report = try_run(out, resume);
    ASSERT_TRUE(report) << report.error().message;
  }

  test::Folder folder_;
  std::map<std::string, std::string> expected_;
};

std::atomic<int> calls{0};
int fail_at = 0;
int fail_with = 0;
std::size_t longest = 0;

TEST_F(IoLaws, ShortReadsAndWritesChangeNothing) {
  for (std::size_t n : {1, 7, 4096}) {
    longest = n;
    io::set_fault_hook([](const char* call, const char*, std::size_t size) {
      bool moves = std::strcmp(call, "read") == 0 || std::strcmp(call, "write") == 0;
      return moves && size > longest ? -static_cast<int>(longest) : 0;
    });
    std::string out = "short" + std::to_string(n);
    run_to(out, false);
    io::set_fault_hook(nullptr);
    EXPECT_EQ(test::files_below(folder_ / out), expected_) << n;
  }
}

TEST_F(IoLaws, AnyFailingCallLeavesAStateThatResumes) {
  calls = 0;
  io::set_fault_hook([](const char*, const char*, std::size_t) { return ++calls, 0; });
  run_to("count", false);
  const int total = calls;
  ASSERT_GT(total, 50);
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    fail_at = 1 + static_cast<int>(random() % static_cast<unsigned>(total));
    fail_with = std::array{EIO, ENOSPC}[random() % 2];
    calls = 0;
    io::set_fault_hook([](const char*, const char*, std::size_t) {
      return ++calls == fail_at ? fail_with : 0;
    });
    std::string out = "fault" + std::to_string(round);
    auto report = try_run(out, true);
    io::set_fault_hook(nullptr);
    if (!report) {
      EXPECT_TRUE(report.error().code == Code::kIo) << report.error().message;
      EXPECT_NE(report.error().message.find('/'), std::string::npos) << report.error().message;
      auto again = try_run(out, true);
      ASSERT_TRUE(again) << "call " << fail_at << ": " << again.error().message;
    }
    EXPECT_EQ(test::files_below(folder_ / out), expected_) << "call " << fail_at;
  }
}

}  // namespace
}  // namespace corpus
