// filters.echo
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

const std::string kQuestion =
    "Please tell me when the old stone bridge over the river was built, who paid for it, and how "
    "long the work took.";

TEST(Echo, FindsQuestionsSaidAgain) {
  Filter filter("filters.echo");
  EXPECT_EQ(filter.answer(kQuestion, kQuestion), "prefix");
  EXPECT_EQ(
      filter.answer(kQuestion + "\n\nIt was built in 1820 by the town, in four years.", kQuestion),
      "prefix");
  EXPECT_EQ(
      filter.answer(
          "**Please** tell me when the old stone bridge over the river was built; who paid for it "
          "and how long the work took?",
          kQuestion),
      "copy");
  EXPECT_EQ(filter.answer("Sure! " + kQuestion, kQuestion), "copy");
  EXPECT_EQ(filter.answer("Q: " + kQuestion + " " + kQuestion, kQuestion), "copy");
}

TEST(Echo, KeepsAnswers) {
  Filter filter("filters.echo");
  EXPECT_EQ(
      filter.answer("It was built in 1820. The town paid for it, and the work took four years.",
                    kQuestion),
      "");
  // Restating the question and then answering it at length.
  EXPECT_EQ(
      filter.answer(
          "You ask when the old stone bridge over the river was built, who paid for it, and how "
          "long "
          "the work took. The first stone was laid in 1820; the town paid with a toll on salt, and "
          "four years later the first cart went over it, with the mayor and his two cats on board.",
          kQuestion),
      "");
  // Extracts and corrections repeat the text, not what is asked of it.
  const std::string text =
      "The bridge was closed in spring because two of its cables had begun to rust. The town paid "
      "for the repair.";
  EXPECT_EQ(
      filter.answer(
          text,
          "Correct all the mistakes that you can find in the text that is given here, and say "
          "nothing else: " +
              text),
      "");
  // Completed, quoted, or a comment.
  const std::string open =
      "Aerials that send the same amount of energy in every horizontal direction are called";
  EXPECT_EQ(filter.answer(open + " isotropic aerials.", open), "");
  EXPECT_EQ(
      filter.answer("\"" + kQuestion + "\" is the first line of a song by a singer from the town.",
                    kQuestion),
      "");
  EXPECT_EQ(filter.answer("# " + open + "\nx = ask(name)\nprint(x, 'aerials')\n", open + "."), "");
  EXPECT_EQ(filter.answer("What is it?", "What is it?"), "");  // too short to tell
  EXPECT_EQ(filter.answer("", kQuestion), "");
  Batch plain;
  add(plain, {{Role::kText, kQuestion}});
  EXPECT_EQ(filter.only(plain), "");
}

TEST(Echo, LooksAtTheLastQuestionOnly) {
  Filter filter("filters.echo");
  Batch batch;
  add(batch, {{Role::kUser, kQuestion},
              {Role::kAssistant, "In 1820."},
              {Role::kUser, "What did I ask you, word for word?"},
              {Role::kAssistant, kQuestion}});
  EXPECT_EQ(filter.only(batch), "");
  Batch parts;
  add(parts, {{Role::kUser, kQuestion.substr(0, 60)},
              {Role::kUser, kQuestion.substr(60)},
              {Role::kAssistant, kQuestion}});
  EXPECT_EQ(filter.only(parts), "prefix");
}

TEST(Echo, Options) {
  EXPECT_EQ(Filter("filters.echo", "{min_words: 40}").answer(kQuestion, kQuestion), "");
  Filter tags("filters.echo", "{action: tag}");
  Batch batch;
  add_chat(batch, kQuestion, kQuestion);
  add_chat(batch, kQuestion,
           "It was built in 1820. The town paid for it, and the work took four years.");
  add_chat(batch, "Why?", "Because.");
  tags.run(batch);
  ASSERT_EQ(batch.tags.size(), 2u);
  EXPECT_EQ(batch.tags[0].value, "{\"share\":1,\"verdict\":\"prefix\"}");
  EXPECT_EQ(batch.tags[1].value, "{\"share\":0}");
}

}  // namespace
}  // namespace corpus::test
