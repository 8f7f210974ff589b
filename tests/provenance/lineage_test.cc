// tags.lineage: the tag, the counts for the manifest, chains of corpora; trace.
#include "corpus/lineage.h"

#include <gtest/gtest.h>

#include "core/schema.h"
#include "corpus/pipeline.h"
#include "corpus/shard.h"
#include "json/value.h"
#include "provenance/aigc_label.h"
#include "provenance/manifest_view.h"
#include "provenance/teacher_facts.h"
#include "support/folder.h"

namespace corpus {
namespace {


struct Lineage : ::testing::Test {
  // Runs `stages` over a file; the folder's name is `name`.
  std::string run(const std::string& in, const std::string& name, const std::string& stages,
                  int threads = 1) {
    auto recipe = parse_recipe("corpus: 1\ninput: {paths: [" + in + "], batch: 1k}\nstages:\n" +
                                   stages + "output: {dir: " + (folder / name) + "}\n",
                               "recipe");
    EXPECT_TRUE(recipe) << recipe.error().message;
    auto report = corpus::run(*recipe, {.threads = threads});
    EXPECT_TRUE(report) << report.error().message;
    return folder / name;
  }
  Value tag(const std::string& dir, std::uint64_t number) {
    auto record = json::parse_value(*CorpusReader::open(dir)->get(number));
    const Value* corpus = record->find("corpus");
    EXPECT_NE(corpus, nullptr);
    auto problem = find_problem(*corpus->find("lineage"), *parsed_schema("lineage"), "");
    EXPECT_FALSE(problem) << problem->error("lineage").message;
    return *corpus;
  }
  test::Folder folder;
};

constexpr std::string_view kLines =
    R"({"prompt":"Name a prime.","response":"Seven is one.","model":"gpt-4-0613"})"
    "\n"
    R"({"prompt":"Name a colour.","response":"Green is one.","AIGC":{"Label":"2"}})"
    "\n";

TEST_F(Lineage, SaysWhereARecordCameFromAndWhoWroteIt) {
  std::string in = folder.write("in.jsonl", std::string(kLines));
  std::string dir = run(in, "out",
                        "  - tags.lineage: {sources: [{files: '**', teacher: [vicuna-13b, human], "
                        "licence: MIT, owner: Ann}]}\n");
  Value first = tag(dir, 0);
  EXPECT_EQ(first.get("id", "").size(), 32u);
  const Value& lineage = *first.find("lineage");
  EXPECT_EQ(lineage.get("file", -1), 0);
  EXPECT_EQ(lineage.get("at", -1), 0);
  EXPECT_EQ(lineage.get("shape", ""), "prompt_response");
  EXPECT_EQ(lineage.find("teachers")->to_json(),
            R"([{"model":"gpt-4-0613","version":"0613","endpoint":"service",)"
            R"("terms":["openai-services-2026","openai-tou-20241211"]}])");
  auto manifest = provenance::load_manifest(dir);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(lineage.get("recipe", ""), manifest->all.get("content_digest", ""));

  // It names nobody: all whom its source declares, with their own teachers.
  const Value second = *tag(dir, 1).find("lineage");
  EXPECT_EQ(second.get("synthetic", ""), "may_be");
  EXPECT_EQ(second.find("teachers")->to_json(),
            R"([{"model":"vicuna-13b","endpoint":"weights","terms":["llama-1","llama-2"],)"
            R"("taught_by":["chatgpt"]},{"model":"human","endpoint":"human"}])");

  const Value& report = *manifest->report("tags.lineage");
  const Value& source = provenance::items(&report, "sources").at(0);
  EXPECT_EQ(source.get("records", 0), 2);
  EXPECT_EQ(source.get("labelled_synthetic", 0), 1);
  EXPECT_EQ(source.strings("owners"), std::vector<std::string>{"Ann"});
  EXPECT_EQ(provenance::items(&report, "lines").size(), 2u);
}

TEST_F(Lineage, CountsWhatOtherStagesLeaveOfManyBatches) {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    text += R"({"prompt":"Question )" + std::to_string(i) + R"(?","response":")" +
            (i % 4 == 0 ? "No" : "The answer is long enough.") + R"(","model":"m)" +
            std::to_string(i % 3) + "\"}\n";
  }
  std::string in = folder.write("in.jsonl", text);
  std::string stages = "  - filters.length: {min_chars: 5}\n  - tags.lineage\n";
  std::string one = run(in, "one", stages, 1), two = run(in, "two", stages, 3);
  EXPECT_EQ(test::files_below(one), test::files_below(two)) << "depends on threads";
  auto manifest = provenance::load_manifest(one);
  std::int64_t records = 0;
  for (const auto& line : provenance::items(manifest->report("tags.lineage"), "lines")) {
    records += line.get("records", 0);
  }
  EXPECT_EQ(records, 300);
}

TEST_F(Lineage, ACorpusOfACorpusKeepsTheChain) {
  std::string in = folder.write("in.jsonl", std::string(kLines));
  std::string first = run(in, "first", "  - tags.lineage\n");
  std::string second = run(first, "second", "  - filters.length\n  - tags.lineage\n");
  Value young = tag(second, 0), old = tag(first, 0);
  EXPECT_EQ(*young.find("before"), old);
  EXPECT_EQ(young.find("lineage")->get("parent", ""), old.get("id", ""));

  std::string id = young.get("id", "");
  std::string dirs[] = {second, first};
  auto trace = provenance::trace(id, dirs);
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(trace->dir, second);
  ASSERT_EQ(trace->steps.size(), 2u);
  EXPECT_EQ(trace->steps[0].dir, second);
  EXPECT_EQ(trace->steps[1].dir, first);
  EXPECT_EQ(trace->steps[1].input.get("name", ""), in);
  EXPECT_FALSE(find_problem(trace->to_value(), *parsed_schema("output.trace"), ""));
  // The older corpus not named: its digest is told, its inputs are not.
  auto alone = provenance::trace(id, std::span(dirs, 1));
  EXPECT_EQ(alone->steps[1].dir, "");
  EXPECT_TRUE(alone->steps[1].input.is_null());
  EXPECT_EQ(provenance::trace("nobody", dirs).error().code, Code::kNotFound);
}

TEST_F(Lineage, AConvertedRecordKeepsItsPast) {
  std::string in = folder.write(
      "in.jsonl",
      R"({"prompt":"Q?","response":"An answer.","corpus":{"id":"old","capture":{"time":"t"}}})"
      "\n");
  auto recipe = parse_recipe(
      "corpus: 1\ninput: {paths: [" + in +
          "]}\nstages:\n  - tags.lineage\noutput: {convert: messages, dir: " + (folder / "out") +
          "}\n",
      "recipe");
  ASSERT_TRUE(corpus::run(*recipe, {.threads = 1}));
  Value corpus = tag(folder / "out", 0);
  EXPECT_EQ(corpus.find("before")->to_json(), R"({"id":"old","capture":{"time":"t"}})");
  EXPECT_EQ(corpus.find("lineage")->find("capture")->to_json(), R"({"time":"t"})");
  EXPECT_EQ(corpus.find("lineage")->get("parent", ""), "old");
}

TEST_F(Lineage, WritesLabelsThatItReads) {
  std::string in = folder.write("in.jsonl", std::string(kLines));
  std::string first = run(in, "first", "  - tags.lineage: {aigc_producer: 'A \"B\"'}\n");
  Value corpus = tag(first, 0);
  EXPECT_EQ(corpus.find("AIGC")->get("Label", ""), "1");
  EXPECT_EQ(corpus.find("AIGC")->get("ContentProducer", ""), "A \"B\"");
  EXPECT_EQ(corpus.find("AIGC")->get("ProduceID", ""), corpus.get("id", ""));
  std::string second = run(first, "second", "  - tags.lineage\n");
  EXPECT_EQ(tag(second, 0).find("lineage")->get("synthetic", ""), "is");
}

TEST(AigcLabel, IsReadAsObjectAndAsText) {
  EXPECT_EQ(policy::read_aigc(R"({"AIGC":{"Label":"1"}})"), 1);
  EXPECT_EQ(policy::read_aigc(R"({"a":{"AIGC" : {"ContentProducer":"x","Label" : "3"}}})"), 3);
  EXPECT_EQ(policy::read_aigc(R"({"AIGC":"{\"Label\":\"2\"}"})"), 2);
  EXPECT_EQ(policy::read_aigc(R"({"text":"AIGC","AIGC":{"Label":"9"},"AIGC2":1})"), 0);
  EXPECT_EQ(policy::read_aigc(R"({"AIGC":null,"Label":"1"})"), 0);
  EXPECT_EQ(policy::read_aigc(R"({"AIGC")"), 0);
}

TEST(TeacherFacts, VersionIsTheSnapshotInTheName) {
  auto registry = policy::Registry::builtin();
  auto version = [&](std::string_view model) {
    return policy::teacher_facts(*registry, model).version;
  };
  EXPECT_EQ(version("gpt-4-0613"), "0613");
  EXPECT_EQ(version("gpt-4o-2024-05-13"), "2024-05-13");
  EXPECT_EQ(version("claude-3-opus-20240229"), "20240229");
  EXPECT_EQ(version("gpt-4"), "");
  EXPECT_EQ(version("llama-2-70b"), "");
  EXPECT_EQ(version(""), "");
  EXPECT_EQ(version("-"), "");
  EXPECT_EQ(policy::teacher_facts(*registry, "frobnicate").endpoint, "unknown");
}

}  // namespace
}  // namespace corpus
