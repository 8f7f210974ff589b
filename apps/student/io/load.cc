#include "io/load.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

#include "io/atomic_file.h"
#include "io/gguf.h"
#include "io/hf_config.h"
#include "io/read_text.h"
#include "io/safetensors.h"
#include "model/parameters.h"
#include "tensor/bf16.h"

namespace student {
namespace {

namespace fs = std::filesystem;

corpus::Error corrupt(std::string message) { return {corpus::Code::kCorrupt, std::move(message)}; }

bool is_gguf(const std::string& path) { return path.ends_with(".gguf"); }

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string out = "[";
  for (const std::int64_t d : shape) out += (out.size() > 1 ? ", " : "") + std::to_string(d);
  return out + "]";
}

std::vector<std::int64_t> file_shape(const Parameter& p) {
  return p.decays ? std::vector<std::int64_t>{p.file_rows, p.cols} : std::vector<std::int64_t>{p.cols};
}

// What a model's files hold, whatever their format.
struct Stored {
  std::vector<std::int64_t> shape;
  DType type;  // what a matrix can stay in: bf16 or blocks; kF32 says nothing
  std::function<Result<std::vector<float>>()> values;
  std::function<Result<std::string>()> bytes;  // as stored, where `type` says something
};
using StoredByName = std::map<std::string, Stored, std::less<>>;

Result<void> set_parameters(Model& model, const StoredByName& stored, const std::string& what, std::uint64_t seed) {
  std::size_t used = 0;
  for (const Parameter& p : model.parameters()) {
    if (p.name.find(".lora_") != std::string::npos) {
      CORPUS_CHECK(model.set(p, initial_values(p, seed)));
      continue;
    }
    const auto it = stored.find(p.name);
    if (it == stored.end()) return corrupt(what + ": tensor " + p.name + " is missing");
    ++used;
    if (it->second.shape != file_shape(p)) {
      return corrupt(what + ": tensor " + p.name + " has shape " + shape_text(it->second.shape) +
                     "; the configuration says " + shape_text(file_shape(p)));
    }
    if (model.options().stored.contains(p.name)) {
      auto bytes = it->second.bytes();
      if (!bytes) return std::move(bytes).error().context(what);
      CORPUS_CHECK(model.set_stored(p, *bytes));
      continue;
    }
    auto values = it->second.values();
    if (!values) return std::move(values).error().context(what);
    CORPUS_CHECK(model.set(p, *values));
  }
  if (used == stored.size()) return {};
  for (const auto& [name, tensor] : stored) {
    const bool known = std::any_of(model.parameters().begin(), model.parameters().end(),
                                   [&name = name](const Parameter& p) { return p.name == name; });
    if (known || (name == "lm_head.weight" && model.config().tied) || name.ends_with("rotary_emb.inv_freq")) continue;
    return corpus::Error{corpus::Code::kUnsupported,
                         what + ": tensor " + name + " is not part of a " + model.config().family +
                             " model as config.json describes it"};
  }
  return {};
}

std::string bytes_of(const std::vector<float>& values, DType type) {
  std::string out(values.size() * size_of(type), '\0');
  if (type == DType::kF32) {
    std::memcpy(out.data(), values.data(), out.size());
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bf16 half = to_bf16(values[i]);
      std::memcpy(out.data() + i * sizeof(half), &half, sizeof(half));
    }
  }
  return out;
}

// The parameter, with alpha / rank * B A added where it has an adapter.
Result<std::vector<float>> merged(Model& model, const Parameter& p) {
  CORPUS_TRY(std::vector<float> out, model.get(p));
  const std::string stem = p.name.substr(0, p.name.size() - std::string_view("weight").size());
  const Parameter *a = nullptr, *b = nullptr;
  for (const Parameter& other : model.parameters()) {
    if (other.name == stem + "lora_A.weight") a = &other;
    if (other.name == stem + "lora_B.weight") b = &other;
  }
  if (a == nullptr || b == nullptr) return out;
  CORPUS_TRY(const std::vector<float> down, model.get(*a));
  CORPUS_TRY(const std::vector<float> up, model.get(*b));
  const float scale = model.options().lora.alpha / static_cast<float>(a->rows);
  const auto cols = static_cast<std::size_t>(p.cols), rank = static_cast<std::size_t>(a->rows);
  for (std::size_t i = 0; i < static_cast<std::size_t>(p.rows); ++i) {
    for (std::size_t r = 0; r < rank; ++r) {
      const float factor = scale * up[i * rank + r];
      for (std::size_t j = 0; j < cols; ++j) out[i * cols + j] += factor * down[r * cols + j];
    }
  }
  return out;
}

}  // namespace

Result<Config> load_config(const std::string& path) {
  if (is_gguf(path)) {
    CORPUS_TRY(const GgufFile file, GgufFile::open(path));
    return file.config();
  }
  const std::string name = path + "/config.json";
  CORPUS_TRY(const std::string text, read_text(name, 16 << 20));
  return parse_hf_config(text, name);
}

Result<std::unique_ptr<Model>> load_model(Backend& backend, const std::string& path, const ModelOptions& options,
                                          std::uint64_t seed) {
  Config config;
  StoredByName stored;
  std::optional<GgufFile> gguf;
  std::optional<SafetensorsFiles> files;
  if (is_gguf(path)) {
    CORPUS_TRY(gguf, GgufFile::open(path));
    CORPUS_TRY(config, gguf->config());
    for (const auto& [name, tensor] : gguf->tensors()) {
      stored[name] = {tensor.shape, gguf_blocks(tensor), [&gguf, &tensor = tensor] { return gguf->values(tensor); },
                      [&gguf, &tensor = tensor] { return gguf->bytes(tensor); }};
    }
  } else {
    CORPUS_TRY(config, load_config(path));
    CORPUS_TRY(files, SafetensorsFiles::open(path));
    for (const auto& [name, tensor] : files->tensors()) {
      stored[name] = {tensor.shape, tensor.type == "BF16" ? DType::kBF16 : DType::kF32,
                      [&name = name, &tensor = tensor] { return to_floats(tensor, name); },
                      [&tensor = tensor] { return std::string(tensor.bytes); }};
    }
  }
  ModelOptions kept = options;
  kept.stored.clear();
  if (keeps_stored(backend, options)) {
    for (const Parameter& p : lay_out_parameters(config, options)) {
      const auto it = stored.find(p.name);
      if (it == stored.end() || !p.decays || it->second.shape != file_shape(p)) continue;
      if (it->second.type != DType::kF32) kept.stored[p.name] = it->second.type;
    }
  }
  CORPUS_TRY(std::unique_ptr<Model> model, Model::create(backend, config, kept));
  CORPUS_CHECK(set_parameters(*model, stored, path, seed));
  return model;
}

Result<std::string> load_tokenizer_json(const std::string& path) {
  if (!is_gguf(path)) return read_text(path + "/tokenizer.json");
  CORPUS_TRY(const GgufFile file, GgufFile::open(path));
  return file.tokenizer_json();
}

Result<void> save_model(Model& model, const std::string& dir, const SaveOptions& options) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return corpus::Error{corpus::Code::kIo, dir + ": cannot create: " + error.message()};
  if (!options.tokenizer_from.empty()) {
    CORPUS_TRY(const std::string json, load_tokenizer_json(options.tokenizer_from));
    CORPUS_CHECK(write_text(dir + "/tokenizer.json", json));
    if (!is_gguf(options.tokenizer_from)) {
      for (const char* name : {"tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"}) {
        const std::string from = options.tokenizer_from + "/" + name;
        if (!fs::exists(from)) continue;
        CORPUS_TRY(const std::string text, read_text(from));
        CORPUS_CHECK(write_text(dir + "/" + name, text));
      }
    } else {
      // Without it transformers guesses the class from config.json, and guesses SentencePiece.
      CORPUS_CHECK(write_text(dir + "/tokenizer_config.json",
                              "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}\n"));
    }
  }
  CORPUS_CHECK(write_text(dir + "/config.json", print_hf_config(model.config(), options.weights)));
  CORPUS_CHECK(write_text(dir + "/generation_config.json", print_generation_config(model.config())));
  std::vector<TensorToWrite> tensors;
  for (const Parameter& p : model.parameters()) {
    if (p.name.find(".lora_") != std::string::npos) continue;
    tensors.push_back({p.name, options.weights == DType::kBF16 ? "BF16" : "F32", file_shape(p),
                       [&model, &p, type = options.weights]() -> Result<std::string> {
                         CORPUS_TRY(const std::vector<float> values, merged(model, p));
                         return bytes_of(values, type);
                       }});
  }
  return write_safetensors(dir + "/model.safetensors", tensors);
}

}  // namespace student
