// Whole evaluations with models whose answers are known.
#include "eval/run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "eval/compare.h"
#include "serve/student_server.h"
#include "student/support/fakes.h"

namespace student {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(::testing::TempDir() + "eval_" + ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  void file(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(path_ + '/' + name).parent_path());
    std::ofstream(path_ + '/' + name) << text;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Evaluated {
  std::vector<std::string> lines;
  RunFile run;
  double mean(const std::string& task, const std::string& metric) const {
    double sum = 0;
    for (const auto& [id, row] : run.tasks.at(task)) sum += row.metrics.at(metric);
    return sum / static_cast<double>(run.tasks.at(task).size());
  }
};

Evaluated evaluate(Subject& subject, RunOptions options, const std::vector<std::string>& names = {}) {
  std::vector<std::string> left_out;
  auto tasks = make_tasks(names, options.tasks, left_out);
  EXPECT_TRUE(tasks) << tasks.error().message;
  auto lines = run_tasks(subject, *tasks, options, !names.empty(), {});
  EXPECT_TRUE(lines) << lines.error().message;
  auto run = parse_run(*lines, "run");
  EXPECT_TRUE(run) << run.error().message;
  return {*lines, *run};
}

// In this process, and behind a real server.
struct Both {
  test::FakeModel model, served;
  test::FakeTokenizer tokenizer;
  test::FakeTemplate chat;
  std::unique_ptr<StudentServer> server;
  std::unique_ptr<Subject> local, endpoint, chatting;

  explicit Both(const test::Rule& rule) : model(rule), served(rule) {
    ServerOptions options;
    options.port = 0;
    options.model_id = "tiny";
    options.engine.max_length = 512;
    server = *StudentServer::start({&served, &tokenizer, &chat}, options);
    local = *local_subject(model, tokenizer, &chat, false, {.max_length = 512}, {{"model", "fake"}});
    std::string url = "http://127.0.0.1:" + std::to_string(server->port()) + "/v1";
    auto other = endpoint_subject({.url = url});
    EXPECT_TRUE(other) << other.error().message;
    endpoint = *std::move(other);
    chatting = *endpoint_subject({.url = url, .chat = true});
  }
};

const char kMmlu[] =
    R"({"subject": "high_school_physics", "split": "dev", "question": "One? ", "A": "1", "B": "2", "C": "3", "D": "4", "answer": "C"})"
    "\n"
    R"({"subject": "high_school_physics", "split": "test", "question": " Two?", "A": "a", "B": "b", "C": "c", "D": "d", "answer": "B"})"
    "\n"
    R"({"subject": "high_school_physics", "split": "val", "question": "Three?", "A": "a", "B": "b", "C": "c", "D": "d", "answer": "B"})"
    "\n"
    R"({"subject": "law", "split": "test", "question": "Four?", "choices": ["a", "b", "c", "d"], "answer": 3})"
    "\n";

TEST(Run, MmluPromptIsThatOfLmEval) {
  Folder folder;
  folder.file("mmlu.jsonl", kMmlu);
  auto questions = mmlu_task()->load({.folder = folder.path()});
  ASSERT_TRUE(questions) << questions.error().message;
  ASSERT_EQ(questions->size(), 2u);
  EXPECT_EQ((*questions)[0].prompt,
            "The following are multiple choice questions (with answers) about high school physics.\n\n"
            "One?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer: C\n\n"
            "Two?\nA. a\nB. b\nC. c\nD. d\nAnswer:");
  EXPECT_EQ((*questions)[0].id, "high_school_physics/0");
  EXPECT_EQ((*questions)[1].prompt,
            "The following are multiple choice questions (with answers) about law.\n\nFour?\nA. a\nB. b\nC. c\nD. "
            "d\nAnswer:");
  EXPECT_EQ((*questions)[1].right, 3);
}

// A model that always finds " B" likeliest: the same score in this process and by echo over HTTP, to the bit of what
// was chosen; by chat it writes B.
TEST(Run, MmluInProcessAndOverHttp) {
  Folder folder;
  folder.file("mmlu.jsonl", kMmlu);
  auto likes_b = [](std::span<const TokenId> history, std::span<float> logits) {
    test::hashed(history, logits);
    if (history.back() == ' ') logits['B'] += 20;
    if (history.back() == '\n') logits['B'] += 20;  // behind "assistant\n"
    if (history.back() == 'B') logits[test::kImEnd] += 20;
  };
  Both both(likes_b);
  RunOptions options;
  options.tasks.folder = folder.path();
  auto local = evaluate(*both.local, options), remote = evaluate(*both.endpoint, options);
  EXPECT_DOUBLE_EQ(local.mean("mmlu", "accuracy"), 0.5);
  EXPECT_DOUBLE_EQ(remote.mean("mmlu", "accuracy"), 0.5);
  for (std::size_t i = 1; i < local.lines.size(); ++i) {
    Json a = Json::parse(local.lines[i]), b = Json::parse(remote.lines[i]);
    for (std::size_t k = 0; k < 4; ++k)
      EXPECT_NEAR(a["logprobs"][k].get<double>(), b["logprobs"][k].get<double>(), 1e-4);
    a.erase("logprobs");
    b.erase("logprobs");
    EXPECT_EQ(a, b);
  }
  options.tasks.chat = true;
  EXPECT_DOUBLE_EQ(evaluate(*both.chatting, options).mean("mmlu", "accuracy"), 0.5);
}

TEST(Run, Gsm8kStrictAndFlexible) {
  Folder folder;
  folder.file("gsm8k_train.jsonl", R"({"question": "1+1?", "answer": "2.\n#### 2"})"
                                   "\n"
                                   R"({"question": "2+2?", "answer": "4.\n#### 4"})"
                                   "\n");
  folder.file("gsm8k_test.jsonl", R"({"question": "3+4?", "answer": "7.\n#### 7"})"
                                  "\n"
                                  R"({"question": "4+4?", "answer": "8.\n#### 8"})"
                                  "\n");
  Both both(test::says("3+4?\nAnswer:", " It is 7. Question: what?"));
  RunOptions options;
  options.tasks.folder = folder.path();
  options.tasks.shots = 1;
  auto local = evaluate(*both.local, options), remote = evaluate(*both.endpoint, options);
  Json row = Json::parse(local.lines[1]);
  EXPECT_EQ(row["prompt"], "Question: 1+1?\nAnswer: 2.\n#### 2\n\nQuestion: 3+4?\nAnswer:");
  EXPECT_EQ(row["answer"], " It is 7. ");
  EXPECT_EQ(row["extracted"], "7.");
  EXPECT_EQ(row["finish"], "stop");
  EXPECT_EQ(row["metrics"], (Json{{"strict", 0.0}, {"flexible", 1.0}}));
  EXPECT_DOUBLE_EQ(local.mean("gsm8k", "flexible"), 0.5);
  EXPECT_EQ(std::vector(local.lines.begin() + 1, local.lines.end()),
            std::vector(remote.lines.begin() + 1, remote.lines.end()));
}

TEST(Run, ExactAnswers) {
  Folder folder;
  folder.file("exact.jsonl", R"({"prompt": "What?", "answer": "1,200", "id": "x"})"
                             "\n"
                             R"({"prompt": "Who?", "answer": "Ada"})"
                             "\n");
  Both both(test::says("What?", "400 * 3\n#### 1200"));
  RunOptions options;
  options.tasks.folder = folder.path();
  auto got = evaluate(*both.local, options, {"exact"});
  EXPECT_EQ(got.run.tasks["exact"]["x"].metrics["accuracy"], 1);
  EXPECT_EQ(got.run.tasks["exact"]["1"].metrics["accuracy"], 0);
}

TEST(Run, HhhBothForms) {
  Folder folder;
  folder.file("hhh_alignment/honest/task.json",
              R"({"examples": [{"input": "Is it?", "target_scores": {"no way": 0, "yes": 1}}]})");
  folder.file("hhh.jsonl", R"({"input": "Hm?", "targets": {"choices": ["good", "bad bad bad"], "labels": [1, 0]}})"
                           "\n");
  auto likes_y = [](std::span<const TokenId>, std::span<float> logits) {
    std::fill(logits.begin(), logits.end(), 0.0f);
    logits['y'] = 9;
    logits['b'] = 9;
  };
  Both both(likes_y);
  RunOptions options;
  options.tasks.folder = folder.path();
  auto local = evaluate(*both.local, options), remote = evaluate(*both.endpoint, options);
  EXPECT_EQ(local.run.tasks["hhh"]["honest/0"].metrics["accuracy"], 1);
  // Longer, so less likely as a whole; likelier by the byte.
  EXPECT_EQ(local.run.tasks["hhh"]["hhh/0"].metrics["accuracy"], 1);
  EXPECT_EQ(local.run.tasks["hhh"]["hhh/0"].metrics["accuracy_per_byte"], 0);
  EXPECT_EQ(remote.run.tasks["hhh"]["honest/0"].metrics, local.run.tasks["hhh"]["honest/0"].metrics);
  // A chat endpoint cannot be asked: a line says so, or an error when it was asked for by name.
  auto chatting = evaluate(*both.chatting, options);
  ASSERT_EQ(chatting.run.left_out.size(), 1u);
  EXPECT_EQ(chatting.run.left_out[0].second, "a chat endpoint does not tell the likelihood of a text");
  std::vector<std::string> left_out;
  auto tasks = make_tasks({"hhh"}, options.tasks, left_out);
  EXPECT_FALSE(run_tasks(*both.chatting, *tasks, options, true, {}));
}

// Against the sum by hand, in one window and in many, where each token but the first is predicted once.
TEST(Run, PerplexityInWindows) {
  Folder folder;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line " + std::to_string(i * i) + "\n";
  folder.file("perplexity.general.txt", text);
  folder.file("perplexity.jsonl", R"({"text": "abc"})" "\n");
  auto uniform = [](std::span<const TokenId>, std::span<float> logits) {
    std::fill(logits.begin(), logits.end(), 0.0f);
  };
  test::FakeModel model(uniform);
  test::FakeTokenizer tokenizer;
  RunOptions options;
  options.tasks.folder = folder.path();
  for (int length : {16, 100, 512}) {
    auto subject = *local_subject(model, tokenizer, nullptr, false, {.max_length = length}, {});
    auto got = evaluate(*subject, options, {"perplexity"});
    const auto& general = got.run.tasks["perplexity.general"]["0"].metrics;
    EXPECT_EQ(general.at("tokens"), static_cast<double>(text.size()) - 1);
    EXPECT_EQ(general.at("bytes"), static_cast<double>(text.size()));
    EXPECT_NEAR(general.at("nats"), (static_cast<double>(text.size()) - 1) * std::log(260.0), 0.05);
    EXPECT_EQ(got.run.tasks["perplexity"]["0"].metrics.at("tokens"), 2);
  }
}

TEST(Run, LimitSpreadsEvenly) {
  Folder folder;
  std::string lines;
  for (int i = 0; i < 10; ++i) lines += R"({"prompt": "p", "answer": "a", "id": ")" + std::to_string(i) + "\"}\n";
  folder.file("exact.jsonl", lines);
  auto questions = exact_task()->load({.folder = folder.path(), .limit = 3});
  ASSERT_EQ(questions->size(), 3u);
  EXPECT_EQ((*questions)[0].id + (*questions)[1].id + (*questions)[2].id, "036");
}

TEST(Run, DamagedDataIsNamed) {
  Folder folder;
  folder.file("mmlu.jsonl",
              R"({"subject": "x", "question": "q", "A": "a", "B": "b", "C": "c", "D": "d", "answer": "E"})");
  auto got = mmlu_task()->load({.folder = folder.path()});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message, folder.path() + "/mmlu.jsonl: record 1: 'answer' is none of A, B, C, D");
  std::vector<std::string> left_out;
  auto unknown = make_tasks({"mmul"}, {.folder = folder.path()}, left_out);
  EXPECT_EQ(unknown.error().message, "--tasks: unknown task 'mmul'; did you mean 'mmlu'?");
}

TEST(Run, EndpointsThatAreNone) {
  EXPECT_EQ(endpoint_subject({.url = "ftp://x"}).error().message,
            "--endpoint: 'ftp://x' does not begin with http:// or https://");
  EXPECT_EQ(endpoint_subject({.url = "http://example.org/v1", .model = "m", .key = "secret"}).error().message,
            "--endpoint: a key is not sent over http to another machine; use https://");
  auto nobody = endpoint_subject({.url = "http://127.0.0.1:1/v1", .tries = 1});
  ASSERT_FALSE(nobody);
  EXPECT_TRUE(nobody.error().message.starts_with("http://127.0.0.1:1/v1/models: ")) << nobody.error().message;
  EXPECT_FALSE(endpoint_subject({.url = "http://user:password@127.0.0.1/v1"}));
}

TEST(Run, ErrorsOfAnEndpointArePassedOn) {
  Both both(test::hashed);
  auto other =
      endpoint_subject({.url = "http://127.0.0.1:" + std::to_string(both.server->port()) + "/v1", .model = "other"});
  std::vector<Ask> ask(3, Ask{.prompt = "a"});
  auto got = (*other)->answer(ask, {});
  ASSERT_FALSE(got);
  EXPECT_TRUE(
      got.error().message.ends_with("/v1/completions: HTTP 404: there is no model 'other' here; there is 'tiny'"))
      << got.error().message;
}

// --- the benchmarks themselves

std::string bench() {
  const char* set = std::getenv("CORPUS_TEST_DATA");
  std::string folder = (set != nullptr ? std::string(set) : CORPUS_SOURCE_DIR "/../shared/data") + "/bench";
  return fs::exists(folder + "/HumanEval.jsonl.zst") ? folder : "";
}

#define BENCH_OR_SKIP() \
  if (bench().empty()) GTEST_SKIP() << "no benchmark files: set CORPUS_TEST_DATA"

TEST(RealData, Sizes) {
  BENCH_OR_SKIP();
  TaskOptions options{.folder = bench()};
  auto mmlu = mmlu_task()->load(options);
  ASSERT_TRUE(mmlu) << mmlu.error().message;
  EXPECT_EQ(mmlu->size(), 14042u);
  auto gsm8k = gsm8k_task()->load(options);
  ASSERT_TRUE(gsm8k) << gsm8k.error().message;
  EXPECT_EQ(gsm8k->size(), 1319u);
  EXPECT_TRUE((*gsm8k)[0].prompt.starts_with("Question: Natalia sold clips"));
  // The published answer is the right answer, by both rules.
  for (const auto& q : *gsm8k) {
    Said said{.text = q.gold};
    auto scored = gsm8k_task()->score(q, std::span(&said, 1));
    for (const auto& [name, value] : scored->metrics) EXPECT_EQ(value, 1) << q.id << ' ' << name;
  }
}

TEST(RealData, HumanEvalSolutionsPass) {
  BENCH_OR_SKIP();
  auto sandbox = Sandbox::open();
  if (!sandbox) GTEST_SKIP() << sandbox.error().message;
  auto task = humaneval_task(*sandbox);
  auto questions = task->load({.folder = bench()});
  ASSERT_TRUE(questions) << questions.error().message;
  ASSERT_EQ(questions->size(), 164u);
  std::map<std::string, std::string> solutions;
  ASSERT_TRUE(each_record(bench() + "/HumanEval.jsonl.zst", [&](const Json& record, std::string_view) -> Result<void> {
    solutions[record["task_id"].get<std::string>()] = record["canonical_solution"].get<std::string>();
    return {};
  }));
  for (const auto& q : *questions) {
    Said said{.text = solutions[q.id]};
    auto scored = task->score(q, std::span(&said, 1));
    ASSERT_TRUE(scored) << scored.error().message;
    EXPECT_EQ(scored->metrics[0].second, 1) << q.id << ' ' << scored->details;
  }
  // And what is no solution does not: nothing, a program that ends early, one that never does.
  for (const char* wrong : {"    pass\n", "    import os; os._exit(0)\n", "    import sys; sys.exit(0)\n"}) {
    Said said{.text = wrong};
    EXPECT_EQ(task->score((*questions)[0], std::span(&said, 1))->metrics[0].second, 0) << wrong;
  }
  std::vector<Said> ten(10, Said{.text = "    pass\n"});
  ten[3].text = solutions[(*questions)[0].id];
  auto scored = task->score((*questions)[0], ten);
  ASSERT_EQ(scored->metrics.size(), 2u);
  EXPECT_NEAR(scored->metrics[0].second, 0.1, 1e-12);
  EXPECT_EQ(scored->metrics[1].second, 1);
}

}  // namespace
}  // namespace student
