#include "data/dataset.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/best_path.h"
#include "student/data/corpus_text.h"
#include "support/folder.h"

namespace student {
namespace {

using corpus::test::Folder;
using test::chat_line;

class DatasetTest : public ::testing::Test {
 protected:
  Result<Dataset> read(const std::string& lines, DatasetOptions options = {.length = 200}) {
    return read_dataset({folder.write("data.jsonl", lines)}, *tokenizer, *chat, options);
  }
  Folder folder;
  std::unique_ptr<corpus::Tokenizer> tokenizer = test::byte_tokenizer();
  std::unique_ptr<corpus::ChatTemplate> chat = test::chatml(*tokenizer);
};

TEST_F(DatasetTest, LearnsTheAnswerAndItsEndAndNothingElse) {
  auto data = read(chat_line("Two and two?", "Four."));
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ(data->size(), 1u);
  EXPECT_EQ(test::learned_text(*data, 0, *tokenizer), "Four.<|im_end|>");
  EXPECT_EQ(data->learned, 6u);
}

TEST_F(DatasetTest, LeavesOutWhatIsTooLongWholeAndSaysSo) {
  auto data = read(chat_line("a", "b") + chat_line("a", std::string(300, 'x')) + chat_line("c", "d"));
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->size(), 2u);
  EXPECT_EQ(data->too_long, 1u);
  EXPECT_GT(data->longest, 300u);
  EXPECT_EQ(test::learned_text(*data, 1, *tokenizer), "d<|im_end|>");
}

TEST_F(DatasetTest, FollowsTheBestAnswerOfAPair) {
  auto data = read(R"({"prompt":"Colour?","chosen":"Green.","rejected":"No."})" "\n");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(test::learned_text(*data, 0, *tokenizer), "Green.<|im_end|>");
}

TEST_F(DatasetTest, CutsPlainTextIntoDocumentsAndLearnsAllOfIt) {
  auto data = read("{\"text\":\"" + std::string(450, 'y') + "\"}\n", {.length = 200, .end_of_text = 0});
  ASSERT_TRUE(data) << data.error().message;
  ASSERT_EQ(data->size(), 3u);
  EXPECT_EQ(data->length(0), 200u);
  EXPECT_EQ(data->length(2), 51u);
  EXPECT_EQ(data->tokens.back(), 0);
  EXPECT_EQ(data->learned, 451u - 3);  // nothing predicts the first of each
}

TEST_F(DatasetTest, CountsWhatItCannotUse) {
  auto data = read("{broken\n" + chat_line("a", "b") + R"({"messages":[{"role":"user","content":"alone"}]})" "\n");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->records, 3u);
  EXPECT_EQ(data->malformed, 1u);
  EXPECT_EQ(data->unanswered, 1u);
}

TEST_F(DatasetTest, RefusesDataWithNothingToLearn) {
  auto data = read(R"({"messages":[{"role":"user","content":"alone"}]})" "\n");
  ASSERT_FALSE(data);
  EXPECT_NE(data.error().message.find("1 without an answer"), std::string::npos) << data.error().message;
}

TEST_F(DatasetTest, IsTheSameForAnyNumberOfThreads) {
  std::string lines;
  for (int i = 0; i < 40000; ++i) lines += chat_line("question " + std::to_string(i), "answer " + std::to_string(i * 7));
  auto one = read(lines, {.length = 200, .threads = 1}), three = read(lines, {.length = 200, .threads = 3});
  ASSERT_TRUE(one && three);
  EXPECT_EQ(one->tokens, three->tokens);
  EXPECT_EQ(one->starts, three->starts);
  EXPECT_EQ(one->inputs[0].xxh3, three->inputs[0].xxh3);
}

TEST_F(DatasetTest, LaysATeachersLogprobsBesideItsTokens) {
  std::string line = R"({"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"ab"}],"logprobs":{"content":[)"
                     R"({"token":"a","logprob":-0.1,"top_logprobs":[{"token":"a","logprob":-0.1},{"token":"q","logprob":-3}]},)"
                     R"({"token":"b","bytes":[98],"logprob":-0.2,"top_logprobs":[{"token":"b","bytes":[98],"logprob":-0.2}]}]}})";
  auto data = read(line + "\n", {.length = 200, .topk = 2});
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->with_teacher, 1u);
  std::size_t a = 0;
  while (!data->learn[a]) ++a;
  EXPECT_EQ(tokenizer->piece(data->topk_ids[2 * a]), "a");
  EXPECT_EQ(tokenizer->piece(data->topk_ids[2 * a + 1]), "q");
  EXPECT_FLOAT_EQ(data->topk_logprobs[2 * a + 1], -3);
  EXPECT_EQ(data->topk_ids[2 * (a + 1) + 1], -1) << "one candidate only";
  EXPECT_EQ(data->topk_ids[2 * (a + 2)], -1) << "the end of the turn has no teacher";
  EXPECT_EQ(data->topk_ids[0], -1);

  line.replace(line.find("\"content\":\"ab\""), 14, "\"content\":\"ac\"");
  data = read(line + "\n", {.length = 200, .topk = 2});
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->teacher_differs, 1u);
  EXPECT_EQ(data->topk_ids, std::vector<TokenId>(data->tokens.size() * 2, -1));
}

TEST(BestPath, SkipsReasoningAndStopsAtTheLastAnswer) {
  using corpus::Role;
  std::vector<corpus::Turn> turns = {{.text = "q", .parent = -1, .role = Role::kUser},
                                     {.text = "hm", .parent = 0, .role = Role::kReasoning},
                                     {.text = "worse", .parent = 0, .role = Role::kAssistant, .rank = 1},
                                     {.text = "a", .parent = 1, .role = Role::kAssistant},
                                     {.text = "more?", .parent = 3, .role = Role::kUser}};
  BestPath path;
  path.find(turns);
  ASSERT_EQ(path.turns.size(), 2u);
  EXPECT_EQ(path.turns[1].text, "a");
  EXPECT_FALSE(path.is_text);
}

}  // namespace
}  // namespace student
