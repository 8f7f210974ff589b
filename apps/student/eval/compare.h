// Runs side by side: what a student scored before and after, what its teacher scores, how much of the distance was
// covered, and whether that could be luck.
#ifndef STUDENT_EVAL_COMPARE_H_
#define STUDENT_EVAL_COMPARE_H_

#include <corpus/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eval/run.h"
#include "eval/statistics.h"

namespace student {

struct MetricRow {
  std::string task, metric;
  bool lower_is_better = false;
  std::size_t questions = 0;     // that all runs have
  double before = 0;
  std::optional<double> after, teacher;
  Interval before_interval;      // of a run alone, where there is no other
  Interval difference;           // of after - before
  std::optional<double> mcnemar;  // p-value, where answers are right or wrong
  std::optional<double> recovered;  // (after - before) / (teacher - before), where the teacher is better
};

struct Comparison {
  std::vector<MetricRow> rows;
  std::vector<std::string> notes;  // what could not be compared, and why
};

struct CompareOptions {
  std::size_t resamples = 10'000;
  std::uint64_t seed = 1;
  double level = 0.95;
};

// One, two (before, after) or three runs (and the teacher). Questions that are not in all of them are left out and
// counted in `notes`. kInvalidArgument when nothing is left.
corpus::Result<Comparison> compare(const std::vector<RunFile>& runs, const CompareOptions& options);

std::string as_table(const Comparison& comparison);
Json as_json(const Comparison& comparison);

}  // namespace student

#endif  // STUDENT_EVAL_COMPARE_H_
