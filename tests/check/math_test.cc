// check.math
#include <string>

#include <gtest/gtest.h>

#include "check/expression.h"
#include "check/math_answer.h"
#include "filters/filter_support.h"

namespace corpus::test {
namespace {

using check::compare;
using check::final_result;
using check::Match;

TEST(MathAnswer, FindsTheResult) {
  for (auto [text, result] : {
           std::pair("So 48 / 2 = 24, and 48 + 24 = 72.\n#### 72", "72"),
           {"#### 1\nNo, wait.\n#### 1,200\n", "1,200"},
           {"Thus \\boxed{\\frac{1}{2}} of 7.", "\\frac{1}{2}"},
           {"First \\boxed{1}, then \\boxed {x^{2}+1}.", "x^{2}+1"},
           {"The answer is $18. It was 5 before.", "18"},
           {"**Answer:** 3/4", "3/4"},
           {"The final answer is: -2", "-2"},
           {"The answer is (A).", "(A)"},
           {"The answer is 51 dollars.", "51"},
           {"There is no answer here but 6 and then 7.50.", "7.50"},
           {"She pays $1,250.", "$1,250"},
           {"It is -3", "-3"},
           {"A: 18", "18"},
           {"no number", ""},
           {"", ""},
           {"\\boxed{", ""},
       }) {
    EXPECT_EQ(final_result(text), result) << text;
  }
}

TEST(MathAnswer, Equal) {
  for (auto [a, b] : {
           std::pair("12", "12.0"),
           {"1,234,567", "1234567"},
           {"$1,250", "1250.00"},
           {"1/3", "\\frac{1}{3}"},
           {"\\dfrac12", "0.5"},
           {"2/4", "0.5"},
           {"1 1/2", "1.5"},
           {"1\\frac{1}{2}", "3/2"},
           {"-\\frac{3}{4}", "-0.75"},
           {"50%", "0.5"},
           {"50\\%", "50"},
           {"3e3", "3000"},
           {"51 dollars", "51"},
           {"12cm", "12 \\text{ cm}"},
           {"x = 5", "5"},
           {"**42**.", "$42$"},
           {"(x+1)^2", "x^2 + 2x + 1"},
           {"2x(y - 3)", "-6x+2xy"},
           {"\\frac{x^2-1}{x-1}", "x+1"},
           {"\\frac{2}{\\sqrt{2}}", "\\sqrt{2}"},
           {"\\sqrt{12}+\\sqrt{27}", "5\\sqrt{3}"},
           {"\xE2\x88\x9A"
            "8",
            "2\\sqrt{2}"},
           {"2\\pi r", "2\xCF\x80r"},
           {"\\left(\\frac{1}{2}\\right)^{-2}", "4"},
           {"1, 2, 3", "3, 2, 1"},
           {"(1, 2)", "(1,\\frac{4}{2})"},
           {"90^\\circ", "90"},
           {"Paris", "paris"},
           {"99999999999999999999999999999999999999999999/3",
            "33333333333333333333333333333333333333333333"},
           {"0.1", "1/10"},
           {"08", "8"},
           {"574 g", "574.0"},
           {"6th", "6"},
           {"0.6666666666666667", "0.666666666666666"},
           {"5 m", "5m"},
       }) {
    EXPECT_EQ(compare(a, b), Match::kRight) << a << " and " << b;
    EXPECT_EQ(compare(b, a), Match::kRight) << b << " and " << a;
  }
}

TEST(MathAnswer, NotEqual) {
  for (auto [a, b] : {
           std::pair("12", "13"),
           {"0.333", "1/3"},
           {"1,234", "1.234"},
           {"x+1", "x-1"},
           {"2x", "2"},
           {"2 x", "2"},
           {"0.6666666667", "0.6666666666"},
           {"\\sqrt{2}", "1.41421356"},
           {"50%", "5"},
           {"(1, 2)", "(2, 1)"},
           {"1, 2", "1, 2, 3"},
           {"100000000000000000000000000000000000000001",
            "100000000000000000000000000000000000000000"},
           {"A", "B"},
       }) {
    EXPECT_EQ(compare(a, b), Match::kWrong) << a << " and " << b;
    EXPECT_EQ(compare(b, a), Match::kWrong) << b << " and " << a;
  }
  EXPECT_EQ(compare("3.33", "10/3", 0.01), Match::kRight);
  EXPECT_EQ(compare("3.2", "10/3", 0.01), Match::kWrong);
}

TEST(MathAnswer, Unknown) {
  for (auto [a, b] : {std::pair("Paris", "London"),
                      {"12:30", "13:30"},
                      {"1/0", "2"},
                      {"sin x", "cos x"},
                      {"\\sqrt{-1}", "i"},
                      {"x^99", "x^98"},
                      {"", "1"}}) {
    EXPECT_EQ(compare(a, b), Match::kUnknown) << a << " and " << b;
  }
  // Hostile ones cost nothing.
  std::string deep(900, '('), tower = "9";
  for (int i = 0; i < 100; ++i) tower += "^9";
  std::string wide = "(a+b+c+d+e+f+g+h+i)^32";
  for (const std::string& text : {deep, tower, wide, std::string("1e999999999"),
                                  std::string(900, '-'), std::string(5000, '1')}) {
    EXPECT_FALSE(check::parse_formula(text)) << text.substr(0, 50);
  }
}

TEST(MathAnswer, Calculations) {
  using check::wrong_calculation;
  EXPECT_EQ(wrong_calculation("48/2 = <<48/2=24>>24, <<48+24=72>>72 and <<100/3=33.33>>33.33"), "");
  EXPECT_EQ(wrong_calculation("<<1+1=2>> <<20/3=7>>"), "");
  EXPECT_EQ(wrong_calculation("<<1+1=2>> <<16-3=12>>12"), "16-3=12");
  EXPECT_EQ(wrong_calculation("1 << 2, <<a=b>>, <<1+1"), "");
}

std::string verdict(Filter& filter, std::string_view json, std::string_view answer) {
  Batch batch;
  add_chat(batch, "q", answer);
  batch.records[0].json = batch.arena.copy(json);
  filter.run(batch);
  std::string out(batch.records[0].drop.name());
  for (const Tag& tag : batch.tags) out.append(out.empty() ? "" : " ").append(tag.value);
  return out;
}

TEST(CheckMath, Verdicts) {
  Filter tags("check.math");
  EXPECT_EQ(verdict(tags, R"({"answer": 13})", "It is 12."),
            R"({"verdict":"wrong","why":"12 != 13"})");
  EXPECT_EQ(verdict(tags, R"({"answer": "12.0"})", "It is 12."), R"({"verdict":"right"})");
  EXPECT_EQ(verdict(tags, R"({"answer": "so\n#### 12"})", "It is 12."), R"({"verdict":"right"})");
  EXPECT_EQ(verdict(tags, R"({"answer": "Paris"})", "It is 12."),
            R"({"verdict":"unverified","why":"12 ~ Paris"})");
  EXPECT_EQ(verdict(tags, R"({"answer": 1})", "It is."),
            R"({"verdict":"unverified","why":"no result in the answer"})");
  EXPECT_EQ(verdict(tags, R"({"answer": 1})", "<<1+1=3>>"),
            R"({"verdict":"calculation","why":"1+1=3"})");
  EXPECT_EQ(verdict(tags, R"({"other": 1})", "It is 12."), "");
  EXPECT_EQ(verdict(tags, R"({"answer": "It is 12."})", "It is 12."), "");  // compared with itself
}

TEST(CheckMath, Options) {
  Filter drops("check.math", "{action: drop, reference: /a/0, answer: /b}");
  EXPECT_EQ(verdict(drops, R"({"a": [13], "b": "12"})", "13"),
            R"(check.math.wrong {"verdict":"wrong","why":"12 != 13"})");
  EXPECT_EQ(verdict(drops, R"({"a": [12], "b": "12"})", "13"), "");
  EXPECT_EQ(verdict(drops, R"({"a": ["Paris"], "b": "12"})", "13"), "");
  EXPECT_EQ(verdict(drops, R"({"a": [12]})", "13"), "");
  Filter strict("check.math", "{action: drop, unverified: drop}");
  EXPECT_EQ(verdict(strict, R"({"answer": "Paris"})", "12"),
            R"(check.math.unverified {"verdict":"unverified","why":"12 ~ Paris"})");
  EXPECT_EQ(verdict(drops, R"({"a": [12], "b": "<<1+1=3>>12"})", ""),
            R"(check.math.calculation {"verdict":"calculation","why":"1+1=3"})");
  Filter trusting("check.math", "{calculations: false, tolerance: 0.1}");
  EXPECT_EQ(verdict(trusting, R"({"answer": 13})", "<<1+1=3>> 12.5"), R"({"verdict":"right"})");
}

}  // namespace
}  // namespace corpus::test
