// What a model promises whatever its weights are.
#include "model/model.h"

#include <cstring>

#include "io/load.h"
#include "model/parameters.h"
#include "student/model/support.h"

namespace student {
namespace {

Config qwen3() {
  Config c = tiny_config();
  c.family = "qwen3";
  c.qk_norm = true;
  c.tied = false;
  c.head_dim = 10;
  return c;
}

Config qwen2() {
  Config c = tiny_config();
  c.family = "qwen2";
  c.qkv_bias = true;
  return c;
}

class ModelOn : public OnBackends {};
INSTANTIATE_TEST_SUITE_P(, ModelOn, kBackends, backend_name);

TEST_P(ModelOn, PackedEqualsSeparateDocuments) {
  for (const Config& config : {tiny_config(), qwen2(), qwen3()}) {
    const auto model = make_model(*backend, config, {.train = true});
    const Batch packed = make_batch({7, 1, 20, 33}, config.vocab);
    const auto together = model->loss(packed.view(), true);
    ASSERT_TRUE(together);
    const std::vector<float> gradients = gradients_of(*model);
    backend->zero(model->gradients().data, model->gradients().bytes());
    double loss = 0;
    for (std::size_t d = 0; d + 1 < packed.starts.size(); ++d) {
      Batch one;
      one.tokens.assign(packed.tokens.begin() + packed.starts[d], packed.tokens.begin() + packed.starts[d + 1]);
      one.targets.assign(packed.targets.begin() + packed.starts[d], packed.targets.begin() + packed.starts[d + 1]);
      one.starts = {0, static_cast<std::int32_t>(one.tokens.size())};
      loss += model->loss(one.view(), true)->loss;
    }
    EXPECT_NEAR(together->loss, loss, 1e-6 * loss);
    EXPECT_LE(relative_error(gradients, gradients_of(*model)), 1e-6);
  }
}

TEST_P(ModelOn, EditingADocumentChangesNoOtherByABit) {
  const auto model = make_model(*backend, tiny_config(), {.train = true});
  Batch batch = make_batch({9, 30, 12}, 70);
  const auto losses = [&] {
    const auto out = model->token_losses(batch.view());
    EXPECT_TRUE(out);
    return std::vector<float>(out->begin(), out->end());
  };
  const auto before = losses();
  for (std::size_t i = 9; i < 39; ++i) batch.tokens[i] = (batch.tokens[i] + 11) % 70;
  const auto after = losses();
  EXPECT_EQ(0, std::memcmp(before.data(), after.data(), 9 * sizeof(float)));
  EXPECT_EQ(0, std::memcmp(before.data() + 39, after.data() + 39, 12 * sizeof(float)));
  EXPECT_NE(before[10], after[10]);

  // Nor its gradient: with one document supervised, the others' words do not show.
  std::fill(batch.targets.begin(), batch.targets.begin() + 39, -1);
  const auto gradient = [&] {
    backend->zero(model->gradients().data, model->gradients().bytes());
    EXPECT_TRUE(model->loss(batch.view(), true));
    return gradients_of(*model);
  };
  const auto first = gradient();
  for (std::size_t i = 9; i < 39; ++i) batch.tokens[i] = (batch.tokens[i] + 5) % 70;
  EXPECT_EQ(first, gradient());
}

TEST(Model, ThreadsAndRecomputationChangeNoBit) {
  const Batch batch = make_batch({40, 3, 200, 57}, 700);
  Config config = tiny_config();
  config.vocab = 700;
  config.width = 96;
  for (const DType type : {DType::kF32, DType::kBF16}) {
    std::vector<float> want;
    for (const int threads : {1, 2, 3}) {
      for (const Recompute recompute : {Recompute::kNone, Recompute::kBlock}) {
        const auto backend = cpu(threads);
        const auto model = make_model(*backend, config,
                                      {.compute = type, .train = true, .max_tokens = 300, .recompute = recompute});
        ASSERT_TRUE(model->loss(batch.view(), true));
        if (want.empty()) want = gradients_of(*model);
        EXPECT_EQ(want, gradients_of(*model)) << threads << " threads";
      }
    }
  }
}

TEST_P(ModelOn, GradientIsThatOfTheLoss) {
  if (emulated()) return;  // 3 s; Parity has its gradients
  for (Config config : {tiny_config(), qwen3(), qwen2()}) {
    const auto model = make_model(*backend, config, {.train = true});
    const Batch batch = make_batch({11, 1, 25}, config.vocab);
    ASSERT_TRUE(model->loss(batch.view(), true));
    const std::vector<float> gradients = gradients_of(*model);
    for (const Parameter& p : model->parameters()) {
      // Along the gradient itself, where the slope is its length: one number that every element of it enters.
      const auto at = *model->get(p);
      double squares = 0;
      for (std::int64_t i = 0; i < p.file_rows * p.cols; ++i) {
        squares += std::pow(static_cast<double>(gradients[static_cast<std::size_t>(p.offset + i)]), 2);
      }
      const double norm = std::sqrt(squares), h = 2e-2;
      const auto shifted = [&](double sign) {
        auto values = at;
        for (std::size_t i = 0; i < values.size(); ++i) {
          values[i] += static_cast<float>(sign * h * static_cast<double>(gradients[static_cast<std::size_t>(p.offset) + i]) / norm);
        }
        EXPECT_TRUE(model->set(p, values));
        return model->loss(batch.view(), false)->loss;
      };
      const double slope = (shifted(1) - shifted(-1)) / (2 * h);
      EXPECT_NEAR(slope, norm, 2e-2 * norm + 2e-3) << p.name;
      ASSERT_TRUE(model->set(p, at));
    }
  }
}

TEST_P(ModelOn, GradientsAccumulate) {
  const auto model = make_model(*backend, tiny_config(), {.train = true});
  const Batch batch = make_batch({20, 9}, 70);
  ASSERT_TRUE(model->loss(batch.view(), true, 0.5f));
  const auto half = gradients_of(*model);
  ASSERT_TRUE(model->loss(batch.view(), true, 0.5f));
  const auto twice = gradients_of(*model);
  backend->zero(model->gradients().data, model->gradients().bytes());
  ASSERT_TRUE(model->loss(batch.view(), true, 1));
  EXPECT_LE(relative_error(gradients_of(*model), twice), 1e-6);
  EXPECT_GT(relative_error(half, twice), 0.4);
}

TEST_P(ModelOn, NothingSupervisedIsZeroLossAndNoGradient) {
  const auto model = make_model(*backend, tiny_config(), {.train = true});
  Batch batch = make_batch({5, 4}, 70);
  std::fill(batch.targets.begin(), batch.targets.end(), -1);
  const auto loss = model->loss(batch.view(), true);
  ASSERT_TRUE(loss);
  EXPECT_EQ(loss->loss, 0);
  EXPECT_EQ(loss->tokens, 0);
  for (const float g : gradients_of(*model)) ASSERT_EQ(g, 0);
}

TEST_P(ModelOn, MergedAdapterEqualsAdapter) {
  for (Config config : {tiny_config(), qwen2(), qwen3()}) {
    const auto model = make_model(*backend, config, {.train = true, .lora = {.rank = 3, .alpha = 6}});
    const Batch batch = make_batch({21, 8}, config.vocab);
    ASSERT_TRUE(model->loss(batch.view(), true));
    const std::vector<float> gradients = gradients_of(*model);
    for (const Parameter& p : model->parameters()) {
      double squares = 0;
      for (std::int64_t i = 0; i < p.rows * p.cols; ++i) {
        squares += std::pow(static_cast<double>(gradients[static_cast<std::size_t>(p.offset + i)]), 2);
      }
      EXPECT_EQ(p.trains, p.name.find(".lora_") != std::string::npos) << p.name;
      EXPECT_EQ(p.trains, squares > 0) << p.name << ": only A and B learn";
    }
    const auto with = *model->logits(batch.view());
    const std::string dir = testing::TempDir() + "/student_merged_" + config.family + GetParam();
    ASSERT_TRUE(save_model(*model, dir, {}));
    const auto merged = load_model(*backend, dir, {.max_tokens = 64});
    ASSERT_TRUE(merged) << merged.error().message;
    EXPECT_LE(relative_error(*(*merged)->logits(batch.view()), with), 1e-5);
    const auto fresh = load_model(*backend, dir, {.max_tokens = 64, .lora = {.rank = 3}}, 5);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(*(*fresh)->logits(batch.view()), *(*merged)->logits(batch.view())) << "B starts at 0";
  }
}

TEST_P(ModelOn, GradientOfAdaptersIsThatOfTheLoss) {
  const auto model = make_model(*backend, tiny_config(), {.train = true, .lora = {.rank = 3, .alpha = 6}});
  const Batch batch = make_batch({21, 8}, 70);
  ASSERT_TRUE(model->loss(batch.view(), true));
  const std::vector<float> gradients = gradients_of(*model);
  for (const Parameter& p : model->parameters()) {
    if (!p.trains) continue;
    const auto at = *model->get(p);
    double squares = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
      squares += std::pow(static_cast<double>(gradients[static_cast<std::size_t>(p.offset) + i]), 2);
    }
    const double norm = std::sqrt(squares), h = 1e-2;
    const auto shifted = [&](double sign) {
      auto values = at;
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] += static_cast<float>(sign * h * static_cast<double>(gradients[static_cast<std::size_t>(p.offset) + i]) / norm);
      }
      EXPECT_TRUE(model->set(p, values));
      return model->loss(batch.view(), false)->loss;
    };
    EXPECT_NEAR((shifted(1) - shifted(-1)) / (2 * h), norm, 2e-2 * norm + 5e-3) << p.name;
    ASSERT_TRUE(model->set(p, at));
  }
}

TEST_P(ModelOn, TeacherOfTheWholeVocabulary) {
  Config small = tiny_config();
  small.vocab = 60;
  const auto student = make_model(*backend, small, {.train = true});
  const Batch batch = make_batch({12, 6}, 60);
  // The student is its own teacher: no divergence, and no gradient but rounding.
  const auto logits = *student->logits(batch.view());
  std::vector<std::int32_t> ids;
  std::vector<float> logprobs;
  for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < 60; ++j) sum += std::exp(static_cast<double>(logits[i * 60 + j]));
    for (std::size_t j = 0; j < 60; ++j) {
      ids.push_back(static_cast<std::int32_t>(j));
      logprobs.push_back(static_cast<float>(static_cast<double>(logits[i * 60 + j]) - std::log(sum)));
    }
  }
  PackedBatch view = batch.view();
  view.topk_ids = ids;
  view.topk_logprobs = logprobs;
  view.topk = 60;
  view.topk_weight = 1;
  const auto loss = student->loss(view, true);
  ASSERT_TRUE(loss);
  EXPECT_NEAR(loss->loss, 0, 1e-4);
  for (const float g : gradients_of(*student)) ASSERT_NEAR(g, 0, 1e-4);
}

TEST(Model, StartDependsOnSeedAndNameOnly) {
  const auto backend = cpu();
  Config deeper = tiny_config();
  deeper.layers = 3;
  const auto a = *Model::create(*backend, tiny_config(), {}), b = *Model::create(*backend, deeper, {});
  ASSERT_TRUE(a->init(7));
  ASSERT_TRUE(b->init(7));
  double squares = 0, count = 0;
  for (const Parameter& p : a->parameters()) {
    const auto it = std::find_if(b->parameters().begin(), b->parameters().end(),
                                 [&](const Parameter& q) { return q.name == p.name; });
    ASSERT_NE(it, b->parameters().end());
    const auto values = *a->get(p);
    EXPECT_EQ(values, *b->get(*it)) << p.name;
    if (!p.decays) continue;
    for (const float v : values) squares += static_cast<double>(v) * static_cast<double>(v), ++count;
  }
  EXPECT_NEAR(std::sqrt(squares / count), 0.02, 0.001);
  ASSERT_TRUE(b->init(8));
  EXPECT_NE(*a->get(a->parameters()[0]), *b->get(b->parameters()[0]));
}

TEST(Model, RefusesWhatItCannotDo) {
  const auto backend = cpu();
  const auto message = [&](const Config& c, ModelOptions o) {
    auto made = Model::create(*backend, c, o);
    return made ? std::string("made") : made.error().message;
  };
  Config c = tiny_config();
  c.kv_heads = 3;
  EXPECT_NE(message(c, {}).find("num_key_value_heads 3 does not divide"), std::string::npos);
  c = tiny_config();
  c.head_dim = 7;
  EXPECT_NE(message(c, {}).find("head_dim 7 is odd"), std::string::npos);
  c = tiny_config();
  c.width = 1 << 16;
  c.ffn = 1 << 18;
  c.layers = 100;
  EXPECT_NE(message(c, {.train = true, .max_tokens = 4096}).find("MiB free"), std::string::npos);

  const auto model = make_model(*backend, tiny_config(), {.max_tokens = 16});
  Batch batch = make_batch({17}, 70);
  EXPECT_NE(model->loss(batch.view(), false).error().message.find("17 tokens; this model was made for 1 to 16"),
            std::string::npos);
  batch = make_batch({4}, 70);
  batch.tokens[2] = 70;
  EXPECT_NE(model->loss(batch.view(), false).error().message.find("position 2: token 70"), std::string::npos);
  batch = make_batch({4}, 70);
  batch.starts = {0, 3};
  EXPECT_FALSE(model->loss(batch.view(), false));
  const auto values = std::vector<float>(3);
  EXPECT_FALSE(model->set(model->parameters()[0], values));
}

TEST(Model, PlanIsWhatIsAllocated) {
  const Config config = tiny_config();
  const ModelOptions options{.train = true, .max_tokens = 100};
  const auto backend = cpu();
  const MemoryPlan plan = plan_memory(*backend, config, options);
  const auto elements = static_cast<std::size_t>(flat_size(lay_out_parameters(config, {})));
  EXPECT_EQ(plan.weights, elements * 4);
  EXPECT_EQ(plan.gradients, elements * 4);
  ModelOptions recompute = options;
  recompute.recompute = Recompute::kBlock;
  EXPECT_LT(plan_memory(*backend, config, recompute).activations, plan.activations);
  EXPECT_GT(plan.workspace, 0u);
}

TEST(Model, FlopsOfAKnownShape) {
  const auto backend = cpu();
  Config c = tiny_config();
  const auto model = make_model(*backend, c, {.train = true});
  const std::int32_t starts[] = {0, 10};
  const double matrices = 70 * 24 + 2 * (24 * 24 + 2 * 12 * 24 + 24 * 24 + 3 * 24 * 40);
  EXPECT_EQ(model->step_flops(starts), 10 * 6 * matrices + 2 * 6 * 100 * 24);
}

}  // namespace
}  // namespace student
