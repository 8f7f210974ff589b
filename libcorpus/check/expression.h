// A formula as people and models write it, in plain text or LaTeX, made exact.
//
// Numbers with thousands separators, decimals, 1e5; + - * / ^ and their typographic and LaTeX kin;
// products without a sign; \frac, \sqrt of numbers; mixed numbers (1 1/2); variables of one letter,
// Greek ones; one % or degree sign at the end. What else there is makes it no formula, and so does
// a run of three letters: that is a word.
#ifndef CORPUS_CHECK_EXPRESSION_H_
#define CORPUS_CHECK_EXPRESSION_H_

#include <optional>
#include <string_view>

#include "check/polynomial.h"

namespace corpus::check {

struct Formula {
  Quotient value;  // without the percent sign
  bool percent = false;
};

// Nothing for what is no formula, divides by 0, or grows too large. Bounded in time and stack.
std::optional<Formula> parse_formula(std::string_view text);

}  // namespace corpus::check

#endif  // CORPUS_CHECK_EXPRESSION_H_
