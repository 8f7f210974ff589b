// A benchmark: the questions of its published files, and what an answer is worth.
//
// `item` of a question is the SHA-256 of the record as it was published: two runs are compared where id and item
// agree, whatever their prompts looked like.
#ifndef STUDENT_EVAL_TASK_H_
#define STUDENT_EVAL_TASK_H_

#include <corpus/result.h>
#include <corpus/sandbox.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eval/records.h"
#include "eval/subject.h"

namespace student {

using corpus::Sandbox;
using corpus::SandboxRun;

struct TaskOptions {
  std::string folder;        // with the benchmark files
  std::size_t limit = 0;     // questions of each task, spread evenly over it; 0: all
  int shots = -1;            // worked examples before each question; -1: the task's own number
  int samples = 1;           // answers to each question (HumanEval)
  std::int32_t max_tokens = 0;  // of an answer; 0: the task's own
  bool chat = false;         // the subject chats: no stop strings that only fit running text
};

struct Question {
  std::string id, item;
  std::string prompt;
  // kChoice
  std::vector<std::string> choices;
  std::vector<std::string> labels;  // names of the choices in the run file
  int right = -1;
  bool letters = false;
  // kAnswer
  std::vector<std::string> stop;
  std::int32_t max_tokens = 256;
  std::string gold;
  // HumanEval
  std::string entry_point, test;
  std::string code_prompt;  // the function's head, where `prompt` says more
};

using Metrics = std::vector<std::pair<std::string, double>>;

struct Scored {
  Metrics metrics;
  Json details = Json::object();  // written to the run file beside the answer
};

class Task {
 public:
  enum class Kind { kChoice, kAnswer, kText };
  virtual ~Task() = default;
  virtual std::string name() const = 0;
  virtual Kind kind() const = 0;
  virtual int samples(const TaskOptions&) const { return 1; }
  // kNotFound, with the names of the files it looks for, when the folder has no data for it.
  virtual corpus::Result<std::vector<Question>> load(const TaskOptions& options) const = 0;
  // kAnswer: what the answers to one question are worth.
  virtual corpus::Result<Scored> score(const Question& question, std::span<const Said> answers) const;
};

// mmlu, gsm8k, humaneval, hhh, exact, and perplexity, which is one task for each of its files. HumanEval without a
// sandbox is kUnsupported: it is not run. `names` empty: every task whose data is there; the others are in `left_out`
// with the reason.
corpus::Result<std::vector<std::unique_ptr<Task>>> make_tasks(const std::vector<std::string>& names,
                                                              const TaskOptions& options,
                                                              std::vector<std::string>& left_out);

std::unique_ptr<Task> mmlu_task();
std::unique_ptr<Task> gsm8k_task();
std::unique_ptr<Task> hhh_task();
std::unique_ptr<Task> exact_task();
std::unique_ptr<Task> humaneval_task(Sandbox sandbox);
std::vector<std::unique_ptr<Task>> perplexity_tasks(const std::string& folder);

// `limit` of the questions, evenly spread; the same ones every time.
void thin_out(std::vector<Question>& questions, std::size_t limit);

}  // namespace student

#endif  // STUDENT_EVAL_TASK_H_
