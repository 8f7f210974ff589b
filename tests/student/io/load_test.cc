// Folders whose parts do not fit each other.
#include "io/load.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "io/atomic_file.h"
#include "io/read_text.h"
#include "io/safetensors.h"

namespace student {
namespace {

class Load : public testing::Test {
 protected:
  void SetUp() override {
    backend_ = *make_backend("cpu");
    Config c;
    c.layers = 1;
    c.width = 8;
    c.heads = c.kv_heads = 2;
    c.head_dim = 4;
    c.ffn = 12;
    c.vocab = 10;
    model_ = *Model::create(*backend_, c, {});
    ASSERT_TRUE(model_->init(3));
    dir_ = testing::TempDir() + "/student_load_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(dir_);
    ASSERT_TRUE(save_model(*model_, dir_, {}));
  }
  std::string error() {
    const auto loaded = load_model(*backend_, dir_, {});
    return loaded ? "none" : loaded.error().message.substr(loaded.error().message.find(dir_) + dir_.size());
  }
  // Replaces model.safetensors by itself without `but`, with `more` added.
  void rewrite(const std::string& but, std::vector<TensorToWrite> more) {
    std::vector<TensorToWrite> tensors;
    for (const Parameter& p : model_->parameters()) {
      if (p.name == but) continue;
      const auto shape = p.decays ? std::vector<std::int64_t>{p.file_rows, p.cols} : std::vector<std::int64_t>{p.cols};
      tensors.push_back({p.name, "F32", shape, [n = p.file_rows * p.cols * 4] {
                           return std::string(static_cast<std::size_t>(n), '\0');
                         }});
    }
    for (auto& t : more) tensors.push_back(std::move(t));
    ASSERT_TRUE(write_safetensors(dir_ + "/model.safetensors", tensors));
  }
  static TensorToWrite zeros(const std::string& name, std::int64_t n, const char* type = "F32") {
    return {name, type, {n}, [n] { return std::string(static_cast<std::size_t>(n) * 4, '\0'); }};
  }

  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Model> model_;
  std::string dir_;
};

TEST_F(Load, NamesWhatDoesNotFit) {
  EXPECT_EQ(error(), "none");
  rewrite("model.norm.weight", {});
  EXPECT_EQ(error(), ": tensor model.norm.weight is missing");
  rewrite("model.norm.weight", {zeros("model.norm.weight", 9)});
  EXPECT_EQ(error(), ": tensor model.norm.weight has shape [9]; the configuration says [8]");
  rewrite("model.norm.weight", {zeros("model.norm.weight", 8, "I32")});
  EXPECT_EQ(error(), ": tensor model.norm.weight: I32 weights are not read; F32, F16, BF16 and F64 are");
  rewrite("", {zeros("model.layers.0.extra", 1)});
  EXPECT_EQ(error(), ": tensor model.layers.0.extra is not part of a llama model as config.json describes it");
  rewrite("", {zeros("lm_head.weight", 80), zeros("model.layers.0.self_attn.rotary_emb.inv_freq", 2)});
  EXPECT_EQ(error(), "none") << "a tied head that is stored all the same, and frequencies of old checkpoints";
  std::filesystem::resize_file(dir_ + "/model.safetensors", 3000);
  EXPECT_NE(error().find("the file is cut off"), std::string::npos) << error();
  std::filesystem::remove(dir_ + "/model.safetensors");
  EXPECT_EQ(error(), "/model.safetensors: No such file or directory");
}

TEST_F(Load, Bf16FoldersKeepEveryBit) {
  const std::string half = dir_ + "_bf16", again = dir_ + "_again";
  ASSERT_TRUE(save_model(*model_, half, {.weights = DType::kBF16}));
  auto loaded = load_model(*backend_, half, {.compute = DType::kBF16});
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_TRUE(save_model(**loaded, again, {.weights = DType::kBF16}));
  EXPECT_EQ(*read_text(half + "/model.safetensors"), *read_text(again + "/model.safetensors"));
  EXPECT_EQ(*read_text(half + "/config.json"), *read_text(again + "/config.json"));
}

TEST_F(Load, TokenizerFilesGoAlong) {
  const std::string from = dir_ + "_tokenizer", to = dir_ + "_with";
  std::filesystem::create_directories(from);
  ASSERT_TRUE(write_text(from + "/tokenizer.json", "{}"));
  ASSERT_TRUE(write_text(from + "/tokenizer_config.json", "{\"a\": 1}"));
  ASSERT_TRUE(save_model(*model_, to, {.tokenizer_from = from}));
  EXPECT_EQ(*read_text(to + "/tokenizer_config.json"), "{\"a\": 1}");
  EXPECT_EQ(*load_tokenizer_json(to), "{}");
  EXPECT_FALSE(save_model(*model_, to, {.tokenizer_from = dir_}));
}

}  // namespace
}  // namespace student
