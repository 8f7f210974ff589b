// Small training runs: a model of a few thousand parameters on a few invented documents.
#ifndef CORPUS_TESTS_STUDENT_TRAIN_RUN_H_
#define CORPUS_TESTS_STUDENT_TRAIN_RUN_H_

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "data/batches.h"
#include "data/rng.h"
#include "model/model.h"
#include "student/support/relative_error.h"
#include "train/loop.h"

namespace student::test {

inline Config small_config() {
  Config c;
  c.layers = 2;
  c.width = 32;
  c.heads = 2;
  c.kv_heads = 1;
  c.head_dim = 16;
  c.ffn = 48;
  c.vocab = 61;
  c.context = 64;
  return c;
}

// Documents of 4 to 20 tokens; token 60 ends each answer and is the padding token as well.
inline Dataset small_data(std::size_t n, std::uint64_t seed = 1) {
  Rng rng(seed);
  Dataset out;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t length = 4 + rng.below(17);
    for (std::size_t t = 0; t + 1 < length; ++t) {
      out.tokens.push_back(static_cast<TokenId>((i + t * 3) % 50));
      out.learn.push_back(t >= length / 2);
    }
    out.tokens.push_back(60);
    out.learn.push_back(1);
    out.starts.push_back(out.tokens.size());
  }
  return out;
}

struct RunSetup {
  BatchOptions batches{.length = 48, .batch = 4, .micro = 1, .seed = 7};
  OptimizerOptions optimizer{.weight_decay = 0.1f};
  LoopOptions loop{.schedule = {.peak = 1e-2f, .steps = 8, .warmup = 2}};
  ModelOptions model{.train = true, .max_tokens = 48};
  int threads = 1;
};

struct TrainingRun {
  std::unique_ptr<Backend> backend;
  std::unique_ptr<Model> model;
  std::unique_ptr<Optimizer> optimizer;
  Dataset data = small_data(60);
  std::unique_ptr<Batches> batches;

  explicit TrainingRun(const RunSetup& setup) {
    auto made = make_backend("cpu", {.threads = setup.threads});
    if (!made) ADD_FAILURE() << made.error().message;
    backend = *std::move(made);
    ModelOptions options = setup.model;
    options.max_tokens = std::int64_t{setup.batches.length} * setup.batches.micro;
    model = *Model::create(*backend, small_config(), options);
    EXPECT_TRUE(model->init(3));
    optimizer = *Optimizer::create(*model, setup.optimizer);
    batches = std::make_unique<Batches>(data, nullptr, setup.batches);
  }
  Result<LoopReport> train(const LoopOptions& options) {
    auto communicator = alone();
    return student::train(*model, *optimizer, *batches, *communicator, options);
  }
  std::string weights() {  // the bytes of every parameter
    std::string out;
    for (const Parameter& p : model->parameters()) {
      auto values = model->get(p);
      out.append(reinterpret_cast<const char*>(values->data()), values->size() * sizeof(float));
    }
    return out;
  }
};

inline std::vector<float> floats(const std::string& bytes) {
  std::vector<float> out(bytes.size() / sizeof(float));
  std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

}  // namespace student::test

#endif  // CORPUS_TESTS_STUDENT_TRAIN_RUN_H_
