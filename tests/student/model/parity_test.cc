// The whole model against transformers: ../reference holds tiny checkpoints that transformers wrote, and
// what it makes of them (make_reference.py).
#include <tuple>

#include "io/load.h"
#include "io/safetensors.h"
#include "student/model/support.h"

namespace student {
namespace {

class Parity : public testing::TestWithParam<std::tuple<const char*, const char*>> {
 protected:
  static std::string folder() {
    return std::string(CORPUS_SOURCE_DIR) + "/tests/student/reference/" + std::get<0>(GetParam());
  }
  void SetUp() override {
    auto made = make_backend(std::get<1>(GetParam()), {.threads = 2});
    if (!made) GTEST_SKIP() << made.error().message;
    backend_ = *std::move(made);
    auto opened = SafetensorsFiles::open(folder() + "/reference.safetensors");
    ASSERT_TRUE(opened) << opened.error().message;
    files_ = std::make_unique<SafetensorsFiles>(*std::move(opened));
    batch_.tokens = integers("tokens");
    batch_.targets = integers("targets");
    batch_.starts = {0, 19, 20, 50};  // DOCUMENTS of the script
  }
  std::vector<std::int32_t> integers(const char* name) const {
    const std::string_view bytes = files_->tensors().find(name)->second.bytes;
    std::vector<std::int32_t> out(bytes.size() / 4);
    std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(out.data()));
    return out;
  }
  std::vector<float> floats(const std::string& name) const {
    return *to_floats(files_->tensors().find(name)->second, name);
  }
  std::unique_ptr<Model> load(ModelOptions options) const {
    options.train = true;
    options.max_tokens = 50;
    auto model = load_model(*backend_, folder(), options);
    EXPECT_TRUE(model) << model.error().message;
    return *std::move(model);
  }

  std::unique_ptr<Backend> backend_;
  std::unique_ptr<SafetensorsFiles> files_;
  Batch batch_;
};

INSTANTIATE_TEST_SUITE_P(, Parity,
                         testing::Combine(testing::Values("llama", "llama3", "qwen2", "qwen3"),
                                          testing::Values("cpu", "emu", "cuda")),
                         [](const auto& i) { return std::string(std::get<0>(i.param)) + "_" + std::get<1>(i.param); });

TEST_P(Parity, LogitsLossAndEveryGradient) {
  for (const Recompute recompute : {Recompute::kNone, Recompute::kBlock}) {
    const auto model = load({.recompute = recompute});
    const auto logits = model->logits(batch_.view());
    ASSERT_TRUE(logits);
    EXPECT_LE(relative_error(*logits, floats("logits")), 1e-5);
    const auto count = std::count_if(batch_.targets.begin(), batch_.targets.end(), [](auto t) { return t >= 0; });
    const auto loss = model->loss(batch_.view(), true, 1.0f / static_cast<float>(count));
    ASSERT_TRUE(loss);
    EXPECT_EQ(loss->tokens, count);
    const double want = static_cast<double>(floats("loss")[0]);
    EXPECT_NEAR(loss->loss / static_cast<double>(count), want, 1e-5 * want);
    const std::vector<float> gradients = gradients_of(*model);
    for (const Parameter& p : model->parameters()) {
      const auto expected = floats("grad." + p.name);
      const std::vector<float> got(gradients.begin() + p.offset,
                                   gradients.begin() + p.offset + static_cast<std::int64_t>(expected.size()));
      EXPECT_LE(relative_error(got, expected), 1e-4) << p.name;
    }
  }
}

TEST_P(Parity, TwentyStepsOfAdamW) {
  const auto model = load({});
  const auto size = static_cast<std::size_t>(model->flat_size());
  std::vector<void*> memory;
  const auto zeros = [&] {
    memory.push_back(*backend_->alloc(size * sizeof(float)));
    backend_->zero(memory.back(), size * sizeof(float));
    return Tensor(memory.back(), DType::kF32, 1, model->flat_size());
  };
  const Tensor m = zeros(), v = zeros();
  const auto want = floats("losses");
  const auto count = std::count_if(batch_.targets.begin(), batch_.targets.end(), [](auto t) { return t >= 0; });
  const int steps = backend_->name() == "emu" ? 4 : 20;  // hundreds of times slower
  for (int step = 1; step <= steps; ++step) {
    backend_->zero(model->gradients().data, model->gradients().bytes());
    const auto loss = model->loss(batch_.view(), true, 1);
    ASSERT_TRUE(loss);
    const auto expected = static_cast<double>(want[static_cast<std::size_t>(step) - 1]);
    EXPECT_NEAR(loss->loss / static_cast<double>(count), expected, 1e-5 * expected) << "step " << step;
    for (const Parameter& p : model->parameters()) {
      const auto part = [&](Tensor flat) { return flat.columns(p.offset, p.rows * p.cols); };
      AdamW options{.lr = 1e-3f, .weight_decay = p.decays ? 0.1f : 0.0f};
      options.grad_scale = 1.0f / static_cast<float>(count);
      options.step = step;
      backend_->adamw(part(model->weights()), {}, part(m), part(v), part(model->gradients()), options);
    }
  }
  for (void* p : memory) backend_->free(p);
}

// In bf16 everything is rounded to eight bits: a few percent, but no wrong sign or factor.
TEST_P(Parity, Bf16IsClose) {
  const auto model = load({.compute = DType::kBF16});
  const auto loss = model->loss(batch_.view(), true, 1);
  ASSERT_TRUE(loss);
  const double want = static_cast<double>(floats("loss")[0]) * static_cast<double>(loss->tokens);
  EXPECT_NEAR(loss->loss, want, 1e-2 * want);
  const std::vector<float> gradients = gradients_of(*model);
  for (const Parameter& p : model->parameters()) {
    auto expected = floats("grad." + p.name);
    for (float& g : expected) g *= static_cast<float>(loss->tokens);
    const std::vector<float> got(gradients.begin() + p.offset,
                                 gradients.begin() + p.offset + static_cast<std::int64_t>(expected.size()));
    EXPECT_LE(relative_error(got, expected), 0.1) << p.name;
  }
}

TEST_P(Parity, SavedFolderIsTheSameModel) {
  const auto model = load({});
  const std::string dir = testing::TempDir() + "/student_parity_" + std::get<0>(GetParam()) + std::get<1>(GetParam());
  ASSERT_TRUE(save_model(*model, dir, {}));
  const auto again = load_config(dir);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, model->config());
  const auto first = SafetensorsFiles::open(folder()), second = SafetensorsFiles::open(dir);
  ASSERT_TRUE(first && second);
  ASSERT_EQ(first->tensors().size(), second->tensors().size());
  for (const auto& [name, tensor] : first->tensors()) {
    const auto it = second->tensors().find(name);
    ASSERT_NE(it, second->tensors().end()) << name;
    EXPECT_EQ(it->second.bytes, tensor.bytes) << name;
    EXPECT_EQ(it->second.shape, tensor.shape) << name;
  }
}

}  // namespace
}  // namespace student
