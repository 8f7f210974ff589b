#include "model/parameters.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tensor/philox.h"

namespace student {
namespace {

constexpr std::int64_t kAlign = 64;

std::int64_t align(std::int64_t n) { return (n + kAlign - 1) / kAlign * kAlign; }

// FNV-1a: any fixed function of the name would do.
std::uint64_t stream_of(std::string_view name) {
  std::uint64_t h = 14695981039346656037ull;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return h;
}

struct Builder {
  const ModelOptions& options;
  const LoraOptions& lora = options.lora;
  std::vector<Parameter> parameters;
  std::vector<Parameter> adapters;
  std::int64_t offset = 0, place = 0;

  void add(std::vector<Parameter>& to, std::string name, std::int64_t rows, std::int64_t cols, std::int64_t file_rows,
           bool matrix, bool trains) {
    const auto stored = options.stored.find(name);
    const DType type = matrix && stored != options.stored.end() ? stored->second : options.compute;
    to.push_back({std::move(name), rows, cols, 0, file_rows, matrix, trains, type});
  }
  void vector(const std::string& name, std::int64_t n) { add(parameters, name, 1, n, 1, false, lora.rank == 0); }
  void matrix(const std::string& name, std::int64_t rows, std::int64_t cols, std::int64_t file_rows) {
    add(parameters, name, rows, cols, file_rows, true, lora.rank == 0);
  }
  void linear(const std::string& prefix, const std::string& name, std::int64_t out, std::int64_t in) {
    matrix(prefix + name + ".weight", out, in, out);
    const bool chosen = std::any_of(lora.targets.begin(), lora.targets.end(),
                                    [&](const std::string& t) { return name.ends_with("." + t); });
    if (lora.rank == 0 || !chosen) return;
    add(adapters, prefix + name + ".lora_A.weight", lora.rank, in, lora.rank, true, true);
    add(adapters, prefix + name + ".lora_B.weight", out, lora.rank, out, true, true);
  }
};

}  // namespace

std::int64_t padded_vocab(const Config& config) { return align(config.vocab); }

std::vector<Parameter> lay_out_parameters(const Config& c, const ModelOptions& options) {
  Builder b{options};
  const std::int64_t q = std::int64_t{c.heads} * c.head_dim, kv = std::int64_t{c.kv_heads} * c.head_dim;
  b.matrix("model.embed_tokens.weight", padded_vocab(c), c.width, c.vocab);
  for (std::int32_t layer = 0; layer < c.layers; ++layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    b.linear(prefix, "self_attn.q_proj", q, c.width);
    b.linear(prefix, "self_attn.k_proj", kv, c.width);
    b.linear(prefix, "self_attn.v_proj", kv, c.width);
    if (c.qkv_bias) {
      b.vector(prefix + "self_attn.q_proj.bias", q);
      b.vector(prefix + "self_attn.k_proj.bias", kv);
      b.vector(prefix + "self_attn.v_proj.bias", kv);
    }
    if (c.qk_norm) {
      b.vector(prefix + "self_attn.q_norm.weight", c.head_dim);
      b.vector(prefix + "self_attn.k_norm.weight", c.head_dim);
    }
    b.linear(prefix, "self_attn.o_proj", c.width, q);
    b.vector(prefix + "input_layernorm.weight", c.width);
    b.vector(prefix + "post_attention_layernorm.weight", c.width);
    b.linear(prefix, "mlp.gate_proj", c.ffn, c.width);
    b.linear(prefix, "mlp.up_proj", c.ffn, c.width);
    b.linear(prefix, "mlp.down_proj", c.width, c.ffn);
  }
  b.vector("model.norm.weight", c.width);
  if (!c.tied) b.matrix("lm_head.weight", padded_vocab(c), c.width, c.vocab);
  b.parameters.insert(b.parameters.end(), b.adapters.begin(), b.adapters.end());
  for (Parameter& p : b.parameters) {
    p.offset = b.offset;
    p.place = b.place;
    b.offset += align(p.rows * p.cols);
    b.place += bytes_of(p.type, align(p.rows * p.cols));
  }
  return std::move(b.parameters);
}

std::int64_t flat_size(const std::vector<Parameter>& parameters) {
  const Parameter& last = parameters.back();
  return align(last.offset + last.rows * last.cols);
}

std::int64_t weight_bytes(const std::vector<Parameter>& parameters) {
  const Parameter& last = parameters.back();
  return last.place + bytes_of(last.type, align(last.rows * last.cols));
}

std::vector<float> initial_values(const Parameter& p, std::uint64_t seed) {
  std::vector<float> out(static_cast<std::size_t>(p.file_rows * p.cols));
  if (!p.decays) {
    if (!p.name.ends_with(".bias")) std::fill(out.begin(), out.end(), 1.0f);
    return out;
  }
  if (p.name.ends_with(".lora_B.weight")) return out;
  const std::uint64_t stream = stream_of(p.name);
  const auto uniform = [](std::uint32_t bits) { return (static_cast<double>(bits) + 0.5) / 4294967296.0; };
  for (std::size_t i = 0; i < out.size(); i += 4) {
    const Philox4 r = philox4x32(seed, i / 4, stream);
    for (std::size_t j = 0; j < 4 && i + j < out.size(); ++j) {
      if (p.name.ends_with(".lora_A.weight")) {
        out[i + j] = static_cast<float>((2 * uniform(r.word[j]) - 1) / std::sqrt(static_cast<double>(p.cols)));
      } else {  // Box-Muller: two normal numbers from two uniform ones
        const double radius = std::sqrt(-2 * std::log(uniform(r.word[j / 2 * 2])));
        const double angle = 2 * std::numbers::pi * uniform(r.word[j / 2 * 2 + 1]);
        out[i + j] = static_cast<float>(0.02 * radius * (j % 2 == 0 ? std::cos(angle) : std::sin(angle)));
      }
    }
  }
  return out;
}

Result<void> check_config(const Config& c) {
  const auto bad = [](const std::string& what) { return corpus::Error{corpus::Code::kInvalidArgument, what}; };
  const struct {
    const char* name;
    std::int64_t value, most;
  } sizes[] = {{"num_hidden_layers", c.layers, 1000},        {"hidden_size", c.width, 1 << 17},
               {"num_attention_heads", c.heads, 4096},       {"num_key_value_heads", c.kv_heads, 4096},
               {"head_dim", c.head_dim, 1024},               {"intermediate_size", c.ffn, 1 << 20},
               {"vocab_size", c.vocab, 1 << 21},             {"max_position_embeddings", c.context, 1 << 27}};
  for (const auto& size : sizes) {
    if (size.value < 1 || size.value > size.most) {
      return bad(std::string(size.name) + " is " + std::to_string(size.value) + ", not between 1 and " +
                 std::to_string(size.most));
    }
  }
  if (c.heads % c.kv_heads != 0) {
    return bad("num_key_value_heads " + std::to_string(c.kv_heads) + " does not divide num_attention_heads " +
               std::to_string(c.heads));
  }
  if (c.head_dim % 2 != 0) return bad("head_dim " + std::to_string(c.head_dim) + " is odd: it cannot be rotated");
  if (!(c.rope_theta > 1)) return bad("rope_theta has to be above 1");
  if (!(c.norm_eps > 0)) return bad("rms_norm_eps has to be above 0");
  return {};
}

}  // namespace student
