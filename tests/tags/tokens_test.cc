// tags.tokens
#include <gtest/gtest.h>

#include <string>

#include "corpus/registry.h"
#include "support/batch.h"
#include "support/folder.h"
#include "tokens/tiny_tokenizer.h"

namespace corpus {
namespace {

std::string tag_of(Value options, std::string_view key = "tokens") {
  test::Folder folder;
  options.set("tokenizer",
              folder.write("tokenizer.json", tokens::tiny_json({.specials = {"<|end|>"}})));
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  auto made = find_component("tags.tokens")->make(options, context);
  if (!made) return made.error().message;
  auto& map = std::get<std::unique_ptr<Map>>(made->front());
  auto state = map->scratch();
  Batch batch;
  test::add(batch, {{Role::kUser, "hello world"}, {Role::kAssistant, "hell<|end|>"}});
  test::add(batch, {{Role::kUser, "hello"}}).drop = Reason::intern("test.dropped");
  EXPECT_TRUE(map->run(batch, state.get()));
  if (batch.tags.size() != 1) return "tags: " + std::to_string(batch.tags.size());
  EXPECT_EQ(batch.tags[0].record, 0u);
  EXPECT_EQ(batch.tags[0].key, key);
  return std::string(batch.tags[0].value);
}

TEST(TagsTokens, CountsTurnsInScopeWithoutTemplateOrSpecials) {
  EXPECT_EQ(tag_of({}),
            "10");  // "hello", " world"; "hell" and the 7 bytes of what is no special here
  Value prompt;
  prompt.set("scope", "prompt");
  EXPECT_EQ(tag_of(std::move(prompt)), "2");
  Value response;
  response.set("scope", "response");
  response.set("key", "n");
  EXPECT_EQ(tag_of(std::move(response), "n"), "8");
}

TEST(TagsTokens, NamesTheFileThatIsNone) {
  Value options;
  options.set("tokenizer", "/nowhere/tokenizer.json");
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  auto made = find_component("tags.tokens")->make(options, context);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("/nowhere/tokenizer.json"), std::string::npos);
}

}  // namespace
}  // namespace corpus
