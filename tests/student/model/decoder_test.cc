#include <algorithm>

#include "student/model/support.h"

namespace student {
namespace {

std::vector<float> last_logits(Model& model, const std::vector<std::int32_t>& tokens) {
  Batch batch{tokens, std::vector<std::int32_t>(tokens.size(), -1), {0, static_cast<std::int32_t>(tokens.size())}};
  const auto all = *model.logits(batch.view());
  return {all.end() - model.config().vocab, all.end()};
}

class DecoderOn : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(, DecoderOn, kBackends, backend_name);

std::int32_t best(std::span<const float> logits) {
  return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

TEST_P(DecoderOn, GreedyEqualsForward) {
  for (const bool qwen3 : {false, true}) {
    Config config = tiny_config();
    config.qk_norm = qwen3;
    const auto model = make_model(*backend, config, {.max_tokens = 64});
    const auto decoder = *model->decoder(1, 64);
    std::vector<std::int32_t> tokens = {5, 9, 33, 2};
    auto logits = decoder->prefill(0, tokens);
    ASSERT_TRUE(logits);
    const int steps = emulated() ? 8 : 40;
    for (int i = 0; i < steps; ++i) {
      EXPECT_LE(relative_error(*logits, last_logits(*model, tokens)), 1e-5) << i;
      const std::int32_t next = best(*logits);
      ASSERT_EQ(next, best(last_logits(*model, tokens)));
      tokens.push_back(next);
      const std::int32_t slot = 0;
      logits = decoder->step({&slot, 1}, {&next, 1});
      ASSERT_TRUE(logits);
    }
    EXPECT_EQ(decoder->length(0), 4 + steps);
  }
}

// A prompt in pieces (the second piece goes over the cache) and one longer than a piece of prefill.
TEST_P(DecoderOn, PromptInPieces) {
  if (emulated()) return;  // 3 s
  const auto model = make_model(*backend, tiny_config(), {.max_tokens = 300});
  const auto decoder = *model->decoder(2, 300);
  const Batch batch = make_batch({290}, 70);
  const auto whole = last_logits(*model, batch.tokens);
  const auto once = decoder->prefill(0, batch.tokens);
  ASSERT_TRUE(once);
  EXPECT_LE(relative_error(*once, whole), 1e-5);
  ASSERT_TRUE(decoder->prefill(1, std::span(batch.tokens).first(100)));
  const auto twice = decoder->prefill(1, std::span(batch.tokens).subspan(100));
  ASSERT_TRUE(twice);
  EXPECT_LE(relative_error(*twice, whole), 1e-5);
  decoder->reset(1);
  EXPECT_EQ(decoder->length(1), 0);
  const auto again = decoder->prefill(1, batch.tokens);
  ASSERT_TRUE(again);
  EXPECT_LE(relative_error(*again, whole), 1e-5);
}

// Continuous batching: the same bits whoever else is in the call, and for any number of threads.
TEST(Decoder, AnswersDoNotDependOnTheCompany) {
  std::vector<float> want;
  for (const int threads : {1, 2}) {
    const auto backend = cpu(threads);
    const auto model = make_model(*backend, tiny_config(), {});
    const auto decoder = *model->decoder(40, 20);
    std::vector<std::int32_t> slots, tokens;
    for (std::int32_t s = 0; s < 40; ++s) {
      const std::vector<std::int32_t> prompt(static_cast<std::size_t>(1 + s % 5), s + 3);
      ASSERT_TRUE(decoder->prefill(s, prompt));
      slots.push_back(s);
      tokens.push_back(s);
    }
    const auto all = decoder->step(slots, tokens);
    ASSERT_TRUE(all);
    const std::vector<float> together(all->begin(), all->end());
    if (want.empty()) want = together;
    EXPECT_EQ(together, want);
    for (const std::int32_t s : {0, 17, 39}) {
      decoder->reset(s);
      ASSERT_TRUE(decoder->prefill(s, std::vector<std::int32_t>(static_cast<std::size_t>(1 + s % 5), s + 3)));
      const auto alone = decoder->step({&s, 1}, {&s, 1});
      ASSERT_TRUE(alone);
      EXPECT_TRUE(std::equal(alone->begin(), alone->end(), together.begin() + s * 70)) << s;
    }
  }
}

TEST_P(DecoderOn, Bf16IsClose) {
  const auto model = make_model(*backend, tiny_config(), {.compute = DType::kBF16, .max_tokens = 64});
  const auto decoder = *model->decoder(1, 64);
  const std::vector<std::int32_t> tokens = {5, 9, 33, 2, 8, 1};
  const auto logits = decoder->prefill(0, tokens);
  ASSERT_TRUE(logits);
  EXPECT_LE(relative_error(*logits, last_logits(*model, tokens)), 2e-2);
}

TEST(Decoder, Limits) {
  const auto backend = cpu();
  const auto model = make_model(*backend, tiny_config(), {});
  const auto decoder = *model->decoder(2, 4);
  EXPECT_EQ(decoder->prefill(0, std::vector<std::int32_t>{1, 2, 3, 4, 5}).error().code, corpus::Code::kLimit);
  EXPECT_EQ(decoder->length(0), 0);
  ASSERT_TRUE(decoder->prefill(0, std::vector<std::int32_t>{1, 2, 3, 4}));
  const std::int32_t zero = 0;
  EXPECT_EQ(decoder->step({&zero, 1}, {&zero, 1}).error().code, corpus::Code::kLimit);
  EXPECT_FALSE(decoder->prefill(2, std::vector<std::int32_t>{1}));
  EXPECT_FALSE(decoder->prefill(1, std::vector<std::int32_t>{70}));
  EXPECT_FALSE(decoder->prefill(1, {}));
  const std::int32_t same[] = {1, 1};
  EXPECT_FALSE(decoder->step(same, same));
  EXPECT_FALSE(model->decoder(0, 4));
}

}  // namespace
}  // namespace student
