// A model whose matrices stay as its file has them, in the blocks of a GGUF file or in bf16, against the same file read
// into f32.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "io/load.h"
#include "student/support/gguf_writer.h"
#include "student/support/random_blocks.h"
#include "student/support/relative_error.h"
#include "support/folder.h"

namespace student {
namespace {

constexpr std::int64_t kWidth = 64, kFfn = 96, kVocab = 75, kLayers = 2, kHeads = 4, kKvHeads = 2;

// Linears in Q4_1 but for Q8_0 values and one plain matrix; a Q8_0 embedding; with `untied`, a Q4_1 head.
std::string tiny_gguf(bool untied) {
  struct Part {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::uint32_t type;
  };
  std::vector<Part> parts = {{"token_embd.weight", {kWidth, kVocab}, 8}, {"output_norm.weight", {kWidth}, 0}};
  if (untied) parts.push_back({"output.weight", {kWidth, kVocab}, 3});
  for (std::int64_t i = 0; i < kLayers; ++i) {
    const std::string at = "blk." + std::to_string(i) + ".";
    const std::uint64_t kv = kWidth / kHeads * kKvHeads;
    parts.push_back({at + "attn_norm.weight", {kWidth}, 0});
    parts.push_back({at + "attn_q.weight", {kWidth, kWidth}, 3});
    parts.push_back({at + "attn_k.weight", {kWidth, kv}, 3});
    parts.push_back({at + "attn_v.weight", {kWidth, kv}, i == 0 ? 8u : 3u});
    parts.push_back({at + "attn_output.weight", {kWidth, kWidth}, i == 0 ? 0u : 3u});
    parts.push_back({at + "ffn_norm.weight", {kWidth}, 0});
    parts.push_back({at + "ffn_gate.weight", {kWidth, kFfn}, 3});
    parts.push_back({at + "ffn_up.weight", {kWidth, kFfn}, 3});
    parts.push_back({at + "ffn_down.weight", {kFfn, kWidth}, 3});
  }
  test::Writer w = test::head(parts.size(), 7);
  w.word("general.architecture", "llama").number("llama.block_count", kLayers);
  w.number("llama.embedding_length", kWidth).number("llama.attention.head_count", kHeads);
  w.number("llama.attention.head_count_kv", kKvHeads).number("llama.feed_forward_length", kFfn);
  w.number("llama.context_length", 128);
  std::mt19937_64 generator(7);
  std::normal_distribution<float> draw(0, 0.1f);
  std::string data;
  for (const Part& p : parts) {
    w.tensor(p.name, p.shape, p.type, data.size());
    std::uint64_t n = 1;
    for (const std::uint64_t d : p.shape) n *= d;
    if (p.type == 0) {
      test::Writer floats;
      for (std::uint64_t i = 0; i < n; ++i) floats.put(draw(generator) + (p.shape.size() == 1 ? 1.0f : 0.0f));
      data += floats.out;
    } else {
      data += test::random_blocks(p.type == 3 ? DType::kQ4_1 : DType::kQ8_0, static_cast<std::int64_t>(n), generator);
    }
    data.resize((data.size() + 31) / 32 * 32);
  }
  w.out.resize((w.out.size() + 31) / 32 * 32);
  return w.out + data;
}

enum class File { kTied, kUntied, kFolder };  // GGUF files, and a folder of the untied one's weights in bf16

std::string name_of(File file) { return file == File::kTied ? "tied" : file == File::kUntied ? "untied" : "folder"; }

class Stored : public testing::TestWithParam<File> {
 protected:
  void SetUp() override {
    const std::string gguf = folder_ / "student.gguf";
    std::ofstream(gguf, std::ios::binary) << tiny_gguf(GetParam() != File::kTied);
    backend_ = *make_backend("cpu", {.threads = 2});
    path_ = gguf;
    if (GetParam() == File::kFolder) {
      ASSERT_TRUE(save_model(*load({.max_tokens = 64}), folder_ / "bf16", {.weights = DType::kBF16}));
      path_ = folder_ / "bf16";
    }
    stored_ = load({.max_tokens = 64});
    wide_ = load({.train = true, .max_tokens = 64});  // what trains is in f32
  }
  std::unique_ptr<Model> load(const ModelOptions& options) {
    auto model = load_model(*backend_, path_, options);
    EXPECT_TRUE(model) << model.error().message;
    return *std::move(model);
  }

  corpus::test::Folder folder_;
  std::string path_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Model> stored_, wide_;
};
INSTANTIATE_TEST_SUITE_P(, Stored, testing::Values(File::kTied, File::kUntied, File::kFolder),
                         [](const auto& chosen) { return name_of(chosen.param); });

TEST_P(Stored, StaysSoForInferenceInF32Alone) {
  const std::map<File, std::size_t> matrices = {{File::kTied, 14}, {File::kUntied, 15}, {File::kFolder, 16}};
  EXPECT_EQ(stored_->options().stored.size(), matrices.at(GetParam()));
  EXPECT_TRUE(wide_->options().stored.empty());
  EXPECT_FALSE(stored_->weights());
  EXPECT_TRUE(wide_->weights());
  EXPECT_TRUE(load({.compute = DType::kBF16})->options().stored.empty());
  EXPECT_TRUE(load({.lora = {.rank = 2}})->options().stored.empty());
  const auto weights = [&](const Model& m) { return plan_memory(*backend_, m.config(), m.options()).weights; };
  EXPECT_LT((GetParam() == File::kFolder ? 1.9 : 3.0) * static_cast<double>(weights(*stored_)),
            static_cast<double>(weights(*wide_)));
}

TEST_P(Stored, ParametersAreTheSame) {
  for (std::size_t i = 0; i < stored_->parameters().size(); ++i) {
    const Parameter& p = stored_->parameters()[i];
    EXPECT_EQ(*stored_->get(p), *wide_->get(wide_->parameters()[i])) << p.name;
  }
  const Parameter& table = stored_->parameters()[0];
  EXPECT_FALSE(stored_->set_stored(table, "too short"));
  EXPECT_FALSE(wide_->set_stored(wide_->parameters()[0], ""));
  if (GetParam() == File::kFolder) return;
  ASSERT_EQ(table.type, DType::kQ8_0);
  const std::vector<float> values(static_cast<std::size_t>(table.file_rows * table.cols));
  EXPECT_EQ(stored_->set(table, values).error().message,
            "model.embed_tokens.weight is kept in blocks, as its file stores it");
}

TEST_P(Stored, ResultsAreTheSame) {
  std::vector<std::int32_t> tokens;
  for (std::int32_t i = 0; i < 60; ++i) tokens.push_back(i * 31 % static_cast<std::int32_t>(kVocab));
  for (const std::size_t n : {1u, 7u, 60u}) {  // loops and tiles
    const auto part = std::span(tokens).first(n);
    const std::vector<std::int32_t> starts = {0, static_cast<std::int32_t>(n)};
    const PackedBatch batch{part, part, starts, {}, {}, 0, 0};
    const auto got = *stored_->logits(batch), want = *wide_->logits(batch);
    EXPECT_LE(relative_error(got, want), 1e-5);
    EXPECT_EQ(got, want) << "the same numbers, summed in the same order";
    const auto losses = *stored_->token_losses(batch), wide = *wide_->token_losses(batch);
    EXPECT_TRUE(std::equal(losses.begin(), losses.end(), wide.begin(), wide.end()));
  }
  const auto one = *stored_->decoder(3, 80), two = *wide_->decoder(3, 80);
  const std::int32_t slots[] = {2, 0};
  for (const std::int32_t slot : slots) {
    const auto prompt = std::span(tokens).first(slot == 2 ? 40 : 5);
    const auto got = *one->prefill(slot, prompt), want = *two->prefill(slot, prompt);
    EXPECT_TRUE(std::equal(got.begin(), got.end(), want.begin(), want.end()));
  }
  for (std::int32_t i = 0; i < 10; ++i) {
    const std::int32_t next[] = {i, 2 * i};
    const std::size_t both = i % 2 == 0 ? 2 : 1;
    const auto got = *one->step(std::span(slots).first(both), std::span(next).first(both));
    const auto want = *two->step(std::span(slots).first(both), std::span(next).first(both));
    EXPECT_TRUE(std::equal(got.begin(), got.end(), want.begin(), want.end())) << "step " << i;
  }
}

TEST_P(Stored, OtherBackendsAndUsesGetF32) {
  const auto error = [&](ModelOptions options, Backend& backend) {
    options.stored = {{"model.embed_tokens.weight", DType::kQ8_0}};
    const auto made = Model::create(backend, stored_->config(), options);
    return made ? std::string("none") : made.error().message;
  };
  EXPECT_EQ(error({}, *backend_), "none");
  const std::string alone = "weights stay as they are stored for inference in f32 alone, on a backend that reads them";
  EXPECT_EQ(error({.train = true}, *backend_), alone);
  EXPECT_EQ(error({.compute = DType::kBF16}, *backend_), alone);
  if (auto emu = make_backend("emu")) {
    EXPECT_EQ(error({}, **emu), alone);
    auto loaded = load_model(**emu, path_, {});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_TRUE((*loaded)->options().stored.empty());
  }
  ModelOptions odd;
  for (const DType type : {DType::kQ8_0, DType::kBF16}) {  // a vector
    odd.stored = {{"model.norm.weight", type}};
    EXPECT_EQ(Model::create(*backend_, stored_->config(), odd).error().message,
              "model.norm.weight cannot be kept as it is stored");
  }
}

}  // namespace
}  // namespace student
