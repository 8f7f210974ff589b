// filters.sycophantic
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

std::string tag_of(std::string_view answer, std::string_view options = "{}") {
  Filter filter("filters.sycophantic", options);
  Batch batch;
  add_chat(batch, "Why is the sky blue?", answer);
  filter.run(batch);
  EXPECT_FALSE(batch.records[0].drop);
  if (batch.tags.empty()) return {};
  EXPECT_EQ(batch.tags[0].key, "sycophantic");
  return std::string(batch.tags[0].value);
}

TEST(Sycophantic, Tags) {
  for (auto [kind, answer] : {
           std::pair("praise", "Great question! The sky is blue because"),
           {"praise", "What a fascinating and complex question! Light"},
           {"praise", "Oh, what a wonderful idea. We"},
           {"praise", "**That\xE2\x80\x99s a really good question**, and"},
           {"praise", "Hello! That is such an interesting topic."},
           {"praise", "I love your question. It"},
           {"agreement", "You're absolutely right, and I was wrong."},
           {"eager", "Absolutely! Here is"},
           {"thanks", "Thank you for your question! The"},
           {"thanks", "Thanks for asking! It"},
           {"eager", "I'd be happy to help you with that! First"},
           {"eager", "Sure! I'm glad you asked."},
       }) {
    EXPECT_EQ(tag_of(answer), std::string("{\"verdict\":\"") + kind + "\"}") << answer;
  }
}

TEST(Sycophantic, LeavesOthersAlone) {
  for (auto answer : {
           "The sky is blue because light is scattered.",
           "A good question is one that can be answered.",
           "Great questions have been asked about this for centuries.",
           "\"Great question!\" he said, and laughed.",
           "Absolutely continuous functions have a derivative almost everywhere.",
           "You are right-handed.",
           "Thank you for the music, the songs they sing",
           "I would be happy if it rained.",
           "",
       }) {
    EXPECT_EQ(tag_of(answer), "") << answer;
  }
  std::string later =
      "The sky is blue because light is scattered by the air, and blue light more than red light "
      "is. ";
  EXPECT_EQ(tag_of(later + "Great question!"), "");
  EXPECT_NE(tag_of(later + "Great question!", "{window: 200}"), "");
}

}  // namespace
}  // namespace corpus::test
