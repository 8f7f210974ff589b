// The result that an answer ends with, and whether two results are the same.
#ifndef CORPUS_CHECK_MATH_ANSWER_H_
#define CORPUS_CHECK_MATH_ANSWER_H_

#include <cstdint>
#include <string_view>

namespace corpus::check {

// What stands behind the last "####", in the last \boxed{}, behind the last "answer is" or
// "answer:", or else the last number of the text; "" when there is none of these. Part of `text`.
std::string_view final_result(std::string_view text);

enum class Match : std::uint8_t { kRight, kWrong, kUnknown };

// Numbers and formulas are compared exactly (check/expression.h), with or without a unit behind
// them or "x =" before them; 50% is 50 and 0.5. Lists element by element, in any order unless they
// are in brackets. What is no formula is the same when its letters and digits are, and else
// kUnknown. `tolerance` is relative, for numbers; decimals of 15 digits or more are taken for
// printed doubles.
Match compare(std::string_view result, std::string_view reference, double tolerance = 0);

// Looks at each calculation of the form <<48/2=24>>. The first whose two sides differ by more than
// one in the last digit that is shown; "" when there is none. Part of `text`.
std::string_view wrong_calculation(std::string_view text);

}  // namespace corpus::check

#endif  // CORPUS_CHECK_MATH_ANSWER_H_
