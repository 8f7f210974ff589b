// Every shape the adapters know, one small record each.
#include <string>

#include "adapters/keys.h"
#include "adapters/parse_support.h"
#include "adapters/shape.h"

namespace corpus {
namespace {

struct Case {
  const char* what;
  Shape shape;
  const char* json;
  const char* turns;  // as test::print() says them
};

class Shapes : public testing::TestWithParam<Case> {};

TEST_P(Shapes, AreRecognised) {
  const Case& c = GetParam();
  Batch batch;
  ASSERT_TRUE(test::parse_into(batch, std::string(c.json) + "\n"));
  ASSERT_EQ(batch.records.size(), 1U);
  const Record& record = batch.records[0];
  EXPECT_EQ(record.drop.name(), "");
  EXPECT_EQ(name(record.shape), name(c.shape));
  EXPECT_EQ(test::print(record), c.turns);
  EXPECT_EQ(record.json, c.json);
  test::expect_raw_spans(record);

  // Shape and acceptance do not depend on what is read.
  Batch bare;
  ASSERT_TRUE(test::parse_into(bare, c.json, test::options(), 0));
  EXPECT_EQ(name(bare.records.at(0).shape), name(c.shape));
  EXPECT_TRUE(bare.records[0].turns.empty());
}

// clang-format off
const Case kCases[] = {
    {"chat", Shape::kMessages,
     R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]})",
     "0:system<-1 's'; 1:user<0 'q'; 2:assistant<1 'a'"},
    {"content before role", Shape::kMessages,
     R"({"messages":[{"content":"q","role":"user"},{"content":"a","role":"assistant"}],"images":["1.jpg"]})",
     "0:user<-1 'q'; 1:assistant<0 'a'"},
    {"no messages", Shape::kMessages, R"({"messages":[]})", ""},
    {"escapes", Shape::kMessages,
     R"({"messages":[{"role":"us\u0065r","content":"a\n\"b\"\u00e9\ud83d\ude00"}]})",
     "0:user<-1 'a\n\"b\"\xC3\xA9\xF0\x9F\x98\x80'"},
    {"parts", Shape::kMessages,
     R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":"q"},"r"]},)"
     R"({"role":"assistant","content":[{"type":"reasoning","value":"t"},{"type":"text","value":"a"}]}]})",
     "0:user<-1 'q'; 1:user<0 'r'; 2:reasoning<1 't'; 3:assistant<2 'a'"},
    {"parts with calls", Shape::kMessages,
     R"({"messages":[{"role":"assistant","content":[{"type":"tool_call","value":"{\"f\":1}"},{"type":"tool_use","name":"f","input":{}}]},)"
     R"({"role":"tool","content":[{"type":"text","value":"r"}]}]})",
     R"(0:call<-1 '{"f":1}'; 1:call<0 '{"type":"tool_use","name":"f","input":{}}'; 2:tool<1 'r')"},
    {"tool calls", Shape::kMessages,
     R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"1", "function":{"name":"f"}}]},)"
     R"({"role":"tool","tool_call_id":"1","content":"r"}],"tools":[]})",
     R"(0:user<-1 'q'; 1:call<0 '{"id":"1", "function":{"name":"f"}}'; 2:tool<1 'r')"},
    {"function call", Shape::kMessages,
     R"({"messages":[{"role":"assistant","content":"x","function_call":{"name":"f"}},{"role":"function","content":"r"}]})",
     R"(0:assistant<-1 'x'; 1:call<0 '{"name":"f"}'; 2:tool<1 'r')"},
    {"null content", Shape::kMessages,
     R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null}]})",
     "0:user<-1 'q'; 1:assistant<0 ''"},
    {"reasoning beside", Shape::kMessages,
     R"({"messages":[{"role":"assistant","content":"a","reasoning_content":"t"}]})",
     "0:reasoning<-1 't'; 1:assistant<0 'a'"},
    {"unknown role", Shape::kMessages, R"({"messages":[{"role":"narrator","content":"x"}]})",
     "0:text<-1 'x'"},
    {"sharegpt", Shape::kShareGpt,
     R"({"id":"1","system":"s","conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"},{"from":"function_call","value":"{}"},{"from":"observation","value":"o"},{"from":"Bing","value":"b"}]})",
     "0:system<-1 's'; 1:user<0 'q'; 2:assistant<1 'a'; 3:call<2 '{}'; 4:tool<3 'o'; 5:assistant<4 'b'"},
    {"strings said in turn", Shape::kShareGpt, R"({"conversation":["q","a"]})",
     "0:user<-1 'q'; 1:assistant<0 'a'"},
    {"alpaca", Shape::kAlpaca, R"({"instruction":"i","input":"n","output":"o"})",
     "0:user<-1 'i'; 1:user<0 'n'; 2:assistant<1 'o'"},
    {"alpaca without input", Shape::kAlpaca, R"({"output":"o","input":"","instruction":"i","answer":"b"})",
     "0:user<-1 'i'; 1:assistant<0 'o'"},
    {"alpaca history", Shape::kAlpaca,
     R"({"instruction":"i","history":[["q","a"]],"system":"s","response":"o"})",
     "0:system<-1 's'; 1:user<0 'q'; 2:assistant<1 'a'; 3:user<2 'i'; 4:assistant<3 'o'"},
    {"empty answer", Shape::kAlpaca, R"({"instruction":"i","output":""})",
     "0:user<-1 'i'; 1:assistant<0 ''"},
    {"null answer", Shape::kAlpaca, R"({"instruction":"i","input":null,"output":null})",
     "0:user<-1 'i'; 1:assistant<0 ''"},
    {"prompt, instruction and response", Shape::kAlpaca,
     R"({"prompt":"p","instruction":"i","input":"","response":"r","target":"t"})",
     "0:user<-1 'i'; 1:assistant<0 'r'"},
    {"instruction alone", Shape::kAlpaca, R"({"instruction":"i","instruction_type":"x"})",
     "0:user<-1 'i'"},
    {"Instruction", Shape::kAlpaca, R"({"idx":1,"Skill":"x","Difficulty":2,"Instruction":"i"})",
     "0:user<-1 'i'"},
    {"prompt and response", Shape::kPromptResponse, R"({"prompt":"p","response":"r"})",
     "0:user<-1 'p'; 1:assistant<0 'r'"},
    {"query and answer", Shape::kPromptResponse, R"({"query":"p","answer":"r"})",
     "0:user<-1 'p'; 1:assistant<0 'r'"},
    {"context and completion", Shape::kPromptResponse, R"({"context":"p","completion":"r"})",
     "0:user<-1 'p'; 1:assistant<0 'r'"},
    {"only chosen", Shape::kPromptResponse, R"({"prompt":"p","chosen":"r"})",
     "0:user<-1 'p'; 1:assistant<0 'r'"},
    {"prompt and canonical solution", Shape::kPromptResponse,
     R"({"task_id":"T/0","prompt":"def f():","entry_point":"f","canonical_solution":" pass","test":"t"})",
     "0:user<-1 'def f():'; 1:assistant<0 ' pass'"},
    {"text and code", Shape::kPromptResponse, R"({"task_id":"1","text":"t","code":"c","test_list":[]})",
     "0:user<-1 't'; 1:assistant<0 'c'"},
    {"act and prompt", Shape::kPromptResponse, R"({"act":"x","prompt":"p"})", "0:user<-1 'p'"},
    {"answer only", Shape::kPromptResponse, R"({"completion":"c"})", "0:assistant<-1 'c'"},
    {"question and answer", Shape::kQuestionAnswer, R"({"question":"q","answer":"a"})",
     "0:user<-1 'q'; 1:assistant<0 'a'"},
    {"chain of thought", Shape::kQuestionAnswer,
     R"({"question":"q","chain-of-thought":"t","pred":18.0,"answer": 18.0})",
     "0:user<-1 'q'; 1:reasoning<0 't'; 2:assistant<1 '18.0'"},
    {"standard answer", Shape::kQuestionAnswer, R"({"question":"q","std_answer":"a","class":"c"})",
     "0:user<-1 'q'; 1:assistant<0 'a'"},
    {"multiple choice", Shape::kQuestionAnswer,
     R"({"subject":"s","question":"q","A":"1","B":"2","C":"3","D":"4","answer":"B"})",
     "0:user<-1 'q'; 1:user<0 '1'; 2:user<1 '2'; 3:user<2 '3'; 4:user<3 '4'; 5:assistant<4 'B'"},
    {"choices as strings", Shape::kQuestionAnswer,
     R"({"question":"q","choices":["1","2"],"answer":1})",
     "0:user<-1 'q'; 1:user<0 '1'; 2:user<1 '2'; 3:assistant<2 '1'"},
    {"choices as objects", Shape::kQuestionAnswer,
     R"({"question":"q","choices":[{"label":"A","text":"1"}],"answer":"A"})",
     "0:user<-1 'q'; 1:assistant<0 'A'"},
    {"prompt and completion as messages", Shape::kPromptResponse,
     R"({"prompt":[{"role":"user","content":"p"}],"completion":[{"role":"assistant","content":"c"}]})",
     "0:user<-1 'p'; 1:assistant<0 'c'"},
    {"preference with prompt as messages", Shape::kPreference,
     R"({"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"c"}],"rejected":[{"role":"assistant","content":"r"}]})",
     "0:user<-1 'q'; 1:assistant<0 'c'; 2:assistant<0#1 'r'"},
    {"behaviour evaluation", Shape::kQuestionAnswer,
     R"({"question":"q","answer_matching_behavior":" Yes","answer_not_matching_behavior":" No"})",
     "0:user<-1 'q'; 1:assistant<0 ' Yes'"},
    {"text", Shape::kText, R"({"text":"t","meta":{"a":[1,2]}})", "0:text<-1 't'"},
    {"sentence with blank", Shape::kText, R"({"index":0,"sentence_with_blank":"a _ b"})",
     "0:text<-1 'a _ b'"},
    {"preference strings", Shape::kPreference, R"({"prompt":"p","chosen":"c","rejected":"r"})",
     "0:user<-1 'p'; 1:assistant<0 'c'; 2:assistant<0#1 'r'"},
    {"preference order of keys", Shape::kPreference, R"({"rejected":"r","chosen":"c","question":"p","system":"s"})",
     "0:system<-1 's'; 1:user<0 'p'; 2:assistant<1 'c'; 3:assistant<1#1 'r'"},
    {"whole dialogues", Shape::kPreference,
     R"({"chosen":"\n\nHuman: q\n\nAssistant: c","rejected":"\n\nHuman: q\n\nAssistant: r"})",
     "0:text<-1 '\n\nHuman: q\n\nAssistant: c'; 1:text<-1#1 '\n\nHuman: q\n\nAssistant: r'"},
    {"preference with conversations", Shape::kPreference,
     R"({"conversations":[{"from":"human","value":"q"}],"chosen":{"from":"gpt","value":"c"},"rejected":{"from":"gpt","value":"r"}})",
     "0:user<-1 'q'; 1:assistant<0 'c'; 2:assistant<0#1 'r'"},
    {"preference as messages", Shape::kPreference,
     R"({"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"c"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"r"}]})",
     "0:user<-1 'q'; 1:assistant<0 'c'; 2:assistant<0#1 'r'"},
    {"prompt repeated in messages", Shape::kPreference,
     R"({"prompt":"q","chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"c"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"r"}]})",
     "0:user<-1 'q'; 1:assistant<0 'c'; 2:assistant<0#1 'r'"},
    {"answers alone as messages", Shape::kPreference,
     R"({"prompt":"q","chosen":[{"role":"assistant","content":"c"}],"rejected":[{"role":"assistant","content":"r"}]})",
     "0:user<-1 'q'; 1:assistant<0 'c'; 2:assistant<0#1 'r'"},
    {"rejected equals chosen", Shape::kPreference,
     R"({"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"c"}],"rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"c"}]})",
     "0:user<-1 'q'; 1:assistant<0 'c'; 2:assistant<0#1 'c'"},
    {"chosen and rejected messages", Shape::kPreference,
     R"({"chosen_messages":[{"role":"system","content":[{"type":"text","value":"s"}]},{"role":"user","content":"q"},{"role":"assistant","content":"c"}],)"
     R"("rejected_messages":[{"role":"system","content":[{"type":"text","value":"s"}]},{"role":"user","content":"q"},{"role":"assistant","content":"r"}]})",
     "0:system<-1 's'; 1:user<0 'q'; 2:assistant<1 'c'; 3:assistant<1#1 'r'"},
    {"good by label", Shape::kPreference,
     R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"label":true})",
     "0:user<-1 'q'; 1:assistant<0 'a'"},
    {"bad by label", Shape::kPreference,
     R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"label":false})",
     "0:user<-1 'q'; 1:assistant<0#1 'a'"},
    {"ranked strings", Shape::kRanked, R"({"prompt":"p","responses":["a","b","c"],"scores":[1,3.5,2]})",
     "0:user<-1 'p'; 1:assistant<0#2 'a'; 2:assistant<0 'b'; 3:assistant<0#1 'c'"},
    {"ranked by ranks", Shape::kRanked, R"({"prompt":"p","answers":["a","b"],"ranks":[2,1]})",
     "0:user<-1 'p'; 1:assistant<0#1 'a'; 2:assistant<0 'b'"},
    {"ranked objects", Shape::kRanked,
     R"({"instruction":"p","completions":[{"response":"a","overall_score":1},{"response":"b","overall_score":2}]})",
     "0:user<-1 'p'; 1:assistant<0#1 'a'; 2:assistant<0 'b'"},
    {"model solutions", Shape::kRanked,
     R"({"question":"q","ground_truth":"g","6b_finetuning":{"is_correct":false,"solution":"a"},"6b_verification":{"is_correct":true,"solution":"b"}})",
     "0:user<-1 'q'; 1:assistant<0 'g'; 2:assistant<0#1 'a'; 3:assistant<0#2 'b'"},
    {"tree", Shape::kTree,
     R"({"message_tree_id":"t","prompt":{"text":"q","role":"prompter","replies":[{"text":"a","role":"assistant","rank":1,"replies":[{"text":"q2","role":"prompter","replies":[]}]},{"text":"b","role":"assistant","rank":0,"replies":[]}]}})",
     "0:user<-1 'q'; 1:assistant<0#1 'a'; 2:user<1 'q2'; 3:assistant<0 'b'"},
    {"message with replies", Shape::kTree,
     R"({"message_id":"m","parent_id":null,"text":"q","role":"prompter","rank":null,"replies":[{"text":"a","role":"assistant"},{"text":"b","role":"assistant"}]})",
     "0:user<-1 'q'; 1:assistant<0 'a'; 2:assistant<0#1 'b'"},
    {"single message", Shape::kTree,
     R"({"message_id":"m","parent_id":"k","text":"a","role":"assistant"})", "0:assistant<-1 'a'"},
    {"seed task", Shape::kSeed,
     R"({"id":"seed_0","name":"n","instruction":"i","instances":[{"input":"","output":"o"},{"input":"n","output":"p"}],"is_classification":false})",
     "0:user<-1 'i'; 1:assistant<0 'o'; 2:user<0 'n'; 3:assistant<2 'p'"},
    {"choices with turns", Shape::kChoices,
     R"({"question_id":101,"model_id":"m","choices":[{"index":0,"turns":["a","b"]}]})",
     "0:assistant<-1 'a'; 1:assistant<0 'b'"},
    {"endpoint's answer", Shape::kChoices,
     R"({"id":"x","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"},{"index":1,"message":{"role":"assistant","content":"b"}}]})",
     "0:assistant<-1 'a'; 1:assistant<-1#1 'b'"},
    {"endpoint's answer to a prompt", Shape::kChoices, R"({"prompt":"p","choices":[{"text":"a","finish_reason":"stop"},{"text":"b","finish_reason":null}]})",
     "0:user<-1 'p'; 1:assistant<0 'a'; 2:assistant<0#1 'b'"},
    {"turns with reference", Shape::kChoices,
     R"({"question_id":1,"turns":["q","r"],"reference":["a","b"]})",
     "0:user<-1 'q'; 1:assistant<0 'a'; 2:user<1 'r'; 3:assistant<2 'b'"},
    {"turns alone", Shape::kChoices, R"({"turns":["q","r"]})", "0:user<-1 'q'; 1:user<0 'r'"},
    {"sampling report", Shape::kChoices,
     R"({"model_name":"m","prompts":[{"prompt":"p","results":[{"outputs":["a","b"]},{"outputs":["c"]}]},{"prompt":"q","results":[]}]})",
     "0:user<-1 'p'; 1:assistant<0 'a'; 2:assistant<0#1 'b'; 3:assistant<0#2 'c'; 4:user<-1 'q'"},
    {"unknown", Shape::kUnknown, R"({"a":1})", ""},
    {"empty object", Shape::kUnknown, R"({})", ""},
    {"messages of another form", Shape::kUnknown, R"({"messages":[1,2]})", ""},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(All, Shapes, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& c) {
                           std::string s = c.param.what;
                           for (char& letter : s) {
                             if (!isalnum(static_cast<unsigned char>(letter))) letter = '_';
                           }
                           return s;
                         });

TEST(Keys, AreFoundAndNothingElse) {
  EXPECT_EQ(find_key("messages"), Key::kMessages);
  EXPECT_EQ(find_key("corpus"), Key::kCorpus);
  EXPECT_EQ(find_key("chain-of-thought"), Key::kChainOfThought);
  EXPECT_EQ(find_key(""), Key::kNone);
  EXPECT_EQ(find_key("message_"), Key::kNone);
  EXPECT_EQ(find_key(std::string(300, 'a')), Key::kNone);
}

TEST(Origin, IsTakenFromTheFirstKnownKey) {
  struct {
    const char *json, *id, *teacher, *finish;
  } cases[] = {
      {R"({"text":"t","id":"a\u0062","generator":"g","finish_reason":"length"})", "ab", "g",
       "length"},
      {R"({"text":"t","question_id":101,"model_id":"m","stop_reason":"end_turn"})", "101", "m",
       "end_turn"},
      {R"({"text":"t","_id":"x","uuid":"u","model":null,"metadata":{"model":"inner"}})", "u",
       "inner", ""},
      {R"({"text":"t","metadata":"plain"})", "", "", ""},
      {R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"model":"m"})", "", "m",
       "stop"},
      {R"({"prompt":{"text":"q","role":"prompter","model_name":"inside","replies":[]}})", "",
       "inside", ""},
  };
  for (const auto& c : cases) {
    Batch batch;
    ASSERT_TRUE(test::parse_into(batch, c.json));
    EXPECT_EQ(batch.records.at(0).id, c.id) << c.json;
    EXPECT_EQ(batch.records[0].teacher, c.teacher) << c.json;
    EXPECT_EQ(batch.records[0].finish_reason, c.finish) << c.json;
  }
}

TEST(Origin, CorpusTagIsFound) {
  Batch batch;
  ASSERT_TRUE(
      test::parse_into(batch, "\n{\"text\":\"t\"}\n{\"text\": \"t\", \"corpus\" : {\"a\": 1} }\n"));
  EXPECT_EQ(batch.records.at(0).corpus_tag.size(), 0U);
  const Record& record = batch.records.at(1);
  EXPECT_EQ(record.json.substr(record.corpus_tag.begin, record.corpus_tag.size()), "{\"a\": 1}");
}

TEST(Adapt, OneShapeOnly) {
  Batch batch;
  const char* json = R"({"instruction":"i","output":"o","text":"t"})";
  ASSERT_TRUE(test::parse_into(batch, json, test::options({{"adapt", "text"}})));
  EXPECT_EQ(test::print(batch.records.at(0)), "0:text<-1 't'");
  ASSERT_TRUE(test::parse_into(batch, json, test::options({{"adapt", "messages"}})));
  EXPECT_EQ(batch.records.at(0).shape, Shape::kUnknown);
  EXPECT_FALSE(batch.records[0].drop);
  ASSERT_TRUE(
      test::parse_into(batch, json, test::options({{"adapt", "messages"}, {"unknown", "reject"}})));
  EXPECT_EQ(batch.records.at(0).drop.name(), "shape.unknown");
  auto bad = test::parse_into(batch, json, test::options({{"adapt", "xml"}}));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::kInvalidArgument);
}

TEST(Adapt, MappedByPointers) {
  Value map = test::options({{"system", "/m/s"},
                             {"prompt", Value(Value::Array{"/q/0", "/q/1", "/none"})},
                             {"response", "/a"},
                             {"rejected", "/b~1c"},
                             {"id", "/m/n"},
                             {"teacher", "/m/who"},
                             {"finish_reason", "/m/end"}});
  Value input = test::options({{"adapt", "mapped"}, {"map", map}});
  Batch batch;
  ASSERT_TRUE(test::parse_into(
      batch,
      R"({"q":["x","\u0079"],"m":{"s":"S","n":7,"who":"W","end":"stop"},"a":["1","2"],"b/c":"no","id":"other"})",
      input));
  const Record& record = batch.records.at(0);
  EXPECT_EQ(test::print(record),
            "0:system<-1 'S'; 1:user<0 'x'; 2:user<1 'y'; 3:assistant<2 '1'; 4:assistant<3 '2'; "
            "5:assistant<4#1 'no'");
  EXPECT_EQ(record.shape, Shape::kMapped);
  EXPECT_EQ(record.id, "7");
  EXPECT_EQ(record.teacher, "W");
  EXPECT_EQ(record.finish_reason, "stop");
  test::expect_raw_spans(record);

  ASSERT_TRUE(test::parse_into(batch, R"({"z":1})", input));
  EXPECT_EQ(batch.records.at(0).shape, Shape::kUnknown);
  auto bad = test::parse_into(
      batch, "{}", test::options({{"adapt", "mapped"}, {"map", test::options({{"prompt", "q"}})}}));
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("map.prompt"), std::string::npos);
  EXPECT_FALSE(test::parse_into(batch, "{}", test::options({{"adapt", "mapped"}})));
}

TEST(ShapeTable, NamesAreFound) {
  for (const Row& row : shape_table()) EXPECT_EQ(shape_of(name(row.shape)), row.shape);
  EXPECT_EQ(shape_of("unknown"), Shape::kUnknown);
}

}  // namespace
}  // namespace corpus
