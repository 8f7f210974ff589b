// decontaminate.ngram: hits, near misses, templates, code, the saved index.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corpus/recipe.h"
#include "corpus/registry.h"
#include "decontaminate/benchmark_index.h"
#include "support/batch.h"
#include "support/folder.h"

namespace corpus::test {
namespace {

const std::string kLong =
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. "
    "How many clips did Natalia sell altogether in April and May?";
const std::string kShort = "Which gas do plants take in during the day, and why?";

BenchmarkIndex index_of(const std::vector<std::string>& items, const MatchOptions& options = {}) {
  BenchmarkIndex index;
  std::uint32_t benchmark = index.add_benchmark("bench.jsonl");
  for (std::size_t i = 0; i < items.size(); ++i) {
    index.add(benchmark, static_cast<std::uint32_t>(i), Part::kPrompt, items[i]);
  }
  index.finish(options);
  return index;
}

std::vector<std::uint32_t> found(const BenchmarkIndex& index, std::string_view text) {
  Matcher matcher;
  std::vector<std::uint32_t> out;
  for (const Hit& hit : matcher.match(index, text)) out.push_back(hit.item);
  return out;
}

TEST(Decontaminate, FindsItemsHoweverTheyAreWritten) {
  BenchmarkIndex index = index_of({kLong, kShort});
  std::string shouted = kLong;
  for (char& c : shouted) c = static_cast<char>(c == ' ' ? '\n' : std::toupper(c));
  std::string changed = kLong;
  changed.replace(changed.find("friends"), 7, "neighbours");
  for (const std::string& text : {kLong, "Question: " + kLong + " Answer: 72", shouted, changed}) {
    EXPECT_EQ(found(index, text), (std::vector<std::uint32_t>{0})) << text;
  }
  EXPECT_EQ(found(index, "He asked: which gas do plants take in during the night and why"), (std::vector<std::uint32_t>{1}));
  EXPECT_TRUE(found(index, "Natalia sold clips to her friends. Which gas do plants like?").empty());
  EXPECT_TRUE(found(index, "").empty());
}

TEST(Decontaminate, OtherNumbersAreAnotherQuestion) {
  const std::string train = "A train travels 270 miles in 3 hours. At the same rate, how many more hours would it take to travel another 180 miles?";
  const std::string other = "A train travels 360 miles in 3 hours. At the same rate, how many more hours would it take to travel another 240 miles?";
  BenchmarkIndex index = index_of({train});
  EXPECT_EQ(found(index, train).size(), 1u);
  EXPECT_TRUE(found(index, other).empty());
}

TEST(Decontaminate, SaysWhichWordsMatch) {
  BenchmarkIndex index = index_of({kLong});
  Matcher matcher;
  std::string text = "Intro. " + kLong + " The end.";
  auto hits = matcher.match(index, text);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(text.substr(hits[0].begin, hits[0].end - hits[0].begin), kLong.substr(0, kLong.size() - 1));
  EXPECT_EQ(hits[0].share, 1);
}

TEST(Decontaminate, TemplatesProveNothing) {
  std::vector<std::string> items;
  const char* subjects[] = {"ants", "bees", "cats", "dogs", "elks", "foxes", "goats", "hens", "ibises", "jays", "koalas", "lions"};
  for (const char* subject : subjects) {
    items.push_back("Please answer the following question with true or false and nothing else at all: do " +
                    std::string(subject) + " ever sleep while they are standing on one leg near " + subject + " water places");
  }
  BenchmarkIndex index = index_of(items);
  EXPECT_TRUE(found(index, "Please answer the following question with true or false and nothing else at all: is it late").empty());
  EXPECT_EQ(found(index, items[3]), (std::vector<std::uint32_t>{3}));
}

TEST(Decontaminate, CodeHasToBeSimilarAsAWhole) {
  std::string code =
      "def total(values):\n    result = 0\n    for value in values:\n        result = result + value\n"
      "    if result < 0:\n        return 0\n    return result * 2 + len(values) - 1\n";
  std::string other =
      "def total(values):\n    result = 0\n    for value in values:\n        result = result + value\n"
      "    with open('x') as f:\n        f.write(str(result))\n    print('done', result, 'and more', 17)\n"
      "    raise ValueError('never')\n";
  for (double overlap : {0.8, 0.0}) {
    BenchmarkIndex index = index_of({code}, {.overlap = overlap});
    EXPECT_EQ(found(index, "Here:\n" + code).size(), 1u);
    EXPECT_TRUE(found(index, other).empty());
  }
}

TEST(Decontaminate, PlainNgramsWhenOverlapIsOff) {
  std::string part = kLong.substr(0, kLong.find("half"));  // 14 words
  EXPECT_TRUE(found(index_of({kLong}), part + "something else entirely.").empty());
  EXPECT_EQ(found(index_of({kLong}, {.overlap = 0}), part + "something else entirely.").size(), 1u);
  EXPECT_TRUE(found(index_of({kLong}, {.ngram = 20, .overlap = 0}), part + "something else.").empty());
  EXPECT_TRUE(found(index_of({kShort}, {.overlap = 0}), kShort).empty());
}

TEST(Decontaminate, TheIndexCanBeKept) {
  BenchmarkIndex index;
  index.add(index.add_benchmark("a"), 0, Part::kPrompt, kLong);
  index.add(index.add_benchmark("b"), 7, Part::kAnswer, kShort);
  index.add(1, 8, Part::kOther, "too short");
  std::string bytes = index.to_bytes();
  auto read = BenchmarkIndex::from_bytes(bytes, "file");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->to_bytes(), bytes);
  ASSERT_EQ(read->items().size(), 2u);
  EXPECT_EQ(read->items()[1].record, 7u);
  read->finish({});
  EXPECT_EQ(found(*read, kLong), (std::vector<std::uint32_t>{0}));
  for (std::size_t i = 0; i < bytes.size(); i += 5) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(BenchmarkIndex::from_bytes(damaged, "file"));
    EXPECT_FALSE(BenchmarkIndex::from_bytes(bytes.substr(0, i), "file"));
  }
}

// Version 1 of docs/formats/benchmark-index.md, kept for ever.
TEST(Decontaminate, GoldenIndexIsRead) {
  std::string bytes = slurp(CORPUS_SOURCE_DIR "/tests/data/golden/benchmark-index-v1");
  auto index = BenchmarkIndex::from_bytes(bytes, "golden");
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ(index->to_bytes(), bytes);
  ASSERT_EQ(index->items().size(), 3u);
  EXPECT_TRUE(index->items()[2].code);
  index->finish({});
  EXPECT_EQ(found(*index, "Maria buys 14 boxes with 6 pens each and gives away a third of the pens. How many pens does she keep?"),
            (std::vector<std::uint32_t>{0}));
}

TEST(Decontaminate, TheComponentDropsWithEvidence) {
  Folder folder;
  std::string path = folder.write("bench.jsonl", "{\"question\": \"" + kLong + "\", \"answer\": \"72\"}\n");
  for (bool saved : {false, true}) {
    MemoryBudget memory;
    BuildContext context{.memory = &memory};
    std::string index = folder / "bench.index";
    auto options = parse_yaml(saved ? "{index: " + index + "}" : "{against: " + path + ", save_index: " + index + "}", "options");
    auto made = find_component("decontaminate.ngram")->make(*options, context);
    ASSERT_TRUE(made) << made.error().message;
    Batch batch;
    add_chat(batch, "What is up?", "Nothing.");
    add_chat(batch, kLong, "72");
    ASSERT_TRUE(run_stages(*made, context, batch));
    EXPECT_FALSE(batch.records[0].drop);
    EXPECT_EQ(batch.records[1].drop.name(), "decontaminate.ngram.contaminated");
    ASSERT_EQ(batch.tags.size(), 1u);
    EXPECT_NE(batch.tags[0].value.find("bench.jsonl\",\"item\":0,\"part\":\"prompt\",\"share\":1.00"), std::string_view::npos)
        << batch.tags[0].value;
    auto& scan = *std::get<std::unique_ptr<Scan>>((*made)[1]);
    EXPECT_NE(scan.report().find("\"items\":1,\"found\":1,\"records\":1"), std::string::npos) << scan.report();
    // What it counted survives a restart.
    std::string state;
    ASSERT_TRUE(scan.save([&](std::string_view bytes) -> Result<void> { state += bytes; return {}; }));
    std::string report = scan.report();
    scan.restart();
    EXPECT_NE(scan.report(), report);
    ASSERT_TRUE(scan.load(state));
    EXPECT_EQ(scan.report(), report);
  }
}

}  // namespace
}  // namespace corpus::test
