// Runs an answer's Python with the tests that its record brings, in the sandbox.
#ifndef CORPUS_CHECK_RUN_TESTS_H_
#define CORPUS_CHECK_RUN_TESTS_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "corpus/sandbox.h"
#include "json/field.h"

namespace corpus::check {

class Tests {
 public:
  // `tests`: a string of Python, or an array of them (/test_list is read as /test_list/0, /1, ...).
  // `setup`, if not empty: what stands between the answer and the tests, where the record has it.
  // `entry_point`, if not empty: check(<what that field says>) is called behind them, as HumanEval
  // has it.
  static Result<Tests> parse(const std::string& tests, const std::string& setup,
                             const std::string& entry_point, std::chrono::milliseconds wall);

  struct Scratch {
    json::Field::Scratch json;
  };
  struct Outcome {
    bool ran = false;  // false: the record has no tests
    bool passed = false;
    std::string why;  // the last line that was printed, or which limit it ran into
  };
  Result<Outcome> run(const Sandbox& sandbox, std::string_view record, std::string_view program,
                      Scratch& scratch) const;

 private:
  static constexpr std::size_t kMostTests = 64;  // of an array
  Tests() = default;
  std::vector<json::Field> tests_;  // the string, then the elements
  std::optional<json::Field> setup_, entry_point_;
  std::chrono::milliseconds wall_{};
};

}  // namespace corpus::check

#endif  // CORPUS_CHECK_RUN_TESTS_H_
