#include "corpus/quality.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "corpus/pipeline.h"
#include "corpus/registry.h"
#include "support/batch.h"
#include "support/folder.h"

namespace corpus {
namespace {

// --- top_percent

std::unique_ptr<Fold> top(double percent, MemoryBudget& memory, const char* best = "high") {
  BuildContext context{.memory = &memory};
  Value options(Value::Object{});
  options.set("percent", percent);
  options.set("score", "/corpus/s");
  options.set("best", best);
  auto made = find_component("quality.top_percent")->make(options, context);
  EXPECT_TRUE(made);
  return std::move(std::get<std::unique_ptr<Fold>>(made->at(0)));
}

Batch scored(const std::vector<double>& scores) {
  Batch batch;
  for (double score : scores) {
    test::add_chat(batch, "q", "a");
    batch.tag(batch.records.size() - 1, "s", batch.arena.copy(std::to_string(score)));
  }
  return batch;
}

std::string finish(Fold& fold, std::vector<Batch>& batches) {
  auto map = fold.finish();
  EXPECT_TRUE(map);
  auto state = (*map)->scratch();
  std::string out;
  for (Batch& batch : batches) {
    EXPECT_TRUE((*map)->run(batch, state.get()));
    for (Record& record : batch.records) {
      std::string_view name = record.drop.name();
      out += !record.drop                             ? '.'
             : name == "quality.top_percent.below"    ? 'x'
             : name == "quality.top_percent.no_score" ? '-'
                                                      : 'o';
      if (out.back() != 'o') record.drop = Reason();
    }
  }
  return out;
}

std::string run_top(double percent, std::vector<Batch>& batches, const char* best = "high") {
  MemoryBudget memory;
  auto fold = top(percent, memory, best);
  auto state = fold->partial();
  for (const Batch& batch : batches) EXPECT_TRUE(fold->observe(batch, *state));
  EXPECT_TRUE(fold->merge(std::move(state)));
  return finish(*fold, batches);
}

TEST(TopPercent, KeepsTheBest) {
  std::vector<Batch> batches;
  batches.push_back(scored({0.5, -3, 0.9, 0.1}));
  batches.push_back(scored({1e3, 0.2}));
  EXPECT_EQ(run_top(50, batches), ".x.x.x");
  EXPECT_EQ(run_top(51, batches), ".x.x..");
  EXPECT_EQ(run_top(1, batches), "xxxx.x");
  EXPECT_EQ(run_top(100, batches), "......");
  EXPECT_EQ(run_top(34, batches, "low"), "x.x.x.");
}

TEST(TopPercent, TiesStayTogether) {
  std::vector<Batch> batches;
  batches.push_back(scored({1, 1, 0, 1, 0, 0}));
  EXPECT_EQ(run_top(17, batches), "..x.xx");
  EXPECT_EQ(run_top(60, batches), "......");
}

TEST(TopPercent, RecordsThatAreGoneOrHaveNoScoreDoNotCount) {
  std::vector<Batch> batches;
  batches.push_back(scored({5, 4, 3, 2}));
  batches[0].records[0].drop = Reason::intern("test.other");
  test::add_chat(batches[0], "q", "a");
  EXPECT_EQ(run_top(50, batches), "o..x-");
  std::vector<Batch> none(1);
  test::add_chat(none[0], "q", "a");
  EXPECT_EQ(run_top(50, none), "-");
}

TEST(TopPercent, ReadsTheRecordWhereNoTagIs) {
  std::vector<Batch> batches(1);
  for (const char* json : {R"({"corpus":{"s":2}})", R"({"corpus":{"s":"7.5"}})",
                           R"({"corpus":{"s":[9]}})", R"({"s":9})"}) {
    test::add_chat(batches[0], "q", "a").json = batches[0].arena.copy(json);
  }
  batches[0].tag(0, "s", "8");
  EXPECT_EQ(run_top(50, batches), ".x--");
}

TEST(TopPercent, WorkersOrderAndRestartsDoNotMatter) {
  std::mt19937 random(5);
  std::vector<Batch> batches;
  for (int b = 0; b < 40; ++b) {
    std::vector<double> scores;
    for (int i = 0; i < 500; ++i) scores.push_back(static_cast<double>(random() % 5000) / 100);
    batches.push_back(scored(scores));
  }
  std::string expected = run_top(23, batches);
  auto kept = std::count(expected.begin(), expected.end(), '.');
  EXPECT_GE(kept, 4600);
  EXPECT_LT(kept, 4620);
  for (std::size_t workers : {1U, 3U, 7U}) {
    MemoryBudget memory;
    std::string log;
    StateSink sink = [&](std::string_view bytes) -> Result<void> {
      log += bytes;
      return {};
    };
    auto first = top(23, memory), second = top(23, memory);
    std::vector<std::unique_ptr<State>> states;
    for (std::size_t w = 0; w < workers; ++w) states.push_back(first->partial());
    for (std::size_t i = 0; i < 25; ++i) {
      ASSERT_TRUE(first->observe(batches[i], *states[random() % workers]));
      if (i == 12) {
        ASSERT_TRUE(first->merge(std::exchange(states[0], first->partial())));
        ASSERT_TRUE(first->save(sink));
      }
    }
    for (auto& state : states) ASSERT_TRUE(first->merge(std::move(state)));
    ASSERT_TRUE(first->save(sink));
    std::size_t size = log.size();
    ASSERT_TRUE(first->save(sink));
    EXPECT_EQ(log.size(), size) << "nothing new, nothing written";
    ASSERT_TRUE(second->load(log));
    auto state = second->partial();
    for (std::size_t i = 25; i < batches.size(); ++i)
      ASSERT_TRUE(second->observe(batches[i], *state));
    ASSERT_TRUE(second->merge(std::move(state)));
    ASSERT_EQ(finish(*second, batches), expected);
  }
}

TEST(TopPercent, OverTheBudgetSaysWhatHelps) {
  MemoryBudget memory(100 << 10);
  {
    auto fold = top(10, memory);
    auto state = fold->partial();
    Result<void> result;
    for (int b = 0; b < 100 && result; ++b) {
      std::vector<double> scores;
      for (int i = 0; i < 1000; ++i) scores.push_back(b * 1000 + i);
      result = fold->observe(scored(scores), *state);
    }
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kLimit);
    EXPECT_NE(result.error().message.find("round the scores"), std::string::npos);
  }
  EXPECT_EQ(memory.used(), 0U);
}

// --- training and applying

// Records whose answers are made of other words when they are good; one in twenty is judged
// wrongly.
std::string judged(int n) {
  std::mt19937 random(11);
  const std::vector<std::string> good = {"because", "therefore", "first",  "evidence",
                                         "careful", "explains",  "example"};
  const std::vector<std::string> bad = {"lol",  "idk",    "whatever", "stuff",
                                        "yeah", "things", "dunno"};
  const std::vector<std::string> both = {"the", "answer", "is", "a", "of", "and", "it", "to"};
  std::string out;
  for (int i = 0; i < n; ++i) {
    bool is_good = random() % 2 == 0;
    std::string text;
    for (int w = 0; w < 20; ++w) {
      const auto& from = random() % 3 != 0 ? both : is_good ? good : bad;
      text += (w == 0 ? "" : " ") + from[random() % from.size()];
    }
    if (random() % 20 == 0) is_good = !is_good;
    out += "{\"prompt\": \"q\", \"response\": \"" + text + "\", \"judge\": {\"score\": " +
           std::to_string(is_good ? 4 + random() % 2 : 1 + random() % 3) + ", \"class\": \"" +
           (is_good ? "fine" : "poor") + "\"}}\n";
  }
  return out;
}

Value input(const std::string& path) {
  Value out(Value::Object{});
  out.set("paths", Value::Array{path});
  return out;
}

TEST(QualityTraining, LearnsCalibratesAndIsTheSameEachTime) {
  test::Folder dir;
  std::string data = dir.write("judged.jsonl", judged(3000));
  quality::ClassifierOptions options;
  options.input = input(data);
  options.label = "/judge/score";
  options.threshold = 4;
  options.dim = 8;
  options.buckets = 1000;
  auto card = quality::train_classifier(options, dir / "good.bin");
  ASSERT_TRUE(card) << card.error().message;
  auto read = parse_yaml(*card, "card");
  ASSERT_TRUE(read);
  EXPECT_GT(read->find("test")->get("accuracy", 0.0), 0.9) << *card;
  EXPECT_GT(read->find("test")->get("auc", 0.0), 0.93) << *card;
  EXPECT_LT(read->find("test")->get("calibration_error", 1.0), 0.08) << *card;
  const Value& records = *read->find("records");
  EXPECT_EQ(records.get("train", 0) + records.get("calibrate", 0) + records.get("test", 0), 3000);
  EXPECT_NEAR(static_cast<double>(records.get("test", 0)), 300, 60);

  std::string bytes = test::slurp(dir / "good.bin");
  ASSERT_TRUE(quality::train_classifier(options, dir / "again.bin"));
  EXPECT_TRUE(test::slurp(dir / "again.bin") == bytes);
  EXPECT_EQ(test::slurp(dir / "again.bin.json"), *card);
  options.seed = 1;
  ASSERT_TRUE(quality::train_classifier(options, dir / "again.bin"));
  EXPECT_FALSE(test::slurp(dir / "again.bin") == bytes);

  std::vector<std::string> names;
  for (const auto& [name, content] : test::files_below(dir.path())) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"again.bin", "again.bin.json", "good.bin",
                                             "good.bin.json", "judged.jsonl"}));

  auto recipe = parse_recipe(
      "corpus: 1\nstages:\n  - quality.fasttext: {model: " + (dir / "good.bin") +
          "}\n  - quality.top_percent: {percent: 30}\noutput: {file: " + (dir / "out.jsonl") +
          "}\n",
      "r");
  ASSERT_TRUE(recipe) << recipe.error().message;
  recipe->input = input(data);
  auto report = run(*recipe, {.threads = 2});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GE(report->summary.kept, 900U);
  EXPECT_LT(report->summary.kept, 1000U);
  std::string out = test::slurp(dir / "out.jsonl");
  EXPECT_NE(out.find("\"corpus\":{\"quality\":{\"class\":\"high\",\"score\":0."), std::string::npos)
      << out.substr(0, 300);
  EXPECT_EQ(out.find("lol"), std::string::npos);
}

// A learner that goes through its records one by one would know the last class only.
TEST(QualityTraining, TheOrderOfRecordsDoesNotMatter) {
  test::Folder dir;
  std::string records = judged(1000), good, bad;
  for (std::size_t at = 0; at < records.size();) {
    std::size_t end = records.find('\n', at) + 1;
    std::string record = records.substr(at, end - at);
    (record.find("fine") != std::string::npos ? good : bad) += record;
    at = end;
  }
  quality::ClassifierOptions options;
  options.label = "/judge/class";
  options.positive = "fine";
  options.dim = 4;
  options.buckets = 500;
  options.input = input(dir.write("mixed.jsonl", records));
  ASSERT_TRUE(quality::train_classifier(options, dir / "mixed"));
  options.input = input(dir.write("sorted.jsonl", good + bad));
  ASSERT_TRUE(quality::train_classifier(options, dir / "sorted"));
  EXPECT_TRUE(test::slurp(dir / "mixed") == test::slurp(dir / "sorted"));
}

TEST(QualityTraining, ClassesByName) {
  test::Folder dir;
  quality::ClassifierOptions options;
  options.input = input(dir.write("judged.jsonl", judged(1000)));
  options.label = "/judge/class";
  options.dim = 4;
  options.word_ngrams = 1;
  auto unnamed = quality::train_classifier(options, dir / "m");
  ASSERT_FALSE(unnamed);
  EXPECT_NE(unnamed.error().message.find("fine, poor"), std::string::npos)
      << unnamed.error().message;
  options.positive = "fine";
  ASSERT_TRUE(quality::train_classifier(options, dir / "m"));

  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  Value apply(Value::Object{});
  apply.set("model", dir / "m");
  apply.set("min_score", 0.5);
  auto made = find_component("quality.fasttext")->make(apply, context);
  ASSERT_TRUE(made) << made.error().message;
  Batch batch;
  test::add_chat(batch, "q", "because evidence explains the answer");
  test::add_chat(batch, "q", "lol whatever yeah dunno stuff");
  ASSERT_TRUE(test::run_stages(*made, context, batch));
  EXPECT_FALSE(batch.records[0].drop);
  EXPECT_EQ(batch.records[1].drop.name(), "quality.fasttext.low_score");
  ASSERT_EQ(batch.tags.size(), 2U);
  EXPECT_TRUE(batch.tags[0].value.starts_with("{\"class\":\"fine\",\"score\":0.9"))
      << batch.tags[0].value;
  EXPECT_TRUE(batch.tags[1].value.starts_with("{\"class\":\"poor\",\"score\":0.0"))
      << batch.tags[1].value;

  // A model without its card has to be told its good class.
  std::filesystem::remove(dir / "m.json");
  auto bare = find_component("quality.fasttext")->make(apply, context);
  ASSERT_FALSE(bare);
  EXPECT_NE(bare.error().message.find("`label`"), std::string::npos) << bare.error().message;
  apply.set("label", "poor");
  EXPECT_TRUE(find_component("quality.fasttext")->make(apply, context));
}

// Models of version 1 stay readable, and mean the same.
TEST(QualityModel, Golden) {
  test::Folder dir;
  const std::string golden = std::string(CORPUS_SOURCE_DIR) + "/tests/quality/golden/model-1.bin";
  dir.write("m.bin", test::slurp(golden));
  std::string card = test::slurp(golden + ".json");
  dir.write("m.bin.json", card);
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  Value options(Value::Object{});
  options.set("model", dir / "m.bin");
  auto tag = [&](bool calibrated) {
    options.set("calibrated", calibrated);
    auto made = find_component("quality.fasttext")->make(options, context);
    EXPECT_TRUE(made) << made.error().message;
    Batch batch;
    test::add_chat(batch, "q", "because evidence lol");
    EXPECT_TRUE(test::run_stages(*made, context, batch));
    return std::string(batch.tags.at(0).value);
  };
  EXPECT_EQ(tag(false), "{\"class\":\"high\",\"score\":0.595089}");
  EXPECT_EQ(tag(true), "{\"class\":\"high\",\"score\":0.495089}");

  card.replace(card.find("\"version\":1"), 11, "\"version\":2");
  dir.write("m.bin.json", card);
  auto newer = find_component("quality.fasttext")->make(options, context);
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, Code::kUnsupported);
  dir.write("m.bin.json",
            "{\"version\":1,\"positive\":\"high\",\"calibration\":[[0.5,0.1],[0.5,0.2]]}");
  auto wrong = find_component("quality.fasttext")->make(options, context);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kCorrupt);
}

TEST(QualityTraining, SaysWhatIsWrongWithTheLabels) {
  test::Folder dir;
  quality::ClassifierOptions options;
  options.input = input(dir.write("judged.jsonl", judged(50)));
  auto error = [&] {
    auto made = quality::train_classifier(options, dir / "m");
    EXPECT_FALSE(made);
    EXPECT_FALSE(std::filesystem::exists(dir / "m"));
    return made ? std::string() : made.error().message;
  };
  options.label = "/nowhere";
  EXPECT_NE(error().find("no record has a label at /nowhere"), std::string::npos);
  options.label = "/judge/class";
  options.threshold = 3;
  EXPECT_NE(error().find("is no number: "), std::string::npos);
  options.label = "/judge/score";
  options.threshold = 9;
  EXPECT_NE(error().find("all are low; use another threshold"), std::string::npos);
  options.threshold.reset();
  options.label = "/response";
  EXPECT_NE(error().find("one word"), std::string::npos);
}

TEST(QualityTraining, NgramsTellTheirTextFromAnother) {
  test::Folder dir;
  std::string data = dir.write("judged.jsonl", judged(2000));
  quality::NgramOptions options;
  options.input = input(data);
  options.order = 3;
  auto card = quality::train_ngrams(options, dir / "m.arpa");
  ASSERT_TRUE(card) << card.error().message;
  auto read = parse_yaml(*card, "card");
  ASSERT_TRUE(read);
  double expected = read->find("test")->get("perplexity", 0.0);
  EXPECT_GT(expected, 5);
  EXPECT_LT(expected, 22) << "there are 22 words";
  std::string bytes = test::slurp(dir / "m.arpa");
  ASSERT_TRUE(quality::train_ngrams(options, dir / "m.arpa"));
  EXPECT_TRUE(test::slurp(dir / "m.arpa") == bytes);
  EXPECT_EQ(*quality::model_kind(dir / "m.arpa"), "ngram");
  EXPECT_FALSE(quality::model_kind(data));

  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  Value apply(Value::Object{});
  apply.set("model", dir / "m.arpa");
  apply.set("min", 2.0);
  apply.set("max", 100.0);
  auto made = find_component("quality.perplexity")->make(apply, context);
  ASSERT_TRUE(made) << made.error().message;
  Batch batch;
  test::add_chat(batch, "q", "the answer is evidence of a careful example");
  test::add_chat(batch, "q", "purple monkeys dance on Tuesdays");
  test::add_chat(batch, "q", "\n");
  ASSERT_TRUE(test::run_stages(*made, context, batch));
  EXPECT_FALSE(batch.records[0].drop);
  EXPECT_EQ(batch.records[1].drop.name(), "quality.perplexity.high");
  EXPECT_FALSE(batch.records[2].drop);
  ASSERT_EQ(batch.tags.size(), 2U);
  EXPECT_EQ(batch.tags[0].key, "perplexity");
  apply.set("min", 90.0);
  made = find_component("quality.perplexity")->make(apply, context);
  ASSERT_TRUE(made);
  ASSERT_TRUE(test::run_stages(*made, context, batch));
  EXPECT_EQ(batch.records[0].drop.name(), "quality.perplexity.low");
}

TEST(QualityTraining, OfNothingIsAnError) {
  test::Folder dir;
  quality::NgramOptions options;
  options.input = input(dir.write("none.jsonl", "{\"prompt\": \"q\", \"response\": \"\"}\n"));
  EXPECT_FALSE(quality::train_ngrams(options, dir / "m.arpa"));
  EXPECT_FALSE(std::filesystem::exists(dir / "m.arpa"));
  EXPECT_FALSE(std::filesystem::exists(dir / "m.arpa.tmp"));
}

}  // namespace
}  // namespace corpus
