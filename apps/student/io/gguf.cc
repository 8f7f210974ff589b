#include "io/gguf.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "model/parameters.h"
#include "tensor/blocks.h"
#include "tensor/half.h"

namespace student {
namespace {

constexpr std::uint64_t kMostEntries = 1 << 16;          // metadata and tensors
constexpr std::uint64_t kMostString = 16 << 20;
constexpr std::uint64_t kMostArray = 16 << 20;

struct BlockType {
  std::uint32_t type;
  const char* name;
  std::uint64_t values, bytes;  // of a block
};
constexpr BlockType kTypes[] = {{0, "F32", 1, 4}, {1, "F16", 1, 2}, {3, "Q4_1", 32, 20}, {8, "Q8_0", 32, 34}};

const BlockType* block_type(std::uint32_t type) {
  for (const BlockType& t : kTypes) {
    if (t.type == type) return &t;
  }
  return nullptr;
}

corpus::Error corrupt(std::string message) { return {corpus::Code::kCorrupt, std::move(message)}; }

// Reads forward; an Error names the offset.
class Cursor {
 public:
  Cursor(std::string_view bytes, const std::string& what) : bytes_(bytes), what_(what) {}

  template <typename T>
  corpus::Result<T> number() {
    if (bytes_.size() - at_ < sizeof(T)) return cut_off();
    T out;
    std::memcpy(&out, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return out;
  }
  corpus::Result<std::string> text() {
    CORPUS_TRY(const std::uint64_t size, number<std::uint64_t>());
    if (size > kMostString || size > bytes_.size() - at_) return cut_off();
    at_ += size;
    return std::string(bytes_.substr(at_ - size, size));
  }
  corpus::Error error(const std::string& message) const {
    return corrupt(what_ + ": byte " + std::to_string(at_) + ": " + message);
  }
  std::size_t at() const { return at_; }

 private:
  corpus::Error cut_off() const { return error("the file is cut off or damaged"); }
  std::string_view bytes_;
  const std::string& what_;
  std::size_t at_ = 0;
};

enum Kind : std::uint32_t { kU8, kI8, kU16, kI16, kU32, kI32, kF32, kBool, kString, kArray, kU64, kI64, kF64 };

corpus::Result<GgufValue> scalar(Cursor& c, std::uint32_t kind) {
  const auto read = [&c]<typename T, typename As>(T, As) -> corpus::Result<GgufValue> {
    CORPUS_TRY(const T x, c.number<T>());
    return GgufValue(static_cast<As>(x));
  };
  switch (kind) {
    case kU8: return read(std::uint8_t{}, std::uint64_t{});
    case kI8: return read(std::int8_t{}, std::int64_t{});
    case kU16: return read(std::uint16_t{}, std::uint64_t{});
    case kI16: return read(std::int16_t{}, std::int64_t{});
    case kU32: return read(std::uint32_t{}, std::uint64_t{});
    case kI32: return read(std::int32_t{}, std::int64_t{});
    case kU64: return read(std::uint64_t{}, std::uint64_t{});
    case kI64: return read(std::int64_t{}, std::int64_t{});
    case kF32: return read(float{}, double{});
    case kF64: return read(double{}, double{});
    case kBool: {
      CORPUS_TRY(const std::uint8_t x, c.number<std::uint8_t>());
      return GgufValue(x != 0);
    }
    case kString: {
      CORPUS_TRY(std::string text, c.text());
      return GgufValue(std::move(text));
    }
    default: return c.error("a value of kind " + std::to_string(kind));
  }
}

corpus::Result<GgufValue> array(Cursor& c) {
  CORPUS_TRY(const std::uint32_t kind, c.number<std::uint32_t>());
  CORPUS_TRY(const std::uint64_t size, c.number<std::uint64_t>());
  if (kind == kArray || size > kMostArray) return c.error("an array of arrays or of too many values");
  std::vector<std::string> texts;
  std::vector<std::int64_t> whole;
  std::vector<double> real;
  for (std::uint64_t i = 0; i < size; ++i) {
    CORPUS_TRY(GgufValue value, scalar(c, kind));
    if (auto* s = std::get_if<std::string>(&value)) texts.push_back(std::move(*s));
    else if (const auto* d = std::get_if<double>(&value)) real.push_back(*d);
    else if (const auto* b = std::get_if<bool>(&value)) whole.push_back(*b);
    else if (const auto* n = std::get_if<std::int64_t>(&value)) whole.push_back(*n);
    else whole.push_back(static_cast<std::int64_t>(std::get<std::uint64_t>(value)));
  }
  if (kind == kString) return GgufValue(std::move(texts));
  if (kind == kF32 || kind == kF64) return GgufValue(std::move(real));
  return GgufValue(std::move(whole));
}

// "blk.3.attn_q.weight" -> "model.layers.3.self_attn.q_proj.weight"; empty where there is no such part.
std::string hugging_face_name(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kWhole[] = {
      {"token_embd.weight", "model.embed_tokens.weight"},
      {"output_norm.weight", "model.norm.weight"},
      {"output.weight", "lm_head.weight"}};
  static constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"attn_q.weight", "self_attn.q_proj.weight"},      {"attn_k.weight", "self_attn.k_proj.weight"},
      {"attn_v.weight", "self_attn.v_proj.weight"},      {"attn_output.weight", "self_attn.o_proj.weight"},
      {"attn_norm.weight", "input_layernorm.weight"},    {"ffn_norm.weight", "post_attention_layernorm.weight"},
      {"ffn_gate.weight", "mlp.gate_proj.weight"},       {"ffn_up.weight", "mlp.up_proj.weight"},
      {"ffn_down.weight", "mlp.down_proj.weight"}};
  for (const auto& [from, to] : kWhole) {
    if (name == from) return std::string(to);
  }
  if (!name.starts_with("blk.")) return {};
  name.remove_prefix(4);
  const std::size_t dot = name.find('.');
  if (dot == 0 || dot > 4 || !std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(dot),
                                          [](char c) { return c >= '0' && c <= '9'; })) {
    return {};
  }
  for (const auto& [from, to] : kParts) {
    if (name.substr(dot + 1) == from) {
      return "model.layers." + std::string(name.substr(0, dot)) + "." + std::string(to);
    }
  }
  return {};
}

std::int64_t whole(const GgufParts& parts, std::string_view key, std::int64_t otherwise) {
  const auto it = parts.metadata.find(key);
  if (it == parts.metadata.end()) return otherwise;
  if (const auto* u = std::get_if<std::uint64_t>(&it->second)) {
    return *u > 0x7fffffffu ? -1 : static_cast<std::int64_t>(*u);
  }
  if (const auto* i = std::get_if<std::int64_t>(&it->second)) return std::clamp<std::int64_t>(*i, -1, 0x7fffffff);
  return -1;  // an array: by layer, or no number at all
}

double real(const GgufParts& parts, std::string_view key, double otherwise) {
  const auto it = parts.metadata.find(key);
  if (it == parts.metadata.end()) return otherwise;
  const auto* d = std::get_if<double>(&it->second);
  return d == nullptr ? -1 : *d;
}

}  // namespace

corpus::Result<GgufParts> parse_gguf(std::string_view bytes, const std::string& what) {
  Cursor c(bytes, what);
  GgufParts out;
  CORPUS_TRY(const std::uint32_t magic, c.number<std::uint32_t>());
  if (magic != 0x46554747u) return c.error("not a GGUF file");
  CORPUS_TRY(const std::uint32_t version, c.number<std::uint32_t>());
  if (version != 2 && version != 3) {
    return corpus::Error{corpus::Code::kUnsupported,
                         what + ": GGUF version " + std::to_string(version) + "; 2 and 3 are read"};
  }
  CORPUS_TRY(const std::uint64_t tensors, c.number<std::uint64_t>());
  CORPUS_TRY(const std::uint64_t entries, c.number<std::uint64_t>());
  if (tensors > kMostEntries || entries > kMostEntries) return c.error("too many tensors or metadata entries");
  for (std::uint64_t i = 0; i < entries; ++i) {
    CORPUS_TRY(const std::string key, c.text());
    CORPUS_TRY(const std::uint32_t kind, c.number<std::uint32_t>());
    CORPUS_TRY(GgufValue value, kind == kArray ? array(c) : scalar(c, kind));
    if (!out.metadata.emplace(key, std::move(value)).second) return c.error("metadata " + key + " is there twice");
  }
  struct Place {
    std::string name;
    std::uint64_t offset, size;
  };
  std::vector<Place> places;
  for (std::uint64_t i = 0; i < tensors; ++i) {
    GgufTensor t;
    CORPUS_TRY(t.gguf_name, c.text());
    CORPUS_TRY(const std::uint32_t dimensions, c.number<std::uint32_t>());
    if (dimensions < 1 || dimensions > 4) return c.error("tensor " + t.gguf_name + " has too many dimensions");
    std::uint64_t values = 1;
    for (std::uint32_t d = 0; d < dimensions; ++d) {
      CORPUS_TRY(const std::uint64_t n, c.number<std::uint64_t>());
      if (n < 1 || n > (std::uint64_t{1} << 32) || values > (std::uint64_t{1} << 40) / n) {
        return c.error("tensor " + t.gguf_name + " has an impossible shape");
      }
      values *= n;
      t.shape.insert(t.shape.begin(), static_cast<std::int64_t>(n));
    }
    CORPUS_TRY(t.type, c.number<std::uint32_t>());
    const BlockType* type = block_type(t.type);
    if (type == nullptr) {
      return corpus::Error{corpus::Code::kUnsupported, what + ": tensor " + t.gguf_name + " is of GGUF type " +
                                                           std::to_string(t.type) +
                                                           "; F32, F16, Q8_0 and Q4_1 are read"};
    }
    if (static_cast<std::uint64_t>(t.shape.back()) % type->values != 0) {
      return c.error("tensor " + t.gguf_name + ": rows are not whole blocks of " + type->name);
    }
    CORPUS_TRY(const std::uint64_t offset, c.number<std::uint64_t>());
    places.push_back({t.gguf_name, offset, values / type->values * type->bytes});
    const std::string name = t.gguf_name;
    if (!out.tensors.emplace(name, std::move(t)).second) return c.error("tensor " + name + " is there twice");
  }
  const std::int64_t alignment = whole(out, "general.alignment", 32);
  if (alignment < 1 || alignment > (1 << 20)) return c.error("general.alignment makes no sense");
  const auto step = static_cast<std::uint64_t>(alignment);
  const std::uint64_t start = (c.at() + step - 1) / step * step;
  const std::uint64_t size = start < bytes.size() ? bytes.size() - start : 0;
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.offset < b.offset; });
  std::uint64_t end = 0;
  for (const Place& p : places) {
    if (p.offset > size || p.size > size - p.offset) {
      return corrupt(what + ": tensor " + p.name + ": " + std::to_string(p.size) + " bytes at offset " +
                     std::to_string(p.offset) + " of " + std::to_string(size) + "; the file is cut off or damaged");
    }
    if (p.offset < end) {
      return corrupt(what + ": tensor " + p.name + ": offset " + std::to_string(p.offset) +
                     " lies inside the tensor before it, which ends at " + std::to_string(end));
    }
    end = p.offset + p.size;
    out.tensors.find(p.name)->second.bytes = bytes.substr(start + p.offset, p.size);
  }
  return out;
}

corpus::Result<Config> gguf_config(const GgufParts& parts, const std::string& what) {
  const auto architecture = parts.metadata.find("general.architecture");
  const auto* name = architecture == parts.metadata.end() ? nullptr : std::get_if<std::string>(&architecture->second);
  if (name == nullptr || *name != "llama") {
    return corpus::Error{corpus::Code::kUnsupported,
                         what + ": architecture '" + (name == nullptr ? "" : *name) + "'; only llama is read from GGUF"};
  }
  if (parts.tensors.count("rope_freqs.weight") != 0 || parts.metadata.count("llama.rope.scaling.type") != 0) {
    return corpus::Error{corpus::Code::kUnsupported,
                         what + ": scaled rotary frequencies are not read from GGUF; take the original's folder"};
  }
  const auto number = [&](const char* key, std::int64_t otherwise) {
    return static_cast<std::int32_t>(whole(parts, key, otherwise));
  };
  Config c;
  c.layers = number("llama.block_count", 0);
  c.width = number("llama.embedding_length", 0);
  c.heads = number("llama.attention.head_count", 0);
  c.kv_heads = number("llama.attention.head_count_kv", c.heads);
  c.head_dim = c.heads > 0 ? c.width / c.heads : 0;
  c.head_dim = number("llama.attention.key_length", number("llama.rope.dimension_count", c.head_dim));
  c.ffn = number("llama.feed_forward_length", 0);
  c.context = number("llama.context_length", c.context);
  c.rope_theta = static_cast<float>(real(parts, "llama.rope.freq_base", 10000));
  c.norm_eps = static_cast<float>(real(parts, "llama.attention.layer_norm_rms_epsilon", 1e-5));
  const auto table = parts.tensors.find("token_embd.weight");
  if (table == parts.tensors.end() || table->second.shape.size() != 2 || table->second.shape[0] > 0x7fffffff) {
    return corrupt(what + ": tensor token_embd.weight is missing or no matrix");
  }
  c.vocab = static_cast<std::int32_t>(table->second.shape[0]);
  c.tied = parts.tensors.count("output.weight") == 0;
  c.bos = number("tokenizer.ggml.bos_token_id", -1);
  c.eos = number("tokenizer.ggml.eos_token_id", -1);
  c.pad = number("tokenizer.ggml.padding_token_id", -1);
  if (auto ok = check_config(c); !ok) return std::move(ok).error().context(what);
  return c;
}

DType gguf_blocks(const GgufTensor& t) {
  return t.type == 3 ? DType::kQ4_1 : t.type == 8 ? DType::kQ8_0 : DType::kF32;
}

corpus::Result<std::string> gguf_bytes(const GgufTensor& t, const std::string& what) {
  if (t.interleaved_heads == 0) return std::string(t.bytes);
  // Row (head, pair, which of the two) becomes row (head, which, pair).
  const std::int64_t rows = t.shape[0], heads = t.interleaved_heads;
  if (rows % (2 * heads) != 0) return corrupt(what + ": tensor " + t.gguf_name + " cannot be cut into heads");
  const std::int64_t dim = rows / heads;
  const std::size_t size = t.bytes.size() / static_cast<std::size_t>(rows);
  std::string out(t.bytes.size(), '\0');
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t head = row / dim, pair = row % dim / 2, which = row % 2;
    const auto to = static_cast<std::size_t>(head * dim + which * dim / 2 + pair);
    std::memcpy(out.data() + to * size, t.bytes.data() + static_cast<std::size_t>(row) * size, size);
  }
  return out;
}

corpus::Result<std::vector<float>> gguf_values(const GgufTensor& t, const std::string& what) {
  CORPUS_TRY(const std::string bytes, gguf_bytes(t, what));
  if (in_blocks(gguf_blocks(t))) return values_of_blocks(gguf_blocks(t), bytes);
  std::vector<float> out(bytes.size() / block_type(t.type)->bytes);
  if (t.type == 0) {
    std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint16_t half;
    std::memcpy(&half, bytes.data() + 2 * i, sizeof(half));
    out[i] = from_half(half);
  }
  return out;
}

corpus::Result<GgufFile> GgufFile::open(const std::string& path) {
  CORPUS_TRY(corpus::MappedFile mapped, corpus::MappedFile::open(path));
  GgufFile out(std::move(mapped), path);
  CORPUS_TRY(out.parts_, parse_gguf(out.file_.view(), path));
  CORPUS_TRY(out.config_, gguf_config(out.parts_, path));
  for (const auto& [name, tensor] : out.parts_.tensors) {
    const std::string to = hugging_face_name(name);
    if (to.empty()) {
      return corpus::Error{corpus::Code::kUnsupported, path + ": tensor " + name + " is not known"};
    }
    GgufTensor t = tensor;
    if (name.ends_with("attn_q.weight")) t.interleaved_heads = out.config_.heads;
    if (name.ends_with("attn_k.weight")) t.interleaved_heads = out.config_.kv_heads;
    out.tensors_.emplace(to, std::move(t));
  }
  return out;
}

}  // namespace student
