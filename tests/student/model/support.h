// Small models and batches for the tests of the model.
#ifndef CORPUS_TESTS_STUDENT_MODEL_SUPPORT_H_
#define CORPUS_TESTS_STUDENT_MODEL_SUPPORT_H_

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "model/model.h"
#include "student/support/relative_error.h"

namespace student {

inline std::unique_ptr<Backend> cpu(int threads = 1) {
  auto made = make_backend("cpu", {.threads = threads});
  EXPECT_TRUE(made);
  return *std::move(made);
}

// Tests of what a model promises on every backend: f32 within rounding. cuda is left out where there is no device.
class OnBackends : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto made = make_backend(GetParam(), {.threads = 2});
    if (!made) GTEST_SKIP() << made.error().message;
    backend = *std::move(made);
  }
  bool emulated() const { return backend->name() == "emu"; }  // hundreds of times slower: fewer rounds there
  std::unique_ptr<Backend> backend;
};

inline const auto kBackends = testing::Values("cpu", "emu", "cuda");
inline std::string backend_name(const testing::TestParamInfo<const char*>& info) { return info.param; }

inline Config tiny_config() {
  Config c;
  c.layers = 2;
  c.width = 24;
  c.heads = 4;
  c.kv_heads = 2;
  c.head_dim = 6;
  c.ffn = 40;
  c.vocab = 70;
  c.context = 128;
  return c;
}

inline std::unique_ptr<Model> make_model(Backend& backend, const Config& config, ModelOptions options,
                                         std::uint64_t seed = 1) {
  if (options.max_tokens == 0) options.max_tokens = 64;
  auto made = Model::create(backend, config, options);
  EXPECT_TRUE(made) << made.error().message;
  EXPECT_TRUE((*made)->init(seed));
  // A start of 0.02 is too tame: norms of 1, biases and lora_B of 0 hide mistakes.
  std::uint64_t at = seed;
  for (const Parameter& p : (*made)->parameters()) {
    auto values = *(*made)->get(p);
    for (float& v : values) {
      at = at * 6364136223846793005u + 1442695040888963407u;
      v += 0.15f * (static_cast<float>(at >> 40) / 16777216.0f * 2 - 1);
    }
    EXPECT_TRUE((*made)->set(p, values));
  }
  return *std::move(made);
}

struct Batch {
  std::vector<std::int32_t> tokens, targets, starts;
  PackedBatch view() const { return {tokens, targets, starts, {}, {}, 0, 0}; }
};

// Documents of these lengths; the last token of each and every fifth have no target.
inline Batch make_batch(const std::vector<std::int32_t>& lengths, std::int32_t vocab, std::uint32_t seed = 1) {
  Batch b;
  b.starts.push_back(0);
  std::uint32_t at = seed;
  for (const std::int32_t length : lengths) {
    for (std::int32_t i = 0; i < length; ++i) {
      at = at * 1664525u + 1013904223u;
      b.tokens.push_back(static_cast<std::int32_t>((at >> 8) % static_cast<std::uint32_t>(vocab)));
    }
    const auto first = static_cast<std::size_t>(b.starts.back());
    for (std::int32_t i = 0; i < length; ++i) {
      const bool supervised = i + 1 < length && i % 5 != 3;
      b.targets.push_back(supervised ? b.tokens[first + static_cast<std::size_t>(i) + 1] : -1);
    }
    b.starts.push_back(b.starts.back() + length);
  }
  return b;
}

inline std::vector<float> gradients_of(Model& model) {
  std::vector<float> out(static_cast<std::size_t>(model.flat_size()));
  EXPECT_TRUE(model.backend().read(out.data(), model.gradients().data, out.size() * sizeof(float)));
  return out;
}

}  // namespace student

#endif  // CORPUS_TESTS_STUDENT_MODEL_SUPPORT_H_
