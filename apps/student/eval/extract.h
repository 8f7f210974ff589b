// The answer in what a model wrote. The GSM8K rules are those of lm-evaluation-harness (tasks/gsm8k), quirks
// included, so that numbers compare with published ones. Written by hand: std::regex recurses on long input.
#ifndef STUDENT_EVAL_EXTRACT_H_
#define STUDENT_EVAL_EXTRACT_H_

#include <string>
#include <string_view>

namespace student {

// First match of `#### (\-?[0-9\.\,]+)`; "[invalid]" without one.
std::string gsm8k_strict(std::string_view text);
// Last match of `(-?[$0-9.,]{2,})|(-?[0-9]+)`; "[invalid]" without one.
std::string gsm8k_flexible(std::string_view text);
// What is compared: without , and $, all up to the last "#### ", a period at the end; lower case.
std::string gsm8k_normal(std::string_view text);

// The final answer of free text: what follows the last "####", else the last "answer:" or "answer is" on its line,
// else, when `numeric`, the last number, else the last line that is not blank.
std::string final_answer(std::string_view text, bool numeric);
// What is compared: without white space at the ends, $, a period at the end, commas between digits; lower case.
std::string final_normal(std::string_view text);
bool is_number(std::string_view text);

// A HumanEval program from what a model wrote. Without fences and without a definition of the function `answer` goes
// on where the prompt ends; else the block, or the text, is the function, and the prompt gives its imports.
std::string humaneval_code(std::string_view prompt, std::string_view entry_point, std::string_view answer);

// "B" from "B", "(B)", "B.", "Answer: B", "The answer is (B)": 0 for A ...; -1 when there is none below `letters`.
int answer_letter(std::string_view text, int letters);

}  // namespace student

#endif  // STUDENT_EVAL_EXTRACT_H_
