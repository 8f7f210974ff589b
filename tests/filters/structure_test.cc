// filters.structure
#include "filters/json_text.h"

#include <string>

#include "filter_support.h"

namespace corpus::test {
namespace {

TEST(Structure, FindsWhatWasLeftOpen) {
  Filter filter("filters.structure");
  for (auto [reason, text] : {
           std::pair("open_fence", "Here it is:\n```python\nprint(1)\n"),
           {"open_fence", "One:\n```\na\n```\nTwo:\n```\nb\nThat is all."},
           {"bad_json", "```json\n{\"a\": 1,}\n```"},
           {"bad_json", "See:\n```json\n{'a': 1}\n```\nDone."},
           {"bad_json", "```json\n{\"a\": 1} {2}\n```"},
           {"unfinished_json", "```json\n{\"a\": [1, 2\n```"},
           {"unfinished_json", "{\"name\": \"Ada\", \"born\": 18"},
           {"unfinished_json", "[{\"name\": \"Ada\"},"},
           {"bad_json", "{\"name\": Ada}"},
           {"open_tag", "<think>Let me see. The answer is 4."},
           {"open_tag", "<think>a</think>b<thought>c"},
           {"close_tag", "Let me see.</think>The answer is 4."},
           {"open_tag", "</reasoning><reasoning>"},
       }) {
    EXPECT_EQ(filter.answer(text), reason) << text;
  }
}

TEST(Structure, KeepsWhatIsWhole) {
  Filter filter("filters.structure");
  for (auto text : {
           "```python\nprint(1)\n```",
           "Write ``` to begin a block.",
           "```json\n{\"a\": [1, -2.5e3, true, null, \"\\\"\"], \"b\": {}}\n```",
           "```json\n{\"a\": 1}\n{\"a\": 2}\n```",
           "```json\n{\n  // how old\n  \"a\": 1,\n  ...\n}\n```",
           "```json\n\"scripts\": {\"test\": \"jest\"},\n```",
           "```js\n{a: 1,}\n```",
           "{\"name\": \"Ada\"}",
           "{\"name\": \"Ada\"}\nThis is the object you asked for.",
           "[Your name]\n[Your address]",
           "[1] The first source says",
           "{name} is a placeholder",
           "{\"a\", \"b\"} is a set in Python",
           "<think>Let me see.</think>4",
           "The tag `<think>` opens a thought.",
           "```\n<think>\n```\nis how it begins.",
           "<thinker> is no tag of ours, and a < b.",
           "",
       }) {
    EXPECT_EQ(filter.answer(text), "") << text;
  }
}

TEST(Structure, Options) {
  EXPECT_EQ(Filter("filters.structure", "{reasons: [open_fence]}").answer("<think>a"), "");
  EXPECT_EQ(Filter("filters.structure", "{tags: [cot]}").answer("<cot>a"), "open_tag");
  EXPECT_EQ(Filter("filters.structure", "{tags: [cot]}").answer("<think>a"), "");
  Filter tags("filters.structure", "{action: tag}");
  Batch batch;
  add_chat(batch, "q", "<think>a");
  add_chat(batch, "q", "a");
  tags.run(batch);
  EXPECT_FALSE(batch.records[0].drop);
  ASSERT_EQ(batch.tags.size(), 1u);
  EXPECT_EQ(batch.tags[0].record, 0u);
  EXPECT_EQ(batch.tags[0].key, "structure");
  EXPECT_EQ(batch.tags[0].value, "{\"verdict\":\"open_tag\"}");
}

// Every beginning of a value is unfinished, and no beginning is whole or invalid.
TEST(JsonText, BeginningsAreUnfinished) {
  const std::string text =
      " {\"a\": [1, -2.5e+3, true, false, null, \"x\\\"y\"], \"b\": {\"c\": []}, \"d\": 0.1}";
  std::size_t size = 0;
  EXPECT_EQ(read_json(text + "]", &size), JsonEnd::kWhole);
  EXPECT_EQ(size, text.size());
  for (std::size_t n = 0; n < text.size(); ++n) {
    EXPECT_EQ(read_json(std::string_view(text).substr(0, n), &size), JsonEnd::kUnfinished) << n;
  }
  for (auto bad : {"{,}", "[1,]", "[01]", "[1 2]", "{\"a\" 1}", "{1: 2}", "[}", "{]", "tru3",
                   "[+1]", "[1.x]", "\"a\nb\"", "]"}) {
    EXPECT_EQ(read_json(bad, &size), JsonEnd::kInvalid) << bad;
  }
  EXPECT_EQ(read_json(std::string(2000, '['), &size), JsonEnd::kInvalid);
}

}  // namespace
}  // namespace corpus::test
