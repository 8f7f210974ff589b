#include "eval/run.h"

#include <corpus/version.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "eval/extract.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

std::string line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; }

Json row_of(const Task& task, const Question& question) {
  return {{"task", task.name()}, {"id", question.id}, {"item", question.item},
          {"prompt_sha256", sha256_text(question.prompt)}};
}

void add_metrics(Json& row, const Metrics& metrics) {
  Json out = Json::object();
  for (const auto& [name, value] : metrics) out[name] = value;
  row["metrics"] = std::move(out);
}

Result<void> run_choices(Subject& subject, const Task& task, std::span<const Question> questions,
                         const Subject::Progress& progress, std::vector<std::string>& out) {
  std::vector<Choose> ask;
  for (const auto& q : questions) ask.push_back({q.prompt, q.choices, q.letters});
  CORPUS_TRY(auto chosen, subject.choose(ask, progress));
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& q = questions[i];
    const Chosen& c = chosen[i];
    Json row = row_of(task, q);
    row["prompt"] = q.prompt;
    if (!q.letters) row["choices"] = q.choices;
    int pick = -1;
    if (!c.logprobs.empty()) {
      pick = static_cast<int>(std::max_element(c.logprobs.begin(), c.logprobs.end()) - c.logprobs.begin());
      row["logprobs"] = c.logprobs;
    } else {
      pick = answer_letter(c.said, static_cast<int>(q.labels.size()));
      row["answer"] = c.said;
    }
    row["extracted"] = pick < 0 ? Json(nullptr) : Json(q.labels[static_cast<std::size_t>(pick)]);
    row["gold"] = q.labels[static_cast<std::size_t>(q.right)];
    if (c.truncated) row["truncated"] = true;
    Metrics metrics = {{"accuracy", pick == q.right}};
    if (!q.letters && !c.logprobs.empty()) {
      // By length in bytes, as a longer text is less likely for its length alone.
      std::vector<double> each;
      for (std::size_t k = 0; k < q.choices.size(); ++k)
        each.push_back(c.logprobs[k] / static_cast<double>(q.choices[k].size()));
      metrics.emplace_back("accuracy_per_byte", std::max_element(each.begin(), each.end()) - each.begin() == q.right);
    }
    add_metrics(row, metrics);
    out.push_back(line(row));
  }
  return {};
}

Result<void> run_answers(Subject& subject, const Task& task, std::span<const Question> questions,
                         const RunOptions& options, const Subject::Progress& progress, std::vector<std::string>& out) {
  auto samples = static_cast<std::size_t>(task.samples(options.tasks));
  std::vector<Ask> ask;
  for (const auto& q : questions) {
    for (std::size_t k = 0; k < samples; ++k) {
      Ask one{.prompt = q.prompt, .stop = q.stop, .max_tokens = q.max_tokens, .sampling = options.sampling};
      one.sampling.seed += k;
      ask.push_back(std::move(one));
    }
  }
  CORPUS_TRY(auto said, subject.answer(ask, progress));
  for (std::size_t i = 0; i < questions.size(); ++i) {
    std::span<const Said> answers = std::span(said).subspan(i * samples, samples);
    CORPUS_TRY(Scored scored, task.score(questions[i], answers));
    Json row = row_of(task, questions[i]);
    row["prompt"] = questions[i].prompt;
    if (samples == 1) {
      row["answer"] = answers[0].text;
      row["finish"] = answers[0].finish;
    } else {
      row["answers"] = Json::array();
      for (const Said& one : answers) row["answers"].push_back(one.text);
    }
    if (answers[0].truncated) row["truncated"] = true;
    row.update(scored.details);
    add_metrics(row, scored.metrics);
    out.push_back(line(row));
  }
  return {};
}

Result<void> run_texts(Subject& subject, const Task& task, std::span<const Question> questions,
                       const Subject::Progress& progress, std::vector<std::string>& out) {
  std::vector<std::string> texts;
  for (const auto& q : questions) texts.push_back(q.prompt);
  CORPUS_TRY(auto losses, subject.losses(texts, progress));
  for (std::size_t i = 0; i < questions.size(); ++i) {
    Json row = row_of(task, questions[i]);  // without the text: it may be large, and its hash is there
    if (!std::isfinite(losses[i].nats)) {
      return Error{Code::kCorrupt,
                   task.name() + ": the loss of text " + questions[i].id + " is not a number; the model is damaged"};
    }
    add_metrics(row, {{"nats", losses[i].nats},
                      {"tokens", static_cast<double>(losses[i].tokens)},
                      {"bytes", static_cast<double>(texts[i].size())}});
    out.push_back(line(row));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> run_tasks(Subject& subject, std::span<const std::unique_ptr<Task>> tasks,
                                           const RunOptions& options, bool must, const RunProgress& progress) {
  std::vector<std::string> out;
  out.push_back(line({{"student_evaluation", 1},
                      {"version", corpus::kLibraryVersion},
                      {"subject", subject.describe()},
                      {"options",
                       {{"limit", options.tasks.limit},
                        {"shots", options.tasks.shots},
                        {"samples", options.tasks.samples},
                        {"max_tokens", options.tasks.max_tokens},
                        {"chat", subject.chats()},
                        {"temperature", options.sampling.temperature},
                        {"top_p", options.sampling.top_p},
                        {"seed", options.sampling.seed}}}}));
  for (const auto& task : tasks) {
    Subject::Progress show;
    if (progress) show = [&](std::size_t done, std::size_t all) { progress(task->name(), done, all); };
    std::vector<std::string> lines;
    Result<void> done;
    auto questions = task->load(options.tasks);
    if (!questions) {
      done = std::move(questions).error();
    } else {
      switch (task->kind()) {
        case Task::Kind::kChoice: done = run_choices(subject, *task, *questions, show, lines); break;
        case Task::Kind::kAnswer: done = run_answers(subject, *task, *questions, options, show, lines); break;
        case Task::Kind::kText: done = run_texts(subject, *task, *questions, show, lines); break;
      }
    }
    if (!done) {
      Error error = std::move(done).error();
      if (must || error.code != Code::kUnsupported) return std::move(error).context(task->name());
      lines = {line({{"task", task->name()}, {"left_out", error.message}})};
    }
    out.insert(out.end(), lines.begin(), lines.end());
  }
  return out;
}

namespace {

Result<void> add_line(RunFile& run, const Json& row) {
  if (!row.is_object()) return Error{Code::kCorrupt, "no object"};
  if (run.about.is_null()) {
    if (!row.contains("student_evaluation")) return Error{Code::kCorrupt, "this is no run of student evaluate"};
    if (row["student_evaluation"] != 1)
      return Error{Code::kUnsupported, "a run file of another version; this program reads version 1"};
    run.about = row;
    return {};
  }
  CORPUS_TRY(std::string task, string_member(row, "task"));
  if (row.contains("left_out")) {
    CORPUS_TRY(std::string why, string_member(row, "left_out"));
    run.left_out.emplace_back(task, why);
    return {};
  }
  CORPUS_TRY(std::string id, string_member(row, "id"));
  RunRow out;
  CORPUS_TRY(out.item, string_member(row, "item"));
  if (!row.contains("metrics") || !row["metrics"].is_object()) return Error{Code::kCorrupt, "'metrics' is missing"};
  for (const auto& [name, value] : row["metrics"].items()) {
    if (!value.is_number()) return Error{Code::kCorrupt, "'metrics' holds something that is no number"};
    out.metrics[name] = value.get<double>();
  }
  run.tasks[task][id] = std::move(out);
  return {};
}

}  // namespace

Result<RunFile> read_run(const std::string& path) {
  RunFile run{.name = path};
  CORPUS_CHECK(each_record(path, [&](const Json& row, std::string_view) { return add_line(run, row); }));
  if (run.about.is_null()) return Error{Code::kCorrupt, path + ": the file is empty"};
  return run;
}

Result<RunFile> parse_run(const std::vector<std::string>& lines, const std::string& name) {
  RunFile run{.name = name};
  for (const auto& one : lines) CORPUS_CHECK(add_line(run, Json::parse(one, nullptr, false)));
  return run;
}

}  // namespace student
