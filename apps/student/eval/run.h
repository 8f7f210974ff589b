// One evaluation: asks, scores, and writes a run file (docs/formats/evaluation.md); and what a run file says.
#ifndef STUDENT_EVAL_RUN_H_
#define STUDENT_EVAL_RUN_H_

#include <corpus/result.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/subject.h"
#include "eval/task.h"

namespace student {

struct RunOptions {
  TaskOptions tasks;
  Sampling sampling;  // seed: sample k of a question draws with seed + k
};

using RunProgress = std::function<void(std::string_view task, std::size_t done, std::size_t all)>;

// Lines of a run file, the first of them about the run. A task that the subject cannot be asked (kUnsupported) is a
// line with the reason, unless `must` (it was named): then it is an Error.
corpus::Result<std::vector<std::string>> run_tasks(Subject& subject, std::span<const std::unique_ptr<Task>> tasks,
                                                   const RunOptions& options, bool must, const RunProgress& progress);

// What was measured for one question.
struct RunRow {
  std::string item;
  std::map<std::string, double> metrics;
};

struct RunFile {
  std::string name;  // as the user named it
  Json about;        // the first line
  std::map<std::string, std::map<std::string, RunRow>> tasks;  // by name, by id
  std::vector<std::pair<std::string, std::string>> left_out;   // tasks with the reason
};

// kCorrupt names file and line. Lines of questions may be in any order; of two with one id the last counts.
corpus::Result<RunFile> read_run(const std::string& path);
corpus::Result<RunFile> parse_run(const std::vector<std::string>& lines, const std::string& name);

}  // namespace student

#endif  // STUDENT_EVAL_RUN_H_
