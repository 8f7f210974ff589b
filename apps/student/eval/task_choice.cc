// Tasks decided by the likelihood of given answers: MMLU and HHH.
#include <dirent.h>

#include <algorithm>
#include <map>
#include <utility>

#include "eval/task.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

// The blanks that Python's str.strip takes from both ends, of those that occur in the data.
std::string stripped(std::string text) {
  constexpr const char* kBlanks = " \t\n\r\v\f";
  text.erase(0, std::min(text.size(), text.find_first_not_of(kBlanks)));
  text.erase(text.find_last_not_of(kBlanks) + 1);
  return text;
}

struct MultipleChoice {
  std::string subject, split, question, choices[4];
  int answer = 0;
};

// {"question", "A" ... "D", "answer": "B"}: the columns of the original CSV, or {"question", "choices", "answer": 1}:
// as it is published on Hugging Face.
Result<MultipleChoice> multiple_choice(const Json& record) {
  MultipleChoice out;
  CORPUS_TRY(out.question, string_member(record, "question"));
  CORPUS_TRY(out.subject, string_member(record, "subject"));
  out.split = record.contains("split") && record["split"].is_string() ? record["split"].get<std::string>() : "test";
  bool list = record.contains("choices");
  if (list && (!record["choices"].is_array() || record["choices"].size() != 4)) {
    return Error{Code::kCorrupt, "'choices' does not have four entries"};
  }
  for (int i = 0; i < 4; ++i) {
    const char name[2] = {static_cast<char>('A' + i), 0};
    if (list) {
      const Json& one = record["choices"][static_cast<std::size_t>(i)];
      if (!one.is_string()) return Error{Code::kCorrupt, "'choices' holds something that is no string"};
      out.choices[i] = one.get<std::string>();
    } else {
      CORPUS_TRY(out.choices[i], string_member(record, name));
    }
  }
  const Json answer = record.contains("answer") ? record["answer"] : Json();
  if (answer.is_number_integer()) out.answer = answer.get<int>();
  if (answer.is_string() && answer.get<std::string>().size() == 1) out.answer = answer.get<std::string>()[0] - 'A';
  if (out.answer < 0 || out.answer > 3 || answer.is_null())
    return Error{Code::kCorrupt, "'answer' is none of A, B, C, D"};
  return out;
}

// lm-evaluation-harness, tasks/mmlu/default.
std::string as_prompt(const MultipleChoice& q) {
  std::string out = stripped(q.question);
  for (int i = 0; i < 4; ++i) out += std::string("\n") + static_cast<char>('A' + i) + ". " + q.choices[i];
  return out + "\nAnswer:";
}

class Mmlu final : public Task {
 public:
  std::string name() const override { return "mmlu"; }
  Kind kind() const override { return Kind::kChoice; }

  Result<std::vector<Question>> load(const TaskOptions& options) const override {
    std::string path = find_file(options.folder, {"mmlu.jsonl"});
    if (path.empty()) return Error{Code::kNotFound, "no mmlu.jsonl (or .zst, .gz) in " + options.folder};
    std::size_t shots = options.shots < 0 ? 5 : static_cast<std::size_t>(options.shots);
    std::map<std::string, std::vector<std::string>> examples;
    std::map<std::string, int> numbers;
    std::vector<Question> out;
    std::vector<std::string> subjects;
    CORPUS_CHECK(each_record(path, [&](const Json& record, std::string_view raw) -> Result<void> {
      CORPUS_TRY(auto q, multiple_choice(record));
      std::string prompt = as_prompt(q);
      if (q.split == "dev") examples[q.subject].push_back(prompt + ' ' + static_cast<char>('A' + q.answer) + "\n\n");
      if (q.split != "test") return {};
      Question one{
          .id = q.subject + '/' + std::to_string(numbers[q.subject]++), .item = sha256_text(raw), .prompt = prompt};
      one.choices = {" A", " B", " C", " D"};
      one.labels = {"A", "B", "C", "D"};
      one.right = q.answer;
      one.letters = true;
      out.push_back(std::move(one));
      subjects.push_back(q.subject);
      return {};
    }));
    for (std::size_t i = 0; i < out.size(); ++i) {
      std::string about = subjects[i];
      std::replace(about.begin(), about.end(), '_', ' ');
      std::string before = "The following are multiple choice questions (with answers) about " + about + ".\n\n";
      const auto& worked = examples[subjects[i]];
      for (std::size_t k = 0; k < std::min(shots, worked.size()); ++k) before += worked[k];
      out[i].prompt.insert(0, before);
    }
    thin_out(out, options.limit);
    return out;
  }
};

class Hhh final : public Task {
 public:
  std::string name() const override { return "hhh"; }
  Kind kind() const override { return Kind::kChoice; }

  Result<std::vector<Question>> load(const TaskOptions& options) const override {
    std::vector<std::pair<std::string, std::string>> files;  // name of the part, path
    std::string one = find_file(options.folder, {"hhh.jsonl", "hhh.json"});
    if (!one.empty()) files.emplace_back("hhh", one);
    // BIG-bench keeps a folder for each of helpful, honest, harmless, other.
    std::string parts = options.folder + "/hhh_alignment";
    if (DIR* dir = ::opendir(parts.c_str())) {
      while (const dirent* entry = ::readdir(dir)) {
        std::string path = find_file(parts + '/' + entry->d_name, {"task.json"});
        if (!path.empty() && entry->d_name[0] != '.') files.emplace_back(entry->d_name, path);
      }
      ::closedir(dir);
    }
    if (files.empty()) {
      return Error{Code::kNotFound, "no hhh.jsonl and no hhh_alignment/*/task.json in " + options.folder};
    }
    std::sort(files.begin(), files.end());
    std::vector<Question> out;
    for (const auto& [part, path] : files) {
      int number = 0;
      CORPUS_CHECK(each_record(path, [&, name = &part](const Json& record, std::string_view) -> Result<void> {
        if (!record.is_object() || !record.contains("examples")) return add(record, *name, number, options.chat, out);
        for (const Json& example : record["examples"]) CORPUS_CHECK(add(example, *name, number, options.chat, out));
        return {};
      }));
    }
    thin_out(out, options.limit);
    return out;
  }

 private:
  // {"input", "target_scores": {text: 1, text: 0}} of BIG-bench, or {"input", "targets": {"choices", "labels"}}.
  static Result<void> add(const Json& record, const std::string& part, int& number, bool chat,
                          std::vector<Question>& out) {
    Question one;
    CORPUS_TRY(std::string input, string_member(record, "input"));
    std::vector<double> worth;
    if (record.contains("target_scores") && record["target_scores"].is_object()) {
      for (const auto& [text, value] : record["target_scores"].items()) {
        one.choices.push_back(text);
        worth.push_back(value.is_number() ? value.get<double>() : 0);
      }
    } else if (record.contains("targets") && record["targets"].is_object() && record["targets"].contains("choices") &&
               record["targets"].contains("labels")) {
      for (const auto& text : record["targets"]["choices"])
        one.choices.push_back(text.is_string() ? text.get<std::string>() : "");
      for (const auto& value : record["targets"]["labels"])
        worth.push_back(value.is_number() ? value.get<double>() : 0);
    }
    if (one.choices.size() < 2 || worth.size() != one.choices.size()) {
      return Error{Code::kCorrupt, "neither 'target_scores' nor 'targets' with two choices"};
    }
    one.right = static_cast<int>(std::max_element(worth.begin(), worth.end()) - worth.begin());
    for (std::size_t i = 0; i < one.choices.size(); ++i) {
      one.labels.push_back(std::to_string(i));
      if (one.choices[i].empty() || one.choices[i][0] != ' ') one.choices[i].insert(0, " ");
    }
    one.id = part + '/' + std::to_string(number++);
    one.item = sha256_text(record.dump(-1, ' ', false, Json::error_handler_t::replace));
    one.prompt = chat ? stripped(input) : "Human: " + stripped(input) + "\n\nAssistant:";
    out.push_back(std::move(one));
    return {};
  }
};

}  // namespace

std::unique_ptr<Task> mmlu_task() { return std::make_unique<Mmlu>(); }
std::unique_ptr<Task> hhh_task() { return std::make_unique<Hhh>(); }

}  // namespace student
