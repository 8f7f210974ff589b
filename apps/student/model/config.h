// The numbers that describe a model of the Llama family: Llama 2 and 3.x, SmolLM2, Qwen2.5 (bias on
// q, k, v), Qwen3 (RMSNorm on q and k per head). io/hf_config.h reads and writes them as config.json.
#ifndef STUDENT_MODEL_CONFIG_H_
#define STUDENT_MODEL_CONFIG_H_

#include <cstdint>
#include <string>

namespace student {

// "rope_type": "llama3" of transformers: long wavelengths divided by factor, short ones kept, a linear blend between.
struct RopeScaling {
  bool llama3 = false;
  float factor = 1, low_freq_factor = 1, high_freq_factor = 4;
  std::int32_t original_context = 8192;

  bool operator==(const RopeScaling&) const = default;
};

struct Config {
  std::string family = "llama";  // "model_type": llama | qwen2 | qwen3
  std::int32_t layers = 0;
  std::int32_t width = 0;        // hidden_size
  std::int32_t heads = 0, kv_heads = 0, head_dim = 0;
  std::int32_t ffn = 0;          // intermediate_size
  std::int32_t vocab = 0;        // as in config.json; padded to a multiple of 64 inside, never on disk
  std::int32_t context = 2048;   // max_position_embeddings
  float rope_theta = 10000, norm_eps = 1e-5f;
  RopeScaling rope_scaling;
  bool tied = true;              // the output head is the embedding
  bool qkv_bias = false;         // qwen2
  bool qk_norm = false;          // qwen3
  std::int32_t bos = -1, eos = -1, pad = -1;

  bool operator==(const Config&) const = default;
};

}  // namespace student

#endif  // STUDENT_MODEL_CONFIG_H_
