// policy.gate, stage by stage, with records made by hand.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "corpus/component.h"
#include "corpus/policy.h"
#include "corpus/recipe.h"
#include "support/batch.h"

namespace corpus {
Result<Stages> make_policy_gate(const Value&, BuildContext&);

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSources =
    "intent: train_competing\ndate: 2026-12-01\nsources:\n"
    "  - {files: mit.jsonl, licence: MIT, teacher: human}\n"
    "  - {files: nc.jsonl, licence: CC-BY-NC-4.0, teacher: human}\n"
    "  - {files: gpt.jsonl, licence: MIT, teacher: gpt-4}\n"
    "  - {files: mixed.jsonl, licence: MIT, teacher: [gpt-4, deepseek-r1]}\n"
    "  - {files: says.jsonl, licence: MIT}\n";
constexpr std::uint32_t kMit = 0, kNc = 1, kGpt = 2, kMixed = 3, kSays = 4, kUndeclared = 5;

// The gate as exec/ runs it: the Fold's pass, what it becomes, and the count behind it.
struct Gate {
  explicit Gate(std::string options = std::string(kSources)) {
    context.memory = &memory;
    context.inputs = {"mit.jsonl",   "nc.jsonl",   "gpt.jsonl",
                      "mixed.jsonl", "says.jsonl", "undeclared.jsonl"};
    auto value = parse_yaml(options, "options");
    EXPECT_TRUE(value) << value.error().message;
    auto made = make_policy_gate(*value, context);
    if (!made) {
      problem = made.error().message;
      return;
    }
    stages = *std::move(made);
  }

  Fold& fold(std::size_t i) { return *std::get<std::unique_ptr<Fold>>(stages[i]); }

  void observe(std::size_t i, const Batch& batch) {
    auto partial = fold(i).partial();
    ASSERT_TRUE(fold(i).observe(batch, *partial));
    ASSERT_TRUE(fold(i).merge(std::move(partial)));
  }

  void decide(Batch& batch) {
    if (map == nullptr) {
      auto made = fold(0).finish();
      ASSERT_TRUE(made);
      map = *std::move(made);
    }
    auto state = map->scratch();
    ASSERT_TRUE(map->run(batch, state.get()));
    observe(1, batch);
  }

  void run(Batch& batch) {
    observe(0, batch);
    decide(batch);
  }

  MemoryBudget memory;
  BuildContext context;
  Stages stages;
  std::unique_ptr<Map> map;
  std::string problem;
};

Record& add(Batch& batch, std::uint32_t input, std::string_view text,
            std::string_view teacher = {}) {
  Record& r = test::add(batch, {{Role::kUser, "q"}, {Role::kAssistant, text}}, {}, teacher);
  r.pos = RecordPos::make(input, batch.records.size() * 100);
  return r;
}

std::string tag_of(const Batch& batch, std::size_t record) {
  for (const auto& tag : batch.tags) {
    if (tag.record == record && tag.key == "policy") return std::string(tag.value);
  }
  return {};
}

TEST(Gate, StopsWhatTheTermsDoNotAllow) {
  Gate gate;
  Batch batch;
  add(batch, kMit, "a");
  add(batch, kNc, "b");
  add(batch, kGpt, "c");
  add(batch, kSays, "d");
  add(batch, kSays, "e", "deepseek-r1");
  add(batch, kSays, "f", "claude-3-opus");
  add(batch, kUndeclared, "g", "deepseek-r1");
  add(batch, 77, "h");
  gate.run(batch);
  EXPECT_EQ(batch.records[0].drop.name(), "");
  EXPECT_EQ(batch.records[1].drop.name(), "policy.cc-by-nc-4.0.train_competing");
  EXPECT_EQ(batch.records[2].drop.name(), "policy.openai-services-2026.train_competing");
  EXPECT_EQ(batch.records[3].drop.name(), "policy.unknown_teacher");
  EXPECT_EQ(batch.records[4].drop.name(), "");
  EXPECT_EQ(batch.records[5].drop.name(), "policy.anthropic-commercial-20250617.train_competing");
  EXPECT_EQ(batch.records[6].drop.name(), "policy.undeclared_source");
  EXPECT_EQ(batch.records[7].drop.name(), "policy.unknown_teacher");
  EXPECT_EQ(tag_of(batch, 0), "");
  EXPECT_NE(tag_of(batch, 2).find("use Output to develop artificial intelligence models"),
            std::string::npos);
  EXPECT_NE(tag_of(batch, 1).find("for NonCommercial purposes only"), std::string::npos);
}

TEST(Gate, ARecordIsOneOfItsSourcesTeachersOrAllOfThem) {
  Gate gate;
  Batch batch;
  add(batch, kMixed, "a", "deepseek-r1");  // one of the declared
  add(batch, kMixed, "b", "DeepSeek R1");  // the same, spelled otherwise
  add(batch, kMixed, "c", "gpt-4");
  add(batch, kMixed, "d");           // one of them, unknown which
  add(batch, kMixed, "e", "phi-4");  // says another than its source
  add(batch, kMit, "f", "gpt-4");    // its source says that people wrote it
  add(batch, kMit, "g", "example");
  gate.run(batch);
  std::vector<std::string> got;
  for (const auto& r : batch.records) got.emplace_back(r.drop.name());
  std::string openai = "policy.openai-services-2026.train_competing";
  EXPECT_EQ(got, (std::vector<std::string>{"", "", openai, openai, openai, openai,
                                           "policy.unknown_teacher"}));
}

TEST(Gate, DroppedRecordsAreLeftAlone) {
  Gate gate;
  Batch batch;
  add(batch, kGpt, "a").drop = Reason::intern("filters.length.short");
  gate.run(batch);
  EXPECT_EQ(batch.records[0].drop.name(), "filters.length.short");
  EXPECT_TRUE(batch.tags.empty());
}

TEST(Gate, TheSameContentIsTreatedByTheStricterSource) {
  Gate gate;
  Batch first, second;
  add(first, kMit, "twin \r\n");  // equal after normalisation
  add(first, kMit, "alone");
  add(second, kNc, "twin");
  add(second, kNc, "other");
  gate.observe(0, first);
  gate.observe(0, second);
  gate.decide(first);
  gate.decide(second);
  EXPECT_EQ(first.records[0].drop.name(), "policy.cc-by-nc-4.0.train_competing");
  EXPECT_NE(tag_of(first, 0).find("\"same_content_as\":{\"input\":1,\"offset\":100}}"),
            std::string::npos)
      << tag_of(first, 0);
  EXPECT_NE(tag_of(first, 0).find("NonCommercial"), std::string::npos);
  EXPECT_FALSE(first.records[1].drop);
  EXPECT_TRUE(second.records[0].drop);
}

TEST(Gate, TheStrictestTwinCountsInAnyOrder) {
  for (int order = 0; order < 2; ++order) {
    Gate gate;
    Batch nc, gpt, mit;
    add(nc, kNc, "twin");
    add(gpt, kGpt, "twin");
    add(mit, kMit, "twin");
    gate.observe(0, order == 0 ? nc : gpt);
    gate.observe(0, order == 0 ? gpt : nc);
    gate.observe(0, mit);
    gate.decide(mit);
    EXPECT_EQ(mit.records[0].drop.name(), "policy.openai-services-2026.train_competing");
  }
}

TEST(Gate, WithoutSameContentItIsOneMap) {
  Gate gate(std::string(kSources) + "same_content: false\n");
  ASSERT_TRUE(std::holds_alternative<std::unique_ptr<Map>>(gate.stages[0]));
  Batch batch;
  add(batch, kMit, "twin");
  add(batch, kNc, "twin");
  ASSERT_TRUE(test::run_stages(gate.stages, gate.context, batch));
  EXPECT_FALSE(batch.records[0].drop);
  EXPECT_TRUE(batch.records[1].drop);
}

TEST(Gate, StateSurvivesARestart) {
  std::string twins_log, counts_log;
  auto to = [](std::string& log) {
    return [&log](std::string_view bytes) -> Result<void> {
      log += bytes;
      return {};
    };
  };
  Batch nc, gpt, mit;
  add(nc, kNc, "twin");
  add(nc, kNc, "second");
  add(gpt, kGpt, "twin");
  add(mit, kMit, "twin");
  add(mit, kMit, "second");
  add(mit, kMit, "alone");
  {
    Gate gate;
    gate.observe(0, nc);
    ASSERT_TRUE(gate.fold(0).save(to(twins_log)));
    gate.observe(0, gpt);
    ASSERT_TRUE(gate.fold(0).save(to(twins_log)));
    std::size_t size = twins_log.size();
    ASSERT_TRUE(gate.fold(0).save(to(twins_log)));
    EXPECT_EQ(twins_log.size(), size) << "nothing changed";
  }
  std::string straight;
  {
    Gate gate;
    ASSERT_TRUE(gate.fold(0).load(twins_log));
    gate.observe(0, mit);
    gate.decide(mit);
    EXPECT_EQ(mit.records[0].drop.name(), "policy.openai-services-2026.train_competing");
    EXPECT_EQ(mit.records[1].drop.name(), "policy.cc-by-nc-4.0.train_competing");
    EXPECT_FALSE(mit.records[2].drop);
    ASSERT_TRUE(gate.fold(1).save(to(counts_log)));
    straight = gate.fold(1).report();
  }
  Gate gate;
  ASSERT_TRUE(gate.fold(1).load(counts_log));
  EXPECT_EQ(gate.fold(1).report(), straight);
  for (std::size_t cut = 1; cut < twins_log.size(); cut += 101) {
    Gate other;
    (void)other.fold(0).load(
        std::string_view(twins_log).substr(0, cut));  // an error or less, no crash
  }
  std::string damaged = twins_log;
  damaged[0] = 'X';
  EXPECT_FALSE(gate.fold(0).load(damaged));
  EXPECT_FALSE(gate.fold(1).load(counts_log.substr(0, counts_log.size() - 1)));
}

TEST(Gate, ReportsByInputAndNamesTheDuties) {
  Gate gate(std::string(kSources) + "accept: [attribution]\ncommercial: false\n");
  Batch batch;
  add(batch, kMit, "a");
  add(batch, kNc, "b");
  add(batch, kNc, "b2");
  add(batch, kGpt, "c");
  gate.run(batch);
  std::string report = gate.fold(1).report();
  EXPECT_NE(report.find("\"intent\":\"train_competing\""), std::string::npos);
  EXPECT_NE(report.find("\"date\":\"2026-12-01\""), std::string::npos);
  EXPECT_NE(report.find("{\"input\":\"nc.jsonl\",\"declared\":true,\"licences\":[\"CC-BY-NC-4.0\"],"
                        "\"teachers\":[\"human\"],"
                        "\"passed\":2,\"rejected\":{}}"),
            std::string::npos)
      << report;
  EXPECT_NE(report.find("\"rejected\":{\"policy.openai-services-2026.train_competing\":1}"),
            std::string::npos);
  EXPECT_NE(report.find("{\"rule\":\"cc-by-nc-4.0.train_competing\",\"type\":\"attribution\"}"),
            std::string::npos);
  EXPECT_EQ(report.find("openai-services-2026.train_competing\",\"type\""), std::string::npos);
}

TEST(Gate, MemoryIsAccountedFor) {
  MemoryBudget memory(1000);
  Gate gate;
  gate.context.memory = &memory;
  auto made = make_policy_gate(*parse_yaml(kSources, "o"), gate.context);
  ASSERT_TRUE(made);
  auto& fold = *std::get<std::unique_ptr<Fold>>((*made)[0]);
  Batch batch;
  for (int i = 0; i < 100; ++i) add(batch, kGpt, "text " + std::to_string(i));
  {
    auto partial = fold.partial();
    auto seen = fold.observe(batch, *partial);
    ASSERT_FALSE(seen);
    EXPECT_EQ(seen.error().code, Code::kLimit);
  }
  EXPECT_EQ(memory.used(), 0u);
}

TEST(Gate, ManyTeachersStayWithinBounds) {
  Gate gate;
  for (int round = 0; round < 20; ++round) {
    Batch batch;
    for (int i = 0; i < 1000; ++i)
      add(batch, kSays, "x", "model-" + std::to_string(round * 1000 + i));
    gate.decide(batch);
    for (const auto& r : batch.records) ASSERT_EQ(r.drop.name(), "policy.unknown_teacher");
  }
}

TEST(Gate, OptionsThatCannotWorkAreRefused) {
  EXPECT_NE(Gate("intent: train\ndate: 2026-02-30\n").problem, "");
  EXPECT_NE(Gate("intent: train\ntable: /nowhere/SOURCES.tsv\n").problem, "");
  EXPECT_NE(Gate("intent: train\nregistry: [/nowhere/x.yaml]\n").problem, "");
  EXPECT_NE(Gate("intent: dance\n").problem, "");
  EXPECT_EQ(Gate("intent: train\n").problem, "");
}

// --- the real corpora

const char* data_folder() {
  static const std::string path = [] {
    const char* set = std::getenv("CORPUS_TEST_DATA");
    fs::path p = set != nullptr ? fs::path(set) : fs::path(CORPUS_SOURCE_DIR) / "../shared/data";
    return fs::exists(p / "SOURCES.tsv") ? fs::canonical(p).string() : std::string();
  }();
  return path.c_str();
}

// Every file of the table, by the rule that decides for a commercial, released, competing student
// that credits its sources.
TEST(SharedTable, EachFileByItsStatedLicenceAndTeacher) {
  std::string data = data_folder();
  if (data.empty()) GTEST_SKIP() << "no shared data: set CORPUS_TEST_DATA";
  std::ifstream table(data + "/SOURCES.tsv");
  std::vector<std::string> files;
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) files.push_back(line.substr(0, line.find('\t')));

  Gate gate("intent: train\n");
  gate.context.inputs.clear();
  for (const auto& file : files) gate.context.inputs.push_back(data + '/' + file);
  auto options = parse_yaml(
      "intent: train_competing\ndate: 2026-12-01\naccept: [attribution]\ntable: " + data +
          "/SOURCES.tsv\n",
      "o");
  auto made = make_policy_gate(*options, gate.context);
  ASSERT_TRUE(made) << made.error().message;
  gate.stages = *std::move(made);
  Batch batch;
  for (std::uint32_t i = 0; i < files.size(); ++i) add(batch, i, "text of " + files[i]);
  gate.run(batch);

  std::vector<std::string> passed;
  std::map<std::string, int> reasons;
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    if (!batch.records[i].drop)
      passed.push_back(files[i]);
    else
      ++reasons[std::string(batch.records[i].drop.name())];
  }
  // Human-written, and under a licence that is stated for the data without reserve.
  EXPECT_EQ(passed, (std::vector<std::string>{
                        "anthropic_evals/ai_risk_human_generated_evals.jsonl.zst",
                        "bench/HumanEval.jsonl.zst", "bench/gsm8k_test.jsonl.zst",
                        "bench/gsm8k_test_socratic.jsonl.zst", "bench/gsm8k_train.jsonl.zst",
                        "bench/mt_bench_question.jsonl.zst", "bench/raw/HumanEval.jsonl.gz",
                        "fastchat/dummy_conversation.jsonl.zst",
                        "fastchat/raw/dummy_conversation.json.zst"}));
  EXPECT_EQ(reasons["policy.stated-non-commercial.train_competing"],
            6);  // instructwild, belle's seeds
  EXPECT_EQ(reasons["policy.cc-by-nc-4.0.train_competing"],
            7);  // alpaca, WizardLM, alpaca_eval of unknown teachers
  EXPECT_GE(reasons["policy.openai-services-2026.train_competing"], 20);
  EXPECT_GE(reasons["policy.openai-tou-20230314.train_competing"], 20);
  EXPECT_EQ(reasons["policy.anthropic-commercial-20250617.train_competing"], 5);
}

}  // namespace
}  // namespace corpus
