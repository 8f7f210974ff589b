#include "quality/ngram_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

namespace corpus::quality {
namespace {

constexpr std::string_view kArpa =
    "\\data\\\nngram 1=5\nngram 2=3\nngram 3=1\n\n"
    "\\1-grams:\n-1.5\t<unk>\n-99\t<s>\t-0.25\n-0.75\t</s>\n-0.5\ta\t-0.125\n-0.625\tb\t-0.375\n\n"
    "\\2-grams:\n-0.25\t<s> a\t-0.0625\n-0.3125\ta b\t-0.5\n-0.4375\tb </s>\n\n"
    "\\3-grams:\n-0.1875\t<s> a b\n\n\\end\\\n";

NgramModel model(std::string_view text) {
  auto made = NgramModel::parse_arpa(text);
  EXPECT_TRUE(made) << made.error().message;
  return *std::move(made);
}

TEST(NgramModel, TakesTheLongestAndBacksOff) {
  NgramModel m = model(kArpa);
  EXPECT_EQ(m.order(), 3U);
  // <s> a: -0.25; <s> a b: -0.1875; a b </s> is not there: back-off of "a b" and b </s>.
  auto score = m.score("a b");
  EXPECT_DOUBLE_EQ(score.log10, -0.25 - 0.1875 - 0.5 - 0.4375);
  EXPECT_EQ(score.words, 2U);
  EXPECT_EQ(score.sentences, 1U);
  // <s> b: back-off of <s>, b. b a: back-off of b, a. a </s>: back-off of a, </s>.
  EXPECT_DOUBLE_EQ(m.score("b a").log10, -0.25 - 0.625 - 0.375 - 0.5 - 0.125 - 0.75);
  EXPECT_DOUBLE_EQ(m.score("b a").perplexity(),
                   std::pow(10.0, (0.25 + 0.625 + 0.375 + 0.5 + 0.125 + 0.75) / 3));
}

TEST(NgramModel, UnknownWords) {
  NgramModel m = model(kArpa);
  auto score = m.score("zz b");
  EXPECT_DOUBLE_EQ(score.log10, -0.25 - 1.5 - 0.625 - 0.4375);
  EXPECT_EQ(score.unknown, 1U);
}

TEST(NgramModel, LinesAreSentencesAndSpaceIsNothing) {
  NgramModel m = model(kArpa);
  auto one = m.score("a b"), other = m.score("b");
  auto both = m.score("\n  a \t b\r\n\n \nb\n");
  EXPECT_DOUBLE_EQ(both.log10, one.log10 + other.log10);
  EXPECT_EQ(both.sentences, 2U);
  for (const char* empty : {"", "\n\n", " \t"}) {
    EXPECT_EQ(m.score(empty).words, 0U);
    EXPECT_EQ(m.score(empty).perplexity(), 0);
  }
}

// Pruned models may lack "a b" and have "<s> a b".
TEST(NgramModel, FindsWhatHasNoSuffix) {
  std::string text(kArpa);
  text.replace(text.find("ngram 2=3"), 9, "ngram 2=2");
  text.erase(text.find("-0.3125"), std::string("-0.3125\ta b\t-0.5\n").size());
  NgramModel m = model(text);
  EXPECT_DOUBLE_EQ(m.score("a b").log10, -0.25 - 0.1875 - 0.4375);
}

TEST(NgramModel, NoUnknownInTheModelIsKenLms) {
  std::string text(kArpa);
  text.replace(text.find("ngram 1=5"), 9, "ngram 1=4");
  text.erase(text.find("-1.5\t<unk>\n"), 11);
  EXPECT_DOUBLE_EQ(model(text).score("zz").log10, -0.25 - 100 - 0.75);
}

TEST(NgramModel, SaysWhereAFileIsWrong) {
  auto error = [](std::string text, std::string_view what, std::string_view with) {
    text.replace(text.find(what), what.size(), with);
    auto made = NgramModel::parse_arpa(text);
    EXPECT_FALSE(made) << with;
    if (made) return std::string();
    EXPECT_EQ(made.error().code, Code::kCorrupt);
    return made.error().message;
  };
  std::string good(kArpa);
  EXPECT_NE(error(good, "-0.3125", "0.3125").find("line 15: expected a log10 probability"),
            std::string::npos);
  EXPECT_NE(error(good, "a b\t-0.5", "a c\t-0.5").find("a word that is no unigram"),
            std::string::npos);
  EXPECT_NE(error(good, "ngram 2=3", "ngram 2=4").find("fewer n-grams"), std::string::npos);
  EXPECT_NE(error(good, "ngram 2=3", "ngram 2=2").find("more n-grams"), std::string::npos);
  EXPECT_NE(error(good, "ngram 2=3", "ngram 2=99999999999").find("a count"), std::string::npos);
  EXPECT_NE(error(good, "\\end\\", "").find("\\end\\"), std::string::npos);
  EXPECT_NE(error(good, "-0.625\tb", "-0.625\ta").find("twice"), std::string::npos);
  EXPECT_NE(error(good, "\ta\t-0.125", "\ta\tx").find("back-off"), std::string::npos);
  EXPECT_FALSE(NgramModel::parse_arpa(""));
}

TEST(NgramModel, DamageIsHarmless) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string text(kArpa);
    for (int n = 0; n < 2; ++n) text[random() % text.size()] = static_cast<char>(random() % 128);
    if (i % 3 == 0) text.resize(random() % text.size());
    auto made = NgramModel::parse_arpa(text);
    if (made) made->score("a b zz\na");
  }
}

}  // namespace
}  // namespace corpus::quality
