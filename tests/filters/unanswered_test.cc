// filters.unanswered
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

TEST(Unanswered, FindsPartsLeftOut) {
  Filter filter("filters.unanswered", "{action: drop}");
  const std::string three = "1. Who built the bridge?\n2. Where does it stand?\n3. Is it open?";
  EXPECT_EQ(filter.answer("1. The town built it.\n2. It stands by the old mill.", three), "items");
  EXPECT_EQ(filter.answer("1) The town built it, and it took four years.", three), "items");
  EXPECT_EQ(filter.answer("Nobody knows", three), "items");
  EXPECT_EQ(filter.answer("a) The town.", "Tell me. a) Who built it?\nb) Where is it?"),
            "");  // not items of lines
  const std::string two = "Who built the old stone bridge? When was it built?";
  EXPECT_EQ(filter.answer("The town council of that place, with money from a toll on salt.", two),
            "when");
  EXPECT_EQ(filter.answer("The mayor.", two), "short");
  EXPECT_EQ(filter.answer(
                "It has arches of stone, of course.",
                "What is it made of, and who built it? How many arches does it have? Is it old?"),
            "count");
  EXPECT_EQ(filter.answer("It is made of stone from the hill behind the church.",
                          "What is it made of? And how many arches does it have?"),
            "count");
}

TEST(Unanswered, KeepsAnswers) {
  Filter filter("filters.unanswered", "{action: drop}");
  const std::string three = "1. Who built the bridge?\n2. Where does it stand?\n3. Is it open?";
  EXPECT_EQ(filter.answer("1. The town built it.\n2. By the mill.\n3. Yes, it is open.", three),
            "");
  EXPECT_EQ(filter.answer("The town built it, it stands by the mill, and it is open.", three), "");
  const std::string two = "Who built the old stone bridge? When was it built?";
  for (auto answer :
       {"The town, in 1820.", "The town, in the nineteenth century.",
        "I do not know who, or when it was built.", "The town built it after the great flood."}) {
    EXPECT_EQ(filter.answer(answer, two), "") << answer;
  }
  EXPECT_EQ(filter.answer("The mayor.", "Who built it?"), "");
  EXPECT_EQ(filter.answer("(B)", two), "");
  EXPECT_EQ(
      filter.answer("Sad.", "What is the mood of this text: Who built it? When was it built?"), "");
  EXPECT_EQ(filter.answer("Qui l'a construit? Quand?", "Translate to French. Who built it? When?"),
            "");
  EXPECT_EQ(filter.answer("", two), "");
}

TEST(Unanswered, Tags) {
  Filter filter("filters.unanswered");
  Batch batch;
  add_chat(batch, "Who built the old stone bridge? When was it built?", "The mayor.");
  filter.run(batch);
  EXPECT_FALSE(batch.records[0].drop);
  ASSERT_EQ(batch.tags.size(), 1u);
  EXPECT_EQ(batch.tags[0].value, "{\"verdict\":\"short\"}");
}

}  // namespace
}  // namespace corpus::test
