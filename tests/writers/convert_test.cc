#include "writers/convert.h"

#include <gtest/gtest.h>

#include "run_sink.h"

namespace corpus {
namespace {

struct Line {
  Batch batch;
  std::vector<Turn> turns;

  explicit Line(std::string_view json = "{}") {
    Record record;
    record.json = batch.arena.copy(json);
    record.shape = Shape::kMessages;
    batch.records.push_back(record);
  }
  Line& turn(Role role, std::string_view text, int parent = -2, std::uint8_t rank = 0,
             Span raw = {}) {
    if (parent == -2) parent = static_cast<int>(turns.size()) - 1;
    turns.push_back({.text = text, .raw = raw, .parent = parent, .role = role, .rank = rank});
    return *this;
  }
  std::string to(Target target) {
    batch.records[0].turns = turns;
    Splicer splicer;
    splicer.start(batch);
    Converter converter;
    PaddedBuffer out;
    auto done = converter.add_line(batch, 0, target, splicer, out);
    if (!done) return "error: " + done.error().message;
    return std::string(out.view());
  }
};

Line chat() {
  Line line;
  line.turn(Role::kSystem, "be kind")
      .turn(Role::kUser, "hi \"you\"")
      .turn(Role::kAssistant, "hello");
  line.turn(Role::kUser, "more").turn(Role::kAssistant, "yes\n");
  return line;
}

TEST(Convert, AChat) {
  EXPECT_EQ(
      chat().to(Target::kMessages),
      R"({"messages":[{"role":"system","content":"be kind"},{"role":"user","content":"hi \"you\""},)"
      R"({"role":"assistant","content":"hello"},{"role":"user","content":"more"},)"
      R"({"role":"assistant","content":"yes\n"}]})"
      "\n");
  EXPECT_EQ(
      chat().to(Target::kShareGpt),
      R"({"conversations":[{"from":"system","value":"be kind"},{"from":"human","value":"hi \"you\""},)"
      R"({"from":"gpt","value":"hello"},{"from":"human","value":"more"},{"from":"gpt","value":"yes\n"}]})"
      "\n");
  EXPECT_EQ(chat().to(Target::kAlpaca),
            R"({"instruction":"more","input":"","output":"yes\n","system":"be kind",)"
            R"("history":[["hi \"you\"","hello"]]})"
            "\n");
  EXPECT_EQ(chat().to(Target::kPromptResponse),
            R"({"prompt":"be kind\n\nhi \"you\"\n\nhello\n\nmore","response":"yes\n"})"
            "\n");
  EXPECT_EQ(chat().to(Target::kText),
            R"({"text":"be kind\n\nhi \"you\"\n\nhello\n\nmore\n\nyes\n"})"
            "\n");
}

TEST(Convert, InstructionAndInput) {
  Line line;
  line.turn(Role::kUser, "translate").turn(Role::kUser, "bonjour").turn(Role::kAssistant, "hello");
  EXPECT_EQ(line.to(Target::kAlpaca),
            "{\"instruction\":\"translate\",\"input\":\"bonjour\",\"output\":\"hello\"}\n");
}

TEST(Convert, KeepsIdTeacherAndTags) {
  Line line;
  line.turn(Role::kUser, "q").turn(Role::kAssistant, "a");
  line.batch.records[0].id = "x/1";
  line.batch.records[0].teacher = "model-7";
  line.batch.tag(0, "id", "\"9f\"");
  EXPECT_EQ(line.to(Target::kPromptResponse),
            R"({"prompt":"q","response":"a","id":"x/1","generator":"model-7","corpus":{"id":"9f"}})"
            "\n");
}

TEST(Convert, TextAloneIsAnAnswer) {
  Line line;
  line.turn(Role::kText, "plain");
  EXPECT_EQ(line.to(Target::kMessages),
            "{\"messages\":[{\"role\":\"assistant\",\"content\":\"plain\"}]}\n");
  EXPECT_EQ(line.to(Target::kPromptResponse), "{\"prompt\":\"\",\"response\":\"plain\"}\n");
  EXPECT_EQ(line.to(Target::kText), "{\"text\":\"plain\"}\n");
  EXPECT_EQ(line.to(Target::kAlpaca),
            "{\"instruction\":\"\",\"input\":\"\",\"output\":\"plain\"}\n");
}

TEST(Convert, RecordsWithoutTurnsOrAnswer) {
  Line empty;
  EXPECT_EQ(empty.to(Target::kMessages), "{\"messages\":[]}\n");
  EXPECT_EQ(empty.to(Target::kAlpaca), "{\"instruction\":\"\",\"input\":\"\",\"output\":\"\"}\n");
  Line asked;
  asked.turn(Role::kUser, "q");
  EXPECT_EQ(asked.to(Target::kPromptResponse), "{\"prompt\":\"q\",\"response\":\"\"}\n");
  EXPECT_EQ(asked.to(Target::kAlpaca), "{\"instruction\":\"q\",\"input\":\"\",\"output\":\"\"}\n");
}

TEST(Convert, ThoughtsAndCalls) {
  Line line;
  line.turn(Role::kUser, "q").turn(Role::kReasoning, "hm").turn(Role::kAssistant, "a");
  EXPECT_EQ(line.to(Target::kMessages),
            R"({"messages":[{"role":"user","content":"q"},)"
            R"({"role":"assistant","reasoning_content":"hm","content":"a"}]})"
            "\n");
  EXPECT_EQ(line.to(Target::kPromptResponse),
            R"({"prompt":"q","response":"<think>\nhm\n</think>\n\na"})"
            "\n");
  EXPECT_EQ(line.to(Target::kShareGpt), R"({"conversations":[{"from":"human","value":"q"},)"
                                        R"({"from":"gpt","value":"<think>\nhm\n</think>\n\na"}]})"
                                        "\n");
  Line calls;
  calls.turn(Role::kUser, "q").turn(Role::kCall, "[{\"id\":1}]").turn(Role::kTool, "42");
  EXPECT_EQ(
      calls.to(Target::kMessages),
      R"({"messages":[{"role":"user","content":"q"},)"
      R"({"role":"assistant","content":"","tool_calls":[{"id":1}]},{"role":"tool","content":"42"}]})"
      "\n");
}

Line pair(Shape shape) {
  Line line;
  line.turn(Role::kUser, "q")
      .turn(Role::kAssistant, "bad", 0, 1)
      .turn(Role::kAssistant, "good", 0, 0);
  line.turn(Role::kAssistant, "worst", 0, 2);
  line.batch.records[0].shape = shape;
  return line;
}

TEST(Convert, Preferences) {
  EXPECT_EQ(pair(Shape::kPreference).to(Target::kPromptResponse),
            "{\"prompt\":\"q\",\"chosen\":\"good\",\"rejected\":\"worst\"}\n");
  EXPECT_EQ(pair(Shape::kRanked).to(Target::kAlpaca),
            "{\"prompt\":\"q\",\"chosen\":\"good\",\"rejected\":\"worst\"}\n");
  EXPECT_EQ(
      pair(Shape::kPreference).to(Target::kMessages),
      R"({"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"good"}],)"
      R"("rejected":[{"role":"assistant","content":"worst"}]})"
      "\n");
  EXPECT_EQ(pair(Shape::kPreference).to(Target::kText), "{\"text\":\"q\\n\\ngood\"}\n");
  EXPECT_EQ(pair(Shape::kTree).to(Target::kPromptResponse),
            "{\"prompt\":\"q\",\"response\":\"good\"}\n");
}

TEST(Convert, CarriesEditsOver) {
  //                0123456789012345678
  Line line("{\"q\":\"my key is K1\"}");
  line.turn(Role::kUser, "my key is K1", -1, 0, {6, 18}).turn(Role::kAssistant, "a");
  line.batch.edit(0, {16, 18}, "\\u005bKEY]");
  line.batch.edit(0, {6, 8}, "The");
  EXPECT_EQ(line.to(Target::kPromptResponse),
            "{\"prompt\":\"The key is [KEY]\",\"response\":\"a\"}\n");
  line.batch.edit(0, {0, 18}, "{}");
  EXPECT_EQ(line.to(Target::kPromptResponse).substr(0, 22), "error: output.convert:");
}

TEST(Convert, NamesAreKnown) {
  EXPECT_EQ(*parse_target("sharegpt"), Target::kShareGpt);
  EXPECT_EQ(parse_target("chatml").error().code, Code::kInvalidArgument);
}

TEST(TurnPath, ACircleCannotHappen) {
  std::vector<Turn> turns(3);
  turns[0].parent = 2;
  turns[1].parent = 1;
  turns[2].parent = 0;
  TurnPath path;
  path.find(turns);
  EXPECT_LE(path.best().size(), 3U);
}

}  // namespace
}  // namespace corpus
