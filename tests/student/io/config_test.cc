#include <gtest/gtest.h>

#include "io/hf_config.h"

namespace student {
namespace {

std::string error_of(const std::string& json) {
  const auto parsed = parse_hf_config(json, "config.json");
  return parsed ? "none" : parsed.error().message;
}

// Llama-3.2-1B as version 4 of transformers wrote it.
constexpr const char* kLlama = R"({
  "architectures": ["LlamaForCausalLM"], "model_type": "llama", "attention_bias": false, "head_dim": 64,
  "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 8192, "max_position_embeddings": 131072,
  "mlp_bias": false, "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8,
  "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "vocab_size": 128256, "tie_word_embeddings": true,
  "bos_token_id": 128000, "eos_token_id": [128001, 128008, 128009], "torch_dtype": "bfloat16",
  "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                   "original_max_position_embeddings": 8192, "rope_type": "llama3"}})";

TEST(HfConfig, OldAndNewForm) {
  const auto c = parse_hf_config(kLlama, "config.json");
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->layers, 16);
  EXPECT_EQ(c->head_dim, 64);
  EXPECT_EQ(c->rope_theta, 500000);
  EXPECT_TRUE(c->rope_scaling.llama3);
  EXPECT_EQ(c->rope_scaling.factor, 32);
  EXPECT_EQ(c->eos, 128001);
  EXPECT_TRUE(c->tied);
  EXPECT_FALSE(c->qkv_bias);
  const auto qwen = parse_hf_config(
      R"({"model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24,
          "num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 151936, "dtype": "bfloat16",
          "rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}, "use_sliding_window": false})", "c");
  ASSERT_TRUE(qwen) << qwen.error().message;
  EXPECT_EQ(qwen->rope_theta, 1e6f);
  EXPECT_EQ(qwen->head_dim, 64);
  EXPECT_TRUE(qwen->qkv_bias);
  EXPECT_EQ(qwen->norm_eps, 1e-6f);
  EXPECT_FALSE(qwen->tied) << "the default of transformers";
}

TEST(HfConfig, PrintsWhatItReads) {
  Config c = *parse_hf_config(kLlama, "c");
  EXPECT_EQ(*parse_hf_config(print_hf_config(c, DType::kBF16), "printed"), c);
  EXPECT_NE(print_hf_config(c, DType::kBF16).find("\"rms_norm_eps\": 1e-05"), std::string::npos);
  c.rope_scaling = {};
  for (const char* family : {"qwen2", "qwen3", "llama"}) {
    c.family = family;
    c.qkv_bias = c.family == "qwen2";
    c.qk_norm = c.family == "qwen3";
    EXPECT_EQ(*parse_hf_config(print_hf_config(c, DType::kF32), "printed"), c);
  }
}

TEST(HfConfig, RefusesByName) {
  const auto with = [](const std::string& more) {
    return error_of(R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
                        "num_attention_heads": 4, "vocab_size": 100, )" + more + "}");
  };
  EXPECT_EQ(with("\"x\": 1"), "none");
  EXPECT_EQ(error_of("nonsense"), "config.json: not a JSON object");
  EXPECT_EQ(error_of("{\"model_type\": \"gemma\"}"),
            "config.json: model_type 'gemma' is not built in; llama, qwen2 and qwen3 are");
  EXPECT_EQ(with("\"rope_scaling\": {\"type\": \"yarn\"}"),
            "config.json: rope_parameters config.json: rope_type 'yarn' is not built in; default and llama3 are");
  EXPECT_EQ(with("\"attention_bias\": true"), "config.json: attention_bias is true");
  EXPECT_EQ(with("\"hidden_act\": \"gelu\""), "config.json: hidden_act 'gelu' is not silu");
  EXPECT_EQ(with("\"quantization_config\": {}"),
            "config.json: quantization_config is there: quantised weights are not read");
  EXPECT_EQ(with("\"num_key_value_heads\": 3"),
            "config.json: num_key_value_heads 3 does not divide num_attention_heads 4");
  EXPECT_EQ(with("\"head_dim\": 1e3"), "config.json: head_dim is not a whole number of 32 bits");
  EXPECT_EQ(with("\"num_key_value_heads\": 99999999999"),
            "config.json: num_key_value_heads is not a whole number of 32 bits");
  EXPECT_EQ(with("\"max_position_embeddings\": -5"),
            "config.json: max_position_embeddings is -5, not between 1 and 134217728");
}

}  // namespace
}  // namespace student
