// check.code
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "check/compilers.h"
#include "corpus/sandbox.h"
#include "filters/filter_support.h"

namespace corpus::test {
namespace {

#define NEEDS_SANDBOX() \
  if (auto opened = Sandbox::open(); !opened) GTEST_SKIP() << opened.error().message

std::string fenced(std::string_view language, std::string_view code) {
  return "Here it is:\n```" + std::string(language) + "\n" + std::string(code) + "\n```\nDone.";
}

// The verdicts of several answers in one batch, by ";".
std::string verdicts(Filter& filter, const std::vector<std::string>& answers,
                     std::string_view json = "{}") {
  Batch batch;
  for (const auto& answer : answers) {
    add_chat(batch, "q", answer);
    batch.records.back().json = batch.arena.copy(json);
  }
  filter.run(batch);
  std::string out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    out += batch.records[i].drop.name();
    for (const Tag& tag : batch.tags) {
      if (tag.record == i) out += tag.value;
    }
    out += ';';
  }
  return out;
}

const std::string kParses = "{\"verdict\":\"parses\"};";

TEST(CheckCode, Python) {
  NEEDS_SANDBOX();
  Filter filter("check.code");
  EXPECT_EQ(
      verdicts(filter, {fenced("python", "print('\xC3\xA9\\n')"), fenced("py", "def f(:\n  pass"),
                        "No code.", fenced("python", "  x = 1\n  y = 2"),
                        fenced("python", ">>> 1 +\n2"), fenced("json", "{"),
                        fenced("python", "return 1\nawait x"), fenced("python3", "x = 1\n y = 2")}),
      kParses + "{\"verdict\":\"syntax\",\"why\":\"line 1: invalid syntax\"};;" + kParses + ";;" +
          kParses + "{\"verdict\":\"syntax\",\"why\":\"line 2: unexpected indent\"};");
}

// One of a batch that ends the parser does not take the others with it.
TEST(CheckCode, ParsersThatEnd) {
  NEEDS_SANDBOX();
  auto sandbox = Sandbox::open();
  std::vector<std::string> texts(9, "x = 1");
  texts[2] = "x = (";
  texts[4] = std::string(200'000, '-') + "1";
  texts[6] = std::string(100, '(') + std::string(100, ')') + "\n" + std::string(1, '\0');
  std::vector<check::Parsed> out;
  ASSERT_TRUE(check::parse_python(*sandbox, texts, out));
  using Verdict = check::Parsed::Verdict;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(out[i].verdict == Verdict::kParses, i % 2 == 1 || i == 0 || i == 8)
        << i << out[i].why;
  }
  EXPECT_EQ(out[2].verdict, Verdict::kBroken);
  EXPECT_EQ(out[4].verdict, Verdict::kUnknown) << out[4].why;
}

TEST(CheckCode, Cpp) {
  NEEDS_SANDBOX();
  if (auto found = check::CppParser::find(); !found) GTEST_SKIP() << found.error().message;
  Filter filter("check.code");
  EXPECT_EQ(
      verdicts(
          filter,
          {fenced("cpp", "#include <vector>\nint main() { std::vector<int> v; return v.size(); }"),
           fenced("c++", "#include <vector>\nint main() { return 0 }"), fenced("cpp", "int x = y;"),
           fenced("cpp", "#include <no_such_header.h>\nint x;")}),
      kParses + "{\"verdict\":\"syntax\",\"why\":\"line 2: expected ';' before '}' token\"};" +
          "{\"verdict\":\"unverified\",\"why\":\"includes nothing\"};"
          "{\"verdict\":\"unverified\",\"why\":\"no_such_header.h: No such file or directory\"};");
}

TEST(CheckCode, Tests) {
  NEEDS_SANDBOX();
  Filter filter("check.code", "{action: drop, tests: /tests, whole: python, seconds: 1}");
  constexpr std::string_view kJson = R"({"tests": ["assert f(2) == 4", "assert f(3) == 9"]})";
  auto one = [&](std::string_view code) { return verdicts(filter, {std::string(code)}, kJson); };
  EXPECT_EQ(one("def f(x): return x * x"), ";");
  EXPECT_EQ(one("def f(x): return x + x"),
            "check.code.tests{\"verdict\":\"failed\",\"why\":\"AssertionError\"};");
  EXPECT_EQ(one("import sys\nsys.exit(0)"),
            "check.code.tests{\"verdict\":\"failed\",\"why\":\"ended early\"};");
  EXPECT_EQ(one("while True: pass"),
            "check.code.tests{\"verdict\":\"failed\",\"why\":\"time limit\"};");
  EXPECT_EQ(one("import socket\nsocket.socket()"),
            "check.code.tests{\"verdict\":\"failed\",\"why\":\"PermissionError: [Errno 1] "
            "Operation not permitted\"};");
  EXPECT_EQ(one("def f(:"),
            "check.code.syntax{\"verdict\":\"syntax\",\"why\":\"line 1: invalid syntax\"};");
  Filter tags("check.code",
              "{tests: /test, setup: /setup, entry_point: /name, answer: /code, whole: python}");
  EXPECT_EQ(
      verdicts(
          tags, {""},
          R"({"code": "def g(): return 1", "name": "g", "setup": "one = 1", "test": "def check(f): assert f() == one"})"),
      "{\"verdict\":\"passed\"};");
  EXPECT_EQ(
      verdicts(
          tags, {""},
          R"({"code": "def g(): return 2", "name": "g", "test": "def check(f): assert f() == 1"})"),
      "{\"verdict\":\"failed\",\"why\":\"AssertionError\"};");
  EXPECT_EQ(verdicts(tags, {""}, R"({"code": "x = 1"})"), kParses);
}

// Not run in some other way: the component cannot be made.
TEST(CheckCode, WithoutSandboxNothingRuns) {
  std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  auto made = find_component("check.code")->make(Value(Value::Object{}), context);
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kUnsupported);
  EXPECT_EQ(made.error().message,
            "bwrap is not on PATH: install bubblewrap; code that a model wrote is not run outside "
            "a sandbox");
}

}  // namespace
}  // namespace corpus::test
