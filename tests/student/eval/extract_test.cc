#include "eval/extract.h"

#include <gtest/gtest.h>

#include <string>

namespace student {
namespace {

TEST(Extract, Gsm8kStrict) {
  EXPECT_EQ(gsm8k_strict("so 3.\n#### 18"), "18");
  EXPECT_EQ(gsm8k_strict("#### -1,234.50 dollars"), "-1,234.50");
  EXPECT_EQ(gsm8k_strict("#### 18.\nQuestion"), "18.");
  EXPECT_EQ(gsm8k_strict("#### 1\n#### 2"), "1");        // the first
  EXPECT_EQ(gsm8k_strict("#### none\n#### 2"), "2");     // that matches
  EXPECT_EQ(gsm8k_strict("####18"), "[invalid]");        // the blank is part of it
  EXPECT_EQ(gsm8k_strict("#### $18"), "[invalid]");
  EXPECT_EQ(gsm8k_strict("#### -"), "[invalid]");
  EXPECT_EQ(gsm8k_strict("##### 5"), "5");
  EXPECT_EQ(gsm8k_strict(""), "[invalid]");
  EXPECT_EQ(gsm8k_strict("#### "), "[invalid]");
}

TEST(Extract, Gsm8kFlexible) {
  EXPECT_EQ(gsm8k_flexible("3 apples and 4 pears"), "4");
  EXPECT_EQ(gsm8k_flexible("It is $1,234.50."), "$1,234.50.");
  EXPECT_EQ(gsm8k_flexible("from 5 to -7"), "-7");
  EXPECT_EQ(gsm8k_flexible("10-3"), "-3");
  EXPECT_EQ(gsm8k_flexible("-$5"), "-$5");
  EXPECT_EQ(gsm8k_flexible("--5"), "-5");
  EXPECT_EQ(gsm8k_flexible("18 apples..."), "...");  // lm-eval's pattern takes dots for a number, and so is this
  EXPECT_EQ(gsm8k_flexible("18 apples."), "18");     // but not one alone
  EXPECT_EQ(gsm8k_flexible("$"), "[invalid]");
  EXPECT_EQ(gsm8k_flexible("none"), "[invalid]");
}

TEST(Extract, Gsm8kNormal) {
  EXPECT_EQ(gsm8k_normal("$1,234."), "1234");
  EXPECT_EQ(gsm8k_normal("He has 3.\n#### 18"), "18");
  EXPECT_EQ(gsm8k_normal("a #### 1 #### 2"), "2");
  EXPECT_EQ(gsm8k_normal("18.."), "18.");
  EXPECT_EQ(gsm8k_normal("[Invalid]"), "[invalid]");
}

// A line as long as a whole context neither recurses nor takes long.
TEST(Extract, LongText) {
  std::string digits(1'000'000, '7');
  EXPECT_EQ(gsm8k_flexible(digits).size(), digits.size());
  EXPECT_EQ(gsm8k_strict("#### " + digits).size(), digits.size());
  EXPECT_EQ(gsm8k_flexible(std::string(1'000'000, '-')), "[invalid]");
  EXPECT_EQ(final_answer(digits, true).size(), digits.size());
}

TEST(Extract, FinalAnswers) {
  EXPECT_EQ(final_answer("2 + 2 = 4\n#### 4", true), "4");
  EXPECT_EQ(final_answer("The answer is 12.\nIs it? Yes.", false), "12.");
  EXPECT_EQ(final_answer("Step 1: 3 * 4 = 12\nAnswer: 12 apples", true), "12 apples");
  EXPECT_EQ(final_answer("3 * 4 = 12, and 12 + 1 = 13", true), "13");
  EXPECT_EQ(final_answer("it falls to -5", true), "-5");
  EXPECT_EQ(final_answer("12-5 is 7, as is 10-3", true), "3");  // a minus behind a digit is no sign
  EXPECT_EQ(final_answer("1,234.5 in all.", true), "1,234.5");
  EXPECT_EQ(final_answer("Paris\n\nLyon \n", false), "Lyon");
  EXPECT_EQ(final_answer("", true), "");
  EXPECT_EQ(final_answer("", false), "");
}

TEST(Extract, FinalNormal) {
  EXPECT_EQ(final_normal(" $1,234. "), "1234");
  EXPECT_EQ(final_normal("a, b"), "a, b");
  EXPECT_EQ(final_normal("Paris."), "paris");
  EXPECT_TRUE(is_number("-1,234.5"));
  EXPECT_TRUE(is_number("$3."));
  EXPECT_FALSE(is_number("3 apples"));
  EXPECT_FALSE(is_number(""));
}

TEST(Extract, HumanEvalCode) {
  const std::string prompt = "import math\n\n\ndef f(x):\n    \"\"\"Twice.\"\"\"\n";
  EXPECT_EQ(humaneval_code(prompt, "f", "    return 2 * x\n"), prompt + "    return 2 * x\n");
  const std::string whole = "def f(x):\n    return 2 * x\n";
  EXPECT_EQ(humaneval_code(prompt, "f", "Sure!\n```python\n" + whole + "```\nDone."), "import math\n\n\n" + whole);
  EXPECT_EQ(humaneval_code(prompt, "f", "```\nprint()\n```\nor\n```py\n" + whole + "```"), "import math\n\n\n" + whole);
  EXPECT_EQ(humaneval_code(prompt, "f", "```python\n" + whole), "import math\n\n\n" + whole);  // cut off
  EXPECT_EQ(humaneval_code(prompt, "f", whole), "import math\n\n\n" + whole);
  EXPECT_EQ(humaneval_code(prompt, "f", "```python\n    return 2 * x\n```"), prompt + "    return 2 * x\n");
}

TEST(Extract, Letters) {
  EXPECT_EQ(answer_letter("B", 4), 1);
  EXPECT_EQ(answer_letter(" (C) because", 4), 2);
  EXPECT_EQ(answer_letter("D.", 4), 3);
  EXPECT_EQ(answer_letter("**A**", 4), 0);
  EXPECT_EQ(answer_letter("The answer is (B).", 4), 1);
  EXPECT_EQ(answer_letter("Answer: c", 4), 2);
  EXPECT_EQ(answer_letter("Because", 4), -1);  // a word is no letter
  EXPECT_EQ(answer_letter("E", 4), -1);
  EXPECT_EQ(answer_letter("", 4), -1);
}

}  // namespace
}  // namespace student
