// filters.low_information
#include <random>
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

// Sentences of words that are drawn from so many.
std::string prose(int words, unsigned of, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string out;
  for (int i = 0; i < words; ++i) {
    unsigned word = random() % of;
    for (unsigned n = 0; n < 2 + word % 7; ++n)
      out += static_cast<char>('a' + (word * 7 + n * (word + 3)) % 26);
    out += i % 12 == 11 ? ". " : " ";
  }
  return out;
}

TEST(LowInformation, FewWords) {
  Filter filter("filters.low_information");
  EXPECT_EQ(filter.answer(prose(400, 15)), "few_words");
  EXPECT_EQ(filter.answer(prose(400, 2000)), "");
  EXPECT_EQ(filter.answer(prose(45, 5)), "");  // too short to tell
  // Series of numbers are not said in words.
  std::string table;
  for (int i = 0; i < 100; ++i) table += "7 " + std::to_string(i % 9) + " 1 | ";
  EXPECT_EQ(filter.answer(table), "");
  EXPECT_EQ(filter.answer(""), "");
}

TEST(LowInformation, Compressible) {
  Filter filter("filters.low_information");
  std::string paragraph = prose(80, 4000);
  EXPECT_EQ(filter.answer(repeat(paragraph, 6)), "compressible");
  EXPECT_EQ(filter.answer(paragraph + prose(80, 4000, 2)), "");
  EXPECT_EQ(filter.answer(repeat(paragraph, 2)), "");  // half of it
}

// What a text shares with the one before it does not count, whatever is left in memory.
TEST(LowInformation, TextsAreJudgedByThemselves) {
  Filter filter("filters.low_information", "{action: tag}");
  std::string text = prose(300, 4000);
  Batch batch;
  for (int i = 0; i < 3; ++i) add_chat(batch, "q", text);
  filter.run(batch);
  ASSERT_EQ(batch.tags.size(), 3u);
  EXPECT_EQ(batch.tags[1].value, batch.tags[0].value);
  EXPECT_EQ(batch.tags[2].value, batch.tags[0].value);
  EXPECT_EQ(batch.tags[0].value.find("verdict"), std::string_view::npos);
}

TEST(LowInformation, Options) {
  std::string text = prose(400, 15);
  EXPECT_EQ(Filter("filters.low_information", "{distinct: 0.05, matched: 1}").answer(text), "");
  EXPECT_EQ(Filter("filters.low_information", "{min_words: 1000}").answer(text), "");
  EXPECT_EQ(Filter("filters.low_information", "{scope: prompt}").answer("Yes.", text), "few_words");
}

}  // namespace
}  // namespace corpus::test
