#include "eval/task.h"

#include <corpus/nearest.h>

#include <algorithm>
#include <string_view>

namespace student {

using corpus::Code;
using corpus::Error;
using corpus::Result;

Result<Scored> Task::score(const Question&, std::span<const Said>) const { return Scored(); }

void thin_out(std::vector<Question>& questions, std::size_t limit) {
  if (limit == 0 || limit >= questions.size()) return;
  std::vector<Question> kept;
  for (std::size_t i = 0; i < limit; ++i) kept.push_back(std::move(questions[i * questions.size() / limit]));
  questions = std::move(kept);
}

namespace {

// Where code cannot be run, the task is there and says so; another would make half of a table look whole.
class NoSandbox final : public Task {
 public:
  explicit NoSandbox(Error why) : why_(std::move(why)) {}
  std::string name() const override { return "humaneval"; }
  Kind kind() const override { return Kind::kAnswer; }
  Result<std::vector<Question>> load(const TaskOptions&) const override { return why_; }

 private:
  Error why_;
};

std::unique_ptr<Task> humaneval_or_why_not() {
  auto sandbox = Sandbox::open();
  if (!sandbox) return std::make_unique<NoSandbox>(std::move(sandbox).error());
  return humaneval_task(*std::move(sandbox));
}

constexpr std::string_view kNames[] = {"mmlu", "gsm8k", "humaneval", "hhh", "exact", "perplexity"};

std::vector<std::unique_ptr<Task>> named(std::string_view name, const TaskOptions& options) {
  std::vector<std::unique_ptr<Task>> out;
  if (name == "mmlu") out.push_back(mmlu_task());
  if (name == "gsm8k") out.push_back(gsm8k_task());
  if (name == "humaneval") out.push_back(humaneval_or_why_not());
  if (name == "hhh") out.push_back(hhh_task());
  if (name == "exact") out.push_back(exact_task());
  if (name == "perplexity") out = perplexity_tasks(options.folder);
  return out;
}

}  // namespace

Result<std::vector<std::unique_ptr<Task>>> make_tasks(const std::vector<std::string>& names, const TaskOptions& options,
                                                      std::vector<std::string>& left_out) {
  std::vector<std::unique_ptr<Task>> out;
  for (const auto& name : names) {
    auto tasks = named(name, options);
    if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) {
      return Error{
          Code::kInvalidArgument,
          "--tasks: unknown task '" + name + "'" +
              corpus::suggestion(name, std::vector<std::string_view>(std::begin(kNames), std::end(kNames)), "tasks")};
    }
    if (tasks.empty()) {
      return Error{Code::kNotFound,
                   "perplexity: no perplexity.txt, perplexity.jsonl or perplexity.NAME.txt in " + options.folder};
    }
    for (auto& task : tasks) out.push_back(std::move(task));
  }
  if (!names.empty()) return out;
  for (std::string_view name : kNames) {
    auto tasks = named(name, options);
    for (auto& task : tasks) {
      TaskOptions look = options;
      look.limit = 1;
      auto there = task->load(look);
      if (there) {
        out.push_back(std::move(task));
      } else if (there.error().code == Code::kNotFound || there.error().code == Code::kUnsupported) {
        left_out.push_back(task->name() + ": " + there.error().message);
      } else {
        return std::move(there).error().context(task->name());
      }
    }
  }
  return out;
}

}  // namespace student
