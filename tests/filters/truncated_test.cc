// filters.truncated
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

const std::string kPara =
    "The first mill was built beside the river in the spring of that year. It ground wheat for "
    "three "
    "villages, and its wheel could be heard from the church. The miller kept two cats.\n\n"
    "Later a second wheel was added, which doubled the work that could be done. People came from "
    "far "
    "away with their carts. The mill stood until the flood.\n\n"
    "The flood came in the night of the second of March, and it took the wheels and the bridge "
    "with it.\n\n";

TEST(Truncated, FinishReason) {
  Filter filter("filters.truncated");
  for (auto [finish, expected] : {std::pair("length", "finish_reason"),
                                  {"max_tokens", "finish_reason"},
                                  {"content_filter", "finish_reason"},
                                  {"stop", ""},
                                  {"", ""}}) {
    Batch batch;
    add(batch, {{Role::kUser, "q"}, {Role::kAssistant, "Done."}}, finish);
    EXPECT_EQ(filter.only(batch), expected) << finish;
  }
  Batch own;
  add(own, {{Role::kUser, "q"}, {Role::kAssistant, "Done."}}, "cut");
  EXPECT_EQ(Filter("filters.truncated", "{finish_reasons: [cut]}").only(own), "finish_reason");
}

TEST(Truncated, UnfinishedSentences) {
  Filter filter("filters.truncated");
  for (std::string end : {
           "After the flood the people of the valley decided to build a new",
           "After the flood the people of the valley decided to build a new one, but",
           "After the flood the people of the valley decided to build, among other things,",
           "They carried the stones up the hill. In the end it took them four years to fin",
           "They carried the stones up the hill. In the end it took them four years and the",
           "1. The wheel: it was made of oak from the forest.\n2. The stones: they came from "
           "France.\n"
           "3. The roof: it was covered with slate from the north.\n4. The door: it was painted "
           "every year and",
           "Every autumn the river rose, and every autumn the miller wrote down how high it",
           "**Results:** the measurements of the river show that the water level depends on the",
           "The last entry in the book says that the water came at night and took the bridge and",
           "Nobody knows what the miller did afterwards, although his cats were seen in the next "
           "vil",
       }) {
    EXPECT_EQ(filter.answer(kPara + end), "unfinished_sentence") << end;
  }
  // Chinese: two full sentences of one line, then a third that stops within a word.
  std::string sentence = repeat("\xE6\xB0\xB4", 60) + "\xE3\x80\x82";
  EXPECT_EQ(filter.answer(repeat(sentence, 3) + repeat("\xE7\x81\xAB", 30)), "unfinished_sentence");
  EXPECT_EQ(filter.answer(repeat(sentence, 4)), "");
}

TEST(Truncated, KeepsWholeAnswers) {
  Filter filter("filters.truncated");
  for (std::string end : {
           "After the flood the people built a new one.",
           "Did they build a new one after the flood?",
           "And so the story of the mill ends here (see also the map)",
           "He said: \"The mill is gone, and it will not come back\"",
           "Sincerely,\nJohn",
           "Best regards,\n[Your Name]",
           "# The Mill and the River in the Valley of the Seven Bridges",
           "| year | wheels | villages that came to the mill |\n|---|---|---|\n| 1801 | two | "
           "three of them |",
           "```\nfor wheel in wheels:\n    print(wheel)\n```",
           "https://example.org/the/history/of/the/mill/and/the/river/in/the/valley",
           "The height of the wheel in metres, as measured after the flood, was 12",
           "- oak for the wheel\n- slate for the roof\n- stones from the quarry near the old "
           "church tower",
           "Answer: the second mill",
           "\"A mill is a machine that has learned to be patient\" - Anonymous",
           "Thanks for reading! \xF0\x9F\x98\x80",
           "#mill #river #history #valley #travel #photooftheday #nofilter",
           "Hope this helps and have a great day",
       }) {
    EXPECT_EQ(filter.answer(kPara + end), "") << end;
  }
  // Verse ends its lines as it likes.
  EXPECT_EQ(filter.answer(repeat("The river runs below the silent mill at night,\n"
                                 "The wheel it turns is made of wood and light\n",
                                 4) +
                          "And no one comes to ask about the time we had"),
            "");
  // So do lists without stops.
  EXPECT_EQ(filter.answer("What they needed:\n" +
                          repeat("- a wheel of oak that was cut in the winter before\n", 8) +
                          "- a pair of stones that came over the sea from France"),
            "");
}

TEST(Truncated, ShortAnswersAreLeftAlone) {
  std::string text =
      "The wheel turned. The river ran. Then they all went up the hill to look at the";
  EXPECT_EQ(Filter("filters.truncated").answer(text), "");
  EXPECT_EQ(Filter("filters.truncated", "{min_chars: 50}").answer(text), "unfinished_sentence");
}

TEST(Truncated, OpenFences) {
  Filter filter("filters.truncated");
  for (const char* text : {
           "Here:\n```python\nfor i in range(3):\n    print(i)",
           "```\nint main() {",
           "One:\n```\na\n```\nTwo:\n```c\nint x = 1;",
           "````md\n```\ninner\n```\nstill inside",
           "1. Step:\n   ```bash\n   make insta",
       }) {
    EXPECT_EQ(filter.answer(text), "open_fence") << text;
  }
  for (const char* text : {
           "Here:\n```python\nprint(1)\n```",
           "Here:\n```python\nprint(1)\n```\nand that is all",
           "Use ```code``` inline and go on",
           "```\na\n```\n```\nb\n```\nthe end",
           "A block that nobody closed:\n```\nx = 1\n\nThis sets x to one.",
           "```js\nlet a = 1;```\nis the same as before",
           "Markdown in Markdown:\n```markdown\n```python\nx\n```\n```\ndone",
           "no fence at all",
           "```",
       }) {
    EXPECT_EQ(filter.answer(text), "") << text;
  }
}

TEST(Truncated, ReasonsCanBeChosen) {
  Filter filter("filters.truncated", "{reasons: [finish_reason]}");
  EXPECT_EQ(filter.answer("```\nint main() {"), "");
  Batch batch;
  add(batch, {{Role::kUser, "q"}, {Role::kAssistant, "```\nint"}}, "length");
  EXPECT_EQ(Filter("filters.truncated", "{reasons: [open_fence]}").only(batch), "open_fence");
}

}  // namespace
}  // namespace corpus::test
