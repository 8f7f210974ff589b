// tags.source, tags.content_id
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corpus/recipe.h"
#include "corpus/registry.h"
#include "support/batch.h"

namespace corpus {
namespace {

void run(std::string_view id, Batch& batch, std::string_view options = "{}") {
  MemoryBudget memory;
  BuildContext context{.memory = &memory};
  auto made = find_component(id)->make(*parse_yaml(options, "o"), context);
  ASSERT_TRUE(made.has_value());
  ASSERT_TRUE(test::run_stages(*made, context, batch).has_value());
}

std::string value_of(const Batch& batch, std::size_t record, std::string_view key) {
  for (const Tag& tag : batch.tags) {
    if (tag.record == record && tag.key == key) return std::string(tag.value);
  }
  return "none";
}

TEST(SourceTag, SaysFilePositionShapeAndTeacher) {
  Batch batch;
  test::add_chat(batch, "q", "a").pos = RecordPos::make(3, 4567890123);
  auto& named = test::add(batch, {{Role::kText, "t"}}, "", "gpt-4 \"turbo\"\n");
  named.shape = Shape::kUnknown;
  named.pos = RecordPos::make(1048575, 17592186044415);  // the largest there are
  run("tags.source", batch);
  EXPECT_EQ(value_of(batch, 0, "source"), R"({"file":3,"at":4567890123,"shape":"messages"})");
  EXPECT_EQ(value_of(batch, 1, "source"),
            R"({"file":1048575,"at":17592186044415,"teacher":"gpt-4 \"turbo\"\n"})");
}

TEST(SourceTag, LeavesDroppedRecordsAlone) {
  Batch batch;
  test::add_chat(batch, "q", "a").drop = Reason::intern("x.y");
  test::add_chat(batch, "q", "a");
  run("tags.source", batch);
  ASSERT_EQ(batch.tags.size(), 1U);
  EXPECT_EQ(batch.tags[0].record, 1U);
}

TEST(ContentIdTag, IsTheContentKey) {
  Batch batch;
  test::add_chat(batch, "Hello", "Hi.");
  test::add_chat(batch, " Hello\r\n", "Hi.\n");
  test::add_chat(batch, "Hello", "Hi!");
  test::add_chat(batch, " ", "\n");
  test::add_chat(batch, "Hello", "Hi.").drop = Reason::intern("x.y");
  run("tags.content_id", batch);
  EXPECT_EQ(value_of(batch, 0, "id"), "\"8d5ecedc92037a09f79a6eb9c41a2ceb\"");
  EXPECT_EQ(value_of(batch, 1, "id"), value_of(batch, 0, "id"));
  EXPECT_NE(value_of(batch, 2, "id"), value_of(batch, 0, "id"));
  EXPECT_EQ(value_of(batch, 3, "id"), "none");
  EXPECT_EQ(value_of(batch, 4, "id"), "none");
}

TEST(ContentIdTag, Scope) {
  Batch batch;
  test::add_chat(batch, "one question", "The same answer.");
  test::add_chat(batch, "another one", "The same answer.");
  run("tags.content_id", batch, "{scope: response}");
  EXPECT_EQ(value_of(batch, 0, "id"), value_of(batch, 1, "id"));
}

}  // namespace
}  // namespace corpus
