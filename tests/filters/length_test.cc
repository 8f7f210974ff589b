// filters.length
#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

TEST(Length, DropsWhatSaysNothing) {
  Filter filter("filters.length");
  EXPECT_EQ(filter.answer(""), "empty");
  EXPECT_EQ(filter.answer(" \n\t"), "empty");
  EXPECT_EQ(filter.answer("\xC2\xA0\xE3\x80\x80\xEF\xBB\xBF"), "empty");
  EXPECT_EQ(filter.answer("Yes"), "");
  Batch no_answer;
  add(no_answer, {{Role::kUser, "Anyone there?"}});
  EXPECT_EQ(filter.only(no_answer), "empty");
  Batch call_only;
  add(call_only, {{Role::kUser, "Weather?"}, {Role::kCall, "{\"name\":\"weather\"}"}});
  EXPECT_EQ(filter.only(call_only), "empty");
  Batch plain;
  add(plain, {{Role::kText, "A page of text."}});
  EXPECT_EQ(filter.only(plain), "");
}

TEST(Length, ABlankAnswerInAChatIsEmpty) {
  Filter filter("filters.length");
  Batch at_the_end;
  add(at_the_end, {{Role::kUser, "One?"}, {Role::kAssistant, "One."}, {Role::kUser, "Two?"}, {Role::kAssistant, " "}});
  EXPECT_EQ(filter.only(at_the_end), "empty");
  Batch inside;
  add(inside, {{Role::kUser, "One?"}, {Role::kAssistant, ""}, {Role::kUser, "Well?"}, {Role::kAssistant, "One."}});
  EXPECT_EQ(filter.only(inside), "empty");
  Batch before_a_call;
  add(before_a_call, {{Role::kUser, "Weather?"}, {Role::kAssistant, ""}, {Role::kCall, "{}"},
                      {Role::kTool, "sun"}, {Role::kAssistant, "Sunny."}});
  EXPECT_EQ(filter.only(before_a_call), "");
  Batch second_part;
  add(second_part, {{Role::kUser, "One?"}, {Role::kAssistant, "One."}, {Role::kAssistant, "\n"}});
  EXPECT_EQ(filter.only(second_part), "");
}

TEST(Length, CountsCharactersNotBytes) {
  Filter filter("filters.length", "{min_chars: 4, max_chars: 6}");
  EXPECT_EQ(filter.answer("abc"), "too_short");
  EXPECT_EQ(filter.answer("abcd"), "");
  EXPECT_EQ(filter.answer("abcdef"), "");
  EXPECT_EQ(filter.answer("abcdefg"), "too_long");
  EXPECT_EQ(filter.answer("\xE4\xBD\xA0\xE5\xA5\xBD\xE5\x90\x97"), "too_short");  // 3 in 9 bytes
  EXPECT_EQ(filter.answer(repeat("\xE4\xBD\xA0", 6)), "");                        // 6 in 18 bytes
  EXPECT_EQ(filter.answer(repeat("\xF0\x9F\x98\x80", 7)), "too_long");
  EXPECT_EQ(filter.answer("  abcd  \n\n"), "");
}

TEST(Length, ZeroMeansNoLimit) {
  Filter filter("filters.length", "{max_chars: 0}");
  EXPECT_EQ(filter.answer(std::string(300000, 'x')), "");
  EXPECT_EQ(Filter("filters.length").answer(std::string(200000, 'x')), "");
  EXPECT_EQ(Filter("filters.length").answer(std::string(200001, 'x')), "too_long");
}

TEST(Length, Words) {
  Filter filter("filters.length", "{min_words: 3, max_words: 5}");
  EXPECT_EQ(filter.answer("two words"), "too_short");
  EXPECT_EQ(filter.answer("now three words"), "");
  EXPECT_EQ(filter.answer("one, two; three-four five"), "");
  EXPECT_EQ(filter.answer("a b c d e f"), "too_long");
  EXPECT_EQ(filter.answer("\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82"),
            "too_short");  // the stop is none
  EXPECT_EQ(filter.answer("\xE4\xBD\xA0\xE5\xA5\xBD\xE5\x90\x97"), "");
}

TEST(Length, IsATotalOverTheScope) {
  Batch batch;
  add(batch, {{Role::kUser, "aaaa"},
              {Role::kAssistant, "bb"},
              {Role::kUser, "c"},
              {Role::kAssistant, "ddd"}});
  for (auto [options, expected] : {std::pair("{min_chars: 5}", ""),
                                   {"{min_chars: 6}", "too_short"},
                                   {"{scope: prompt, min_chars: 5}", ""},
                                   {"{scope: prompt, min_chars: 6}", "too_short"},
                                   {"{scope: text, min_chars: 10}", ""},
                                   {"{scope: text, min_chars: 11}", "too_short"}}) {
    batch.records[0].drop = {};
    EXPECT_EQ(Filter("filters.length", options).only(batch), expected) << options;
  }
}

TEST(Length, LeavesDroppedRecordsAlone) {
  Batch batch;
  add_chat(batch, "q", "").drop = Reason::intern("other.reason");
  Filter("filters.length").run(batch);
  EXPECT_EQ(batch.records[0].drop.name(), "other.reason");
}

TEST(Length, ContradictionsAreErrors) {
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  auto made = find_component("filters.length")
                  ->make(*parse_yaml("{min_words: 9, max_words: 3}", "o"), context);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, Code::kInvalidArgument);
  EXPECT_NE(made.error().message.find("min_words"), std::string::npos);
}

}  // namespace
}  // namespace corpus::test
