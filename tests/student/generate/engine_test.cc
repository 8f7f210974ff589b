#include "generate/engine.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "student/support/fakes.h"

namespace student {
namespace {

using test::FakeModel;

struct Answer {
  std::vector<TokenId> ids;
  std::vector<float> logprobs;
  std::promise<Result<Finish>> done;
};

Generation request(std::vector<TokenId> prompt, std::int32_t max_tokens, std::shared_ptr<Answer> answer) {
  Generation out;
  out.prompt = std::move(prompt);
  out.max_tokens = max_tokens;
  out.stop_ids = {test::kImEnd};
  out.top_logprobs = 0;
  out.on_token = [answer](const Token& token) {
    answer->ids.push_back(token.id);
    answer->logprobs.push_back(token.logprob);
    return true;
  };
  out.on_done = [answer](Result<Finish> how) { answer->done.set_value(std::move(how)); };
  return out;
}

std::vector<TokenId> prompt_of(std::mt19937& rng, std::size_t size) {
  std::vector<TokenId> out(size);
  for (auto& id : out) id = static_cast<TokenId>(rng() % 256);
  return out;
}

// What one request alone gives is what it gives in any crowd: the batch, the order and the pieces of other
// prompts make no difference.
TEST(Engine, AnswersDoNotDependOnTheCrowd) {
  std::mt19937 rng(11);
  std::vector<Generation> requests;
  std::vector<std::vector<TokenId>> alone;
  for (int i = 0; i < 24; ++i) {
    auto one = request(prompt_of(rng, 1 + rng() % 60), 1 + static_cast<std::int32_t>(rng() % 40), nullptr);
    one.sampling = {.temperature = i % 3 == 0 ? 0.0f : 1.0f, .top_k = i % 4, .top_p = i % 2 ? 0.9f : 1.0f,
                    .seed = static_cast<std::uint64_t>(i)};
    requests.push_back(one);
  }
  auto run = [&](std::int32_t slots, std::int32_t piece, bool together) {
    FakeModel model;
    auto engine = Engine::start(model, {.slots = slots, .max_length = 128, .prompt_piece = piece, .vocab = 258});
    EXPECT_TRUE(engine);
    std::vector<std::shared_ptr<Answer>> answers;
    std::vector<std::vector<TokenId>> out;
    for (const auto& wanted : requests) {
      answers.push_back(std::make_shared<Answer>());
      auto one = request(wanted.prompt, wanted.max_tokens, answers.back());
      one.sampling = wanted.sampling;
      EXPECT_TRUE((*engine)->submit(std::move(one)));
      if (!together) answers.back()->done.get_future().wait();
    }
    for (auto& answer : answers) {
      if (together) answer->done.get_future().wait();
      out.push_back(answer->ids);
    }
    EXPECT_GE(model.widest, std::min(slots, 2));
    return out;
  };
  auto one_by_one = run(1, 256, false);
  EXPECT_EQ(run(8, 7, true), one_by_one);
  EXPECT_EQ(run(3, 256, true), one_by_one);
}

TEST(Engine, EndsByStopLengthAndContext) {
  FakeModel model(test::says("q", "answer"));
  auto engine = Engine::start(model, {.slots = 2, .max_length = 16});
  auto ask = [&](std::vector<TokenId> prompt, std::int32_t most) {
    auto answer = std::make_shared<Answer>();
    EXPECT_TRUE((*engine)->submit(request(std::move(prompt), most, answer)));
    auto how = answer->done.get_future().get();
    return std::pair(std::string(answer->ids.begin(), answer->ids.end()), *how);
  };
  EXPECT_EQ(ask({'q'}, 99), std::pair(std::string("answer"), Finish::kStop));
  EXPECT_EQ(ask({'q'}, 3), std::pair(std::string("ans"), Finish::kLength));
  EXPECT_EQ(ask({'q'}, 0), std::pair(std::string(), Finish::kLength));
  std::vector<TokenId> long_prompt(13, 'x');
  long_prompt.push_back('q');
  EXPECT_EQ(ask(long_prompt, 99), std::pair(std::string("an"), Finish::kLength));
}

TEST(Engine, RefusesWhatCannotBe) {
  FakeModel model;
  auto engine = Engine::start(model, {.slots = 1, .max_length = 8});
  auto answer = std::make_shared<Answer>();
  auto none = (*engine)->submit(request({}, 1, answer));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "the prompt is empty: at least one token is needed");
  auto long_one = (*engine)->submit(request(std::vector<TokenId>(8, 'a'), 1, answer));
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().message, "the prompt has 8 tokens; at most 7 fit here");
  EXPECT_FALSE((*engine)->submit(request({-1}, 1, answer)));
  auto foreign = (*engine)->submit(request({260}, 1, answer));
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().message, "the prompt: 260 is no token of this model; ids are below 260");
}

TEST(Engine, FullQueueIsSaid) {
  FakeModel model(test::hashed, std::chrono::milliseconds(20));
  auto engine = Engine::start(model, {.slots = 1, .max_length = 64, .max_queue = 2});
  int refused = 0;
  std::vector<std::shared_ptr<Answer>> answers;
  for (int i = 0; i < 6; ++i) {
    answers.push_back(std::make_shared<Answer>());
    auto sent = (*engine)->submit(request({'a'}, 4, answers.back()));
    if (sent) continue;
    EXPECT_EQ(sent.error().code, corpus::Code::kLimit);
    ++refused;
    answers.pop_back();
  }
  EXPECT_GE(refused, 3);
  for (auto& answer : answers) EXPECT_TRUE(answer->done.get_future().get());
}

TEST(Engine, CancelledRequestsLeaveAndGiveTheirSlotBack) {
  FakeModel model(
      [](std::span<const TokenId>, std::span<float> logits) {
        std::fill(logits.begin(), logits.end(), 0.0f);
        logits['x'] = 1;
      },
      std::chrono::milliseconds(1));
  auto engine = Engine::start(model, {.slots = 1, .max_length = 100000});
  auto endless = std::make_shared<Answer>(), waiting = std::make_shared<Answer>(), next = std::make_shared<Answer>();
  auto first = (*engine)->submit(request({'a'}, 90000, endless));
  auto second = (*engine)->submit(request({'a'}, 90000, waiting));
  ASSERT_TRUE((*engine)->submit(request({'a'}, 2, next)));
  (*engine)->cancel(*second);
  EXPECT_EQ(*waiting->done.get_future().get(), Finish::kCancelled);
  (*engine)->cancel(*first);
  (*engine)->cancel(12345);
  EXPECT_EQ(*endless->done.get_future().get(), Finish::kCancelled);
  EXPECT_EQ(*next->done.get_future().get(), Finish::kLength);
}

TEST(Engine, StoppingEndsEverythingOnce) {
  FakeModel model(test::hashed, std::chrono::milliseconds(1));
  std::vector<std::shared_ptr<Answer>> answers;
  {
    auto engine = Engine::start(model, {.slots = 2, .max_length = 4096});
    for (int i = 0; i < 5; ++i) {
      answers.push_back(std::make_shared<Answer>());
      auto one = request({'a'}, 4000, answers.back());
      one.stop_ids.clear();
      ASSERT_TRUE((*engine)->submit(std::move(one)));
    }
  }
  for (auto& answer : answers) EXPECT_EQ(*answer->done.get_future().get(), Finish::kCancelled);
}

TEST(Engine, NotNumbersFailTheRequest) {
  FakeModel model([](std::span<const TokenId>, std::span<float> logits) {
    std::fill(logits.begin(), logits.end(), std::nanf(""));
  });
  auto engine = Engine::start(model, {.slots = 1, .max_length = 16});
  auto answer = std::make_shared<Answer>();
  ASSERT_TRUE((*engine)->submit(request({'a'}, 4, answer)));
  auto how = answer->done.get_future().get();
  ASSERT_FALSE(how);
  EXPECT_EQ(how.error().message, "the model's logits are not numbers; its weights are damaged");
}

// The log-probability that a token was given when it was made is the one it has when the text is scored, with and
// without the top ones, packed with others or alone.
TEST(Engine, ScoresAgreeWithGeneration) {
  FakeModel model;
  auto engine = Engine::start(model, {.slots = 4, .max_length = 64});
  auto answer = std::make_shared<Answer>();
  auto one = request({'h', 'i'}, 20, answer);
  one.stop_ids.clear();
  ASSERT_TRUE((*engine)->submit(std::move(one)));
  ASSERT_TRUE(answer->done.get_future().get());
  std::vector<TokenId> text = {'h', 'i'};
  text.insert(text.end(), answer->ids.begin(), answer->ids.end());
  std::vector<std::future<Result<std::vector<Token>>>> scored;
  for (int top : {0, 0, 2, 3}) {
    auto promise = std::make_shared<std::promise<Result<std::vector<Token>>>>();
    scored.push_back(promise->get_future());
    ASSERT_TRUE((*engine)->score({.tokens = text, .top_logprobs = top, .on_done = [promise](auto tokens) {
                                    promise->set_value(std::move(tokens));
                                  }}));
  }
  for (std::size_t k = 0; k < scored.size(); ++k) {
    auto tokens = scored[k].get();
    ASSERT_TRUE(tokens);
    ASSERT_EQ(tokens->size(), text.size());
    for (std::size_t i = 2; i < text.size(); ++i) {
      EXPECT_NEAR((*tokens)[i].logprob, answer->logprobs[i - 2], 1e-5);
      if (k < 2) continue;
      ASSERT_EQ((*tokens)[i].top.size(), k);
      EXPECT_EQ((*tokens)[i].top[0].id, text[i]);  // it was greedy
      EXPECT_EQ((*tokens)[i].top[0].logprob, (*tokens)[i].logprob);
    }
  }
}

TEST(Engine, TextsTooLongToScoreAreRefused) {
  FakeModel model;
  auto engine = Engine::start(model, {.slots = 1, .max_length = 64, .max_logits = 10 * 260});
  EXPECT_FALSE((*engine)->score({.tokens = std::vector<TokenId>(513, 'a')}));
  auto top = (*engine)->score({.tokens = std::vector<TokenId>(11, 'a'), .top_logprobs = 1});
  ASSERT_FALSE(top);
  EXPECT_EQ(top.error().message, "the text has 11 tokens; at most 10 fit here");
}

TEST(Engine, EmbeddingsHaveLengthOne) {
  FakeModel model;
  auto engine = Engine::start(model, {.slots = 1, .max_length = 64});
  std::promise<Result<std::vector<float>>> promise;
  ASSERT_TRUE(
      (*engine)->embed({.tokens = {'a', 'b'}, .on_done = [&](auto out) { promise.set_value(std::move(out)); }}));
  auto out = promise.get_future().get();
  ASSERT_TRUE(out);
  double sum = 0;
  for (float x : *out) sum += x * x;
  EXPECT_NEAR(sum, 1, 1e-6);
}

}  // namespace
}  // namespace student
