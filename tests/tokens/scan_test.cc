// The scanners against the regular expressions that they stand for (PCRE2), on random and on real
// text.
#include "tokens/scan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "json/value.h"
#include "tokens/pre_tokenizer.h"
#include "tokens/real_texts.h"
#include "tokens/tiny_tokenizer.h"

namespace corpus::tokens {
namespace {

std::string split_json(std::string_view regex) {
  return "{\"type\":\"Split\",\"pattern\":{\"Regex\":" + json_string(regex) +
         "},\"behavior\":\"Isolated\",\"invert\":false}";
}

std::string sequence(std::initializer_list<std::string> steps) {
  std::string out;
  for (const auto& step : steps) out += step + ",";
  return "{\"type\":\"Sequence\",\"pretokenizers\":[" + out +
         "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}";
}

struct Case {
  Pattern pattern;
  std::string json;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  for (Pattern p :
       {Pattern::kGpt2, Pattern::kCl100k, Pattern::kLlama3, Pattern::kQwen2, Pattern::kO200k}) {
    out.push_back({p, sequence({split_json(regex_of(p))})});
  }
  out.push_back({Pattern::kSmollm, sequence({R"({"type":"Digits","individual_digits":true})",
                                             split_json(regex_of(Pattern::kGpt2))})});
  out.push_back(
      {Pattern::kDeepseek, sequence({split_json(kDeepseekDigits), split_json(kDeepseekCjk),
                                     split_json(regex_of(Pattern::kDeepseek))})});
  return out;
}

PreTokenizer make(const Case& c) {
  auto value = json::parse_value(c.json);
  auto made = PreTokenizer::parse(*value);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  EXPECT_EQ(made->scanner(), c.pattern);
  return *std::move(made);
}

// What the regular expressions give, as ends.
Ends by_regex(const PreTokenizer& pre, std::string_view text, PreTokenizer::Memory& memory) {
  std::vector<std::string_view> pieces;
  pre.split(text, true, memory, pieces);
  Ends out;
  for (auto piece : pieces) {
    if (!piece.empty())
      out.push_back(static_cast<std::uint32_t>(piece.data() + piece.size() - text.data()));
  }
  return out;
}

void compare(const Case& c, const PreTokenizer& pre, std::string_view text,
             PreTokenizer::Memory& memory) {
  Ends ends;
  scan(c.pattern, text, ends);
  ASSERT_EQ(ends, by_regex(pre, text, memory))
      << "pattern " << static_cast<int>(c.pattern) << ": " << json_string(text);
}

TEST(Scan, IsItsRegularExpressionOnRandomText) {
  const std::vector<std::string> alphabet{
      " ",      " ",          "\n",     "\r",     "\t",     "'",      "s",      "S",      "t",
      "re",     "VE",         "ll",     "D",      "a",      "Z",      "1",      "9",      "-",
      "!",      "/",          "_",      "\u00e9", "\u0301", "\u4e2d", "\u3042", "\u0416", "\u00a0",
      "\u2167", "\U0001f600", "\u200d", "\x01",   "\u017f", "\u01c5", "\u02b0", "\u180e", "\u0085",
      "\u2028", "\u0664",     "\u0903", "\u9fa5", "\u9fa6", "\u30ff", "<|",     "\u212a"};
  for (const Case& c : cases()) {
    PreTokenizer pre = make(c);
    PreTokenizer::Memory memory;
    std::mt19937 rng(7);
    for (int round = 0; round < 6000; ++round) {
      std::string text;
      for (unsigned n = rng() % 24; n > 0; --n) text += alphabet[rng() % alphabet.size()];
      ASSERT_NO_FATAL_FAILURE(compare(c, pre, text, memory));
    }
  }
}

TEST(Scan, IsItsRegularExpressionOnRealText) {
  auto texts = test::real_texts(
      {"codealpaca/code_alpaca_2k.jsonl.zst", "oasst/en_100_tree.jsonl.zst",
       "alpaca_zh/zh-data-part-00.jsonl.zst", "llm_adapters/math_data/math_10k.jsonl.zst"},
      300);
  if (texts.empty()) GTEST_SKIP() << "no corpora; CORPUS_TEST_DATA names their folder";
  for (const Case& c : cases()) {
    PreTokenizer pre = make(c);
    PreTokenizer::Memory memory;
    for (const auto& text : texts) ASSERT_NO_FATAL_FAILURE(compare(c, pre, text, memory));
  }
}

TEST(Scan, NamesAndRegularExpressions) {
  EXPECT_EQ(pattern_named("cl100k"), Pattern::kCl100k);
  EXPECT_FALSE(pattern_named("bert"));
  EXPECT_FALSE(pattern_of("\\w+"));
  EXPECT_EQ(pattern_of(regex_of(Pattern::kO200k)), Pattern::kO200k);
}

TEST(Scan, LongRunsAreLinear) {
  for (const Case& c : cases()) {
    for (const char* unit :
         {" ", "\n", "a", "A", "1", "-", "\u4e2d", "\u0301", "\x01", "'s", " \n"}) {
      std::string text;
      while (text.size() < 300000) text += unit;
      Ends ends;
      scan(c.pattern, text, ends);
      EXPECT_EQ(ends.back(), text.size());
    }
  }
}

}  // namespace
}  // namespace corpus::tokens
