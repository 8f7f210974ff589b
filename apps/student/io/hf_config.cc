#include "io/hf_config.h"

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "model/parameters.h"

namespace student {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Reads typed values of one object; the first that is wrong is remembered.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {}

  bool has(const char* key) const { return object_.contains(key) && !object_[key].is_null(); }
  void number(const char* key, std::int32_t& out) {
    if (!has(key)) return;
    const json& v = object_[key];
    if (!v.is_number_integer() || v.get<std::int64_t>() < std::numeric_limits<std::int32_t>::min() ||
        v.get<std::int64_t>() > std::numeric_limits<std::int32_t>::max() ||
        (v.is_number_unsigned() && v.get<std::uint64_t>() > 0x7fffffffu)) {
      fail(key, "is not a whole number of 32 bits");
    } else {
      out = v.get<std::int32_t>();
    }
  }
  void number(const char* key, float& out) {
    if (!has(key)) return;
    if (!object_[key].is_number()) fail(key, "is not a number");
    else out = object_[key].get<float>();
  }
  bool flag(const char* key, bool otherwise) {
    if (!has(key)) return otherwise;
    if (object_[key].is_boolean()) return object_[key].get<bool>();
    fail(key, "is not true or false");
    return otherwise;
  }
  std::string text(const char* key, const char* otherwise) {
    if (!has(key)) return otherwise;
    if (object_[key].is_string()) return object_[key].get<std::string>();
    fail(key, "is not a text");
    return otherwise;
  }
  void fail(const std::string& key, const std::string& what, corpus::Code code = corpus::Code::kInvalidArgument) {
    if (error_.code == corpus::Code::kOk) error_ = {code, where_ + ": " + key + " " + what};
  }
  void unsupported(const std::string& key, const std::string& what) { fail(key, what, corpus::Code::kUnsupported); }
  const corpus::Error& error() const { return error_; }
  const json& operator[](const char* key) const { return object_[key]; }

 private:
  const json& object_;
  std::string where_;
  corpus::Error error_;
};

void read_rope(Fields& f, const json& rope, Config& c, const std::string& where) {
  if (!rope.is_object()) return f.fail("rope_parameters", "is not an object");
  Fields r(rope, where);
  r.number("rope_theta", c.rope_theta);
  const std::string type = r.text("rope_type", r.text("type", "default").c_str());
  float partial = 1;
  r.number("partial_rotary_factor", partial);
  if (partial != 1) r.unsupported("partial_rotary_factor", "is not 1");
  if (type == "llama3") {
    c.rope_scaling.llama3 = true;
    r.number("factor", c.rope_scaling.factor);
    r.number("low_freq_factor", c.rope_scaling.low_freq_factor);
    r.number("high_freq_factor", c.rope_scaling.high_freq_factor);
    r.number("original_max_position_embeddings", c.rope_scaling.original_context);
    if (!(c.rope_scaling.factor > 0) || !(c.rope_scaling.low_freq_factor > 0) ||
        !(c.rope_scaling.high_freq_factor > c.rope_scaling.low_freq_factor) || c.rope_scaling.original_context < 1) {
      r.fail("llama3 scaling", "has factors that make no sense");
    }
  } else if (type != "default") {
    r.unsupported("rope_type", "'" + type + "' is not built in; default and llama3 are");
  }
  if (r.error().code != corpus::Code::kOk) f.fail("rope_parameters", r.error().message, r.error().code);
}

void read_id(Fields& f, const char* key, std::int32_t& out) {
  if (f.has(key) && f[key].is_array()) {  // several ends of text: the first is the model's own
    if (!f[key].empty() && f[key][0].is_number_integer()) out = f[key][0].get<std::int32_t>();
    return;
  }
  f.number(key, out);
}

}  // namespace

corpus::Result<Config> parse_hf_config(std::string_view text, const std::string& what) {
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return corpus::Error{corpus::Code::kCorrupt, what + ": not a JSON object"};
  Fields f(parsed, what);
  Config c;
  c.family = f.text("model_type", "");
  if (c.family != "llama" && c.family != "qwen2" && c.family != "qwen3") {
    f.unsupported("model_type", "'" + c.family + "' is not built in; llama, qwen2 and qwen3 are");
  }
  f.number("num_hidden_layers", c.layers);
  f.number("hidden_size", c.width);
  f.number("num_attention_heads", c.heads);
  c.kv_heads = c.heads;
  f.number("num_key_value_heads", c.kv_heads);
  if (c.heads > 0) c.head_dim = c.family == "qwen3" ? 128 : c.width / c.heads;
  f.number("head_dim", c.head_dim);
  f.number("intermediate_size", c.ffn);
  f.number("vocab_size", c.vocab);
  f.number("max_position_embeddings", c.context);
  if (c.family != "llama") c.norm_eps = 1e-6f;
  f.number("rms_norm_eps", c.norm_eps);
  f.number("rope_theta", c.rope_theta);
  if (f.has("rope_scaling")) read_rope(f, f["rope_scaling"], c, what);
  if (f.has("rope_parameters")) read_rope(f, f["rope_parameters"], c, what);
  c.tied = f.flag("tie_word_embeddings", false);
  c.qkv_bias = c.family == "qwen2";
  c.qk_norm = c.family == "qwen3";
  if (f.flag("attention_bias", false)) f.unsupported("attention_bias", "is true");
  if (f.flag("mlp_bias", false)) f.unsupported("mlp_bias", "is true");
  if (f.flag("use_sliding_window", false)) f.unsupported("use_sliding_window", "is true");
  if (f.has("quantization_config")) f.unsupported("quantization_config", "is there: quantised weights are not read");
  if (const std::string act = f.text("hidden_act", "silu"); act != "silu") {
    f.unsupported("hidden_act", "'" + act + "' is not silu");
  }
  read_id(f, "bos_token_id", c.bos);
  read_id(f, "eos_token_id", c.eos);
  read_id(f, "pad_token_id", c.pad);
  if (f.error().code != corpus::Code::kOk) return f.error();
  if (auto ok = check_config(c); !ok) return std::move(ok).error().context(what);
  return c;
}

std::string print_hf_config(const Config& c, DType weights) {
  ordered_json out;
  const char* architecture = c.family == "qwen2" ? "Qwen2ForCausalLM"
                             : c.family == "qwen3" ? "Qwen3ForCausalLM" : "LlamaForCausalLM";
  const auto id = [](std::int32_t token) { return token < 0 ? ordered_json() : ordered_json(token); };
  // The shortest decimal of the f32, so that 1e-05 does not become 9.999999747378752e-06.
  const auto number = [](float x) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof(text), x).ptr;
    double exact = 0;
    std::from_chars(text, end, exact);
    return exact;
  };
  out["architectures"] = {architecture};
  out["model_type"] = c.family;
  out["num_hidden_layers"] = c.layers;
  out["hidden_size"] = c.width;
  out["num_attention_heads"] = c.heads;
  out["num_key_value_heads"] = c.kv_heads;
  out["head_dim"] = c.head_dim;
  out["intermediate_size"] = c.ffn;
  out["vocab_size"] = c.vocab;
  out["max_position_embeddings"] = c.context;
  out["hidden_act"] = "silu";
  out["rms_norm_eps"] = number(c.norm_eps);
  out["tie_word_embeddings"] = c.tied;
  out["attention_bias"] = false;
  out["attention_dropout"] = 0.0;
  if (c.family == "llama") out["mlp_bias"] = false;
  if (c.family == "qwen2" || c.family == "qwen3") out["use_sliding_window"] = false;
  ordered_json rope = {{"rope_type", "default"}, {"rope_theta", number(c.rope_theta)}};
  if (c.rope_scaling.llama3) {
    rope = {{"rope_type", "llama3"},
            {"rope_theta", number(c.rope_theta)},
            {"factor", number(c.rope_scaling.factor)},
            {"low_freq_factor", number(c.rope_scaling.low_freq_factor)},
            {"high_freq_factor", number(c.rope_scaling.high_freq_factor)},
            {"original_max_position_embeddings", c.rope_scaling.original_context}};
    out["rope_scaling"] = rope;
  }
  out["rope_theta"] = number(c.rope_theta);
  out["rope_parameters"] = rope;
  out["bos_token_id"] = id(c.bos);
  out["eos_token_id"] = id(c.eos);
  out["pad_token_id"] = id(c.pad);
  out["initializer_range"] = 0.02;
  out["use_cache"] = true;
  out["dtype"] = out["torch_dtype"] = weights == DType::kBF16 ? "bfloat16" : "float32";
  return out.dump(2) + "\n";
}

std::string print_generation_config(const Config& c) {
  ordered_json out;
  if (c.bos >= 0) out["bos_token_id"] = c.bos;
  if (c.eos >= 0) out["eos_token_id"] = c.eos;
  if (c.pad >= 0) out["pad_token_id"] = c.pad;
  out["do_sample"] = false;
  return out.dump(2) + "\n";
}

}  // namespace student
