// Tasks decided by what the model writes: GSM8K, exact answers, HumanEval.
#include <algorithm>
#include <utility>

#include "eval/extract.h"
#include "eval/statistics.h"
#include "eval/task.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

// lm-evaluation-harness, tasks/gsm8k/gsm8k.yaml; the worked examples are the first of the training file, the same
// ones for every question.
class Gsm8k final : public Task {
 public:
  std::string name() const override { return "gsm8k"; }
  Kind kind() const override { return Kind::kAnswer; }

  Result<std::vector<Question>> load(const TaskOptions& options) const override {
    std::string path = find_file(options.folder, {"gsm8k_test.jsonl", "test.jsonl"});
    if (path.empty()) return Error{Code::kNotFound, "no gsm8k_test.jsonl (or .zst, .gz) in " + options.folder};
    std::string before, train = find_file(options.folder, {"gsm8k_train.jsonl", "train.jsonl"});
    int shots = options.shots < 0 ? 5 : options.shots;
    if (options.shots > 0 && train.empty()) {
      return Error{Code::kNotFound,
                   "--shots: the worked examples are in gsm8k_train.jsonl, which is not in " + options.folder};
    }
    if (!train.empty() && shots > 0) {
      CORPUS_CHECK(each_record(train, [&](const Json& record, std::string_view) -> Result<void> {
        if (shots-- <= 0) return {};
        CORPUS_TRY(std::string question, string_member(record, "question"));
        CORPUS_TRY(std::string answer, string_member(record, "answer"));
        before += "Question: " + question + "\nAnswer: " + answer + "\n\n";
        return {};
      }));
    }
    std::vector<Question> out;
    CORPUS_CHECK(each_record(path, [&](const Json& record, std::string_view raw) -> Result<void> {
      Question one{.id = std::to_string(out.size()), .item = sha256_text(raw)};
      CORPUS_TRY(std::string question, string_member(record, "question"));
      CORPUS_TRY(one.gold, string_member(record, "answer"));
      one.prompt = before + "Question: " + question + "\nAnswer:";
      one.stop = {"Question:", "</s>", "<|im_end|>"};
      one.max_tokens = options.max_tokens > 0 ? options.max_tokens : options.chat ? 512 : 256;
      out.push_back(std::move(one));
      return {};
    }));
    thin_out(out, options.limit);
    return out;
  }

  Result<Scored> score(const Question& question, std::span<const Said> answers) const override {
    std::string wanted = gsm8k_normal(question.gold);
    std::string strict = gsm8k_strict(answers[0].text), flexible = gsm8k_flexible(answers[0].text);
    Scored out{.metrics = {{"strict", gsm8k_normal(strict) == wanted}, {"flexible", gsm8k_normal(flexible) == wanted}}};
    out.details = {{"extracted", flexible}, {"gold", wanted}};
    return out;
  }
};

// {"prompt", "answer"[, "id"]}: the final answer has to be the same.
class Exact final : public Task {
 public:
  std::string name() const override { return "exact"; }
  Kind kind() const override { return Kind::kAnswer; }

  Result<std::vector<Question>> load(const TaskOptions& options) const override {
    std::string path = find_file(options.folder, {"exact.jsonl"});
    if (path.empty()) return Error{Code::kNotFound, "no exact.jsonl (or .zst, .gz) in " + options.folder};
    std::vector<Question> out;
    CORPUS_CHECK(each_record(path, [&](const Json& record, std::string_view raw) -> Result<void> {
      Question one{.id = std::to_string(out.size()), .item = sha256_text(raw)};
      CORPUS_TRY(one.prompt, string_member(record, "prompt"));
      CORPUS_TRY(one.gold, string_member(record, "answer"));
      if (record.contains("id") && record["id"].is_string()) one.id = record["id"].get<std::string>();
      one.max_tokens = options.max_tokens > 0 ? options.max_tokens : 512;
      out.push_back(std::move(one));
      return {};
    }));
    thin_out(out, options.limit);
    return out;
  }

  Result<Scored> score(const Question& question, std::span<const Said> answers) const override {
    // The answer may be given with its working, in the form that the student is to learn.
    bool numeric = is_number(question.gold);
    std::string wanted = final_normal(numeric ? question.gold : final_answer(question.gold, false));
    if (!numeric && question.gold.find("####") != std::string::npos) numeric = is_number(wanted);
    std::string got = final_answer(answers[0].text, numeric);
    bool right = final_normal(got) == wanted;
    Scored out{.metrics = {{"accuracy", right}}};
    out.details = {{"extracted", got}, {"gold", wanted}};
    return out;
  }
};

class HumanEval final : public Task {
 public:
  explicit HumanEval(Sandbox sandbox) : sandbox_(std::move(sandbox)) {}
  std::string name() const override { return "humaneval"; }
  Kind kind() const override { return Kind::kAnswer; }
  int samples(const TaskOptions& options) const override { return options.samples; }

  Result<std::vector<Question>> load(const TaskOptions& options) const override {
    std::string path = find_file(options.folder, {"HumanEval.jsonl"});
    if (path.empty()) return Error{Code::kNotFound, "no HumanEval.jsonl (or .zst, .gz) in " + options.folder};
    std::vector<Question> out;
    CORPUS_CHECK(each_record(path, [&](const Json& record, std::string_view raw) -> Result<void> {
      Question one{.item = sha256_text(raw)};
      CORPUS_TRY(one.id, string_member(record, "task_id"));
      CORPUS_TRY(one.code_prompt, string_member(record, "prompt"));
      CORPUS_TRY(one.entry_point, string_member(record, "entry_point"));
      CORPUS_TRY(one.test, string_member(record, "test"));
      if (options.chat) {
        one.prompt = "Complete this Python function. Answer with the whole function in one code block.\n\n```python\n" +
                     one.code_prompt + "\n```";
      } else {
        one.prompt = one.code_prompt;
        one.stop = {"\nclass", "\ndef", "\n#", "\nif", "\nprint"};  // of the paper and lm-eval
      }
      one.max_tokens = options.max_tokens > 0 ? options.max_tokens : 512;
      out.push_back(std::move(one));
      return {};
    }));
    thin_out(out, options.limit);
    return out;
  }

  Result<Scored> score(const Question& question, std::span<const Said> answers) const override {
    std::uint64_t right = 0;
    Scored out;
    Json results = Json::array();
    for (const Said& said : answers) {
      std::string program = humaneval_code(question.code_prompt, question.entry_point, said.text) + "\n" +
                            question.test + "\ncheck(" + question.entry_point + ")\n";
      // A program that ends early with status 0 has not passed: only one that says this at its end has.
      std::string word = sha256_text(program);
      program += "print('\\n" + word + "')\n";
      CORPUS_TRY(auto run, sandbox_.run(program));
      bool passed = run.end == SandboxRun::End::kExited && run.status == 0 && run.output.ends_with('\n' + word + '\n');
      right += passed;
      results.push_back(passed                                                   ? "passed"
                        : run.status == 0 && run.end == SandboxRun::End::kExited ? "ended early"
                                                                                 : run.describe());
    }
    for (std::uint64_t k : {1, 10, 100}) {
      if (k > answers.size()) break;
      out.metrics.emplace_back("pass@" + std::to_string(k), pass_at_k(answers.size(), right, k));
    }
    out.details = {{"runs", results}};
    return out;
  }

 private:
  Sandbox sandbox_;
};

}  // namespace

std::unique_ptr<Task> gsm8k_task() { return std::make_unique<Gsm8k>(); }
std::unique_ptr<Task> exact_task() { return std::make_unique<Exact>(); }
std::unique_ptr<Task> humaneval_task(Sandbox sandbox) { return std::make_unique<HumanEval>(std::move(sandbox)); }

}  // namespace student
