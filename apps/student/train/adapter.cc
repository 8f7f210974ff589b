#include "train/adapter.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "io/atomic_file.h"
#include "io/read_text.h"
#include "io/safetensors.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;

constexpr std::string_view kPeft = "base_model.model.";  // PEFT's name for what it wraps

bool is_adapter(const Parameter& p) { return p.name.ends_with(".lora_A.weight") || p.name.ends_with(".lora_B.weight"); }

}  // namespace

Result<void> save_adapter(Model& model, const std::string& folder, const std::string& base) {
  const LoraOptions& lora = model.options().lora;
  nlohmann::ordered_json config = {
      {"peft_type", "LORA"},      {"task_type", "CAUSAL_LM"}, {"base_model_name_or_path", base}, {"r", lora.rank},
      {"lora_alpha", lora.alpha}, {"lora_dropout", 0.0},      {"target_modules", lora.targets},  {"bias", "none"},
      {"fan_in_fan_out", false},  {"inference_mode", true}};
  std::vector<TensorToWrite> tensors;
  for (const Parameter& p : model.parameters()) {
    if (!is_adapter(p)) continue;
    tensors.push_back(
        {std::string(kPeft) + p.name, "F32", {p.file_rows, p.cols}, [&model, &p]() -> Result<std::string> {
           CORPUS_TRY(auto values, model.get(p));
           return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
         }});
  }
  CORPUS_CHECK(write_safetensors(folder + "/adapter_model.safetensors", tensors));
  return write_text(folder + "/adapter_config.json", config.dump(2) + '\n');
}

Result<LoraOptions> read_adapter_config(const std::string& folder) {
  const std::string path = folder + "/adapter_config.json";
  CORPUS_TRY(std::string text, read_text(path, std::size_t{1} << 20));
  auto json = nlohmann::json::parse(text, nullptr, false);
  auto bad = [&](const std::string& what) { return Error{Code::kCorrupt, path + ": " + what}; };
  if (!json.is_object()) return bad("no JSON object");
  if (json.value("peft_type", nlohmann::json()) != "LORA") {
    return Error{Code::kUnsupported, path + ": peft_type is not LORA"};
  }
  for (const char* flag : {"use_dora", "use_rslora", "fan_in_fan_out"}) {
    if (json.value(flag, nlohmann::json(false)) == true) {
      return Error{Code::kUnsupported, path + ": " + flag + " is not supported"};
    }
  }
  for (const char* pattern : {"alpha_pattern", "rank_pattern"}) {
    if (const auto found = json.find(pattern); found != json.end() && !found->empty()) {
      return Error{Code::kUnsupported, path + ": " + pattern + ": ranks and scales that differ are not supported"};
    }
  }
  LoraOptions out;
  if (!json["r"].is_number_unsigned() || json["r"] < 1 || json["r"] > 65536) return bad("r is not a rank");
  if (!json["lora_alpha"].is_number()) return bad("lora_alpha is not a number");
  if (!json["target_modules"].is_array()) return bad("target_modules is not a list");
  out.rank = json["r"].get<std::int32_t>();
  out.alpha = json["lora_alpha"].get<float>();
  out.targets.clear();
  for (const auto& target : json["target_modules"]) {
    if (!target.is_string()) return bad("target_modules holds something that is not a name");
    out.targets.push_back(target.get<std::string>());
  }
  return out;
}

Result<void> load_adapter(Model& model, const std::string& folder) {
  CORPUS_TRY(auto files, SafetensorsFiles::open(folder + "/adapter_model.safetensors"));
  std::size_t used = 0;
  for (const Parameter& p : model.parameters()) {
    if (!is_adapter(p)) continue;
    auto found = files.tensors().find(std::string(kPeft) + p.name);
    if (found == files.tensors().end()) return Error{Code::kCorrupt, folder + ": there is no " + p.name};
    if (found->second.shape != std::vector<std::int64_t>{p.file_rows, p.cols}) {
      return Error{Code::kCorrupt, folder + ": " + p.name + " has another shape than this model needs"};
    }
    CORPUS_TRY(auto values, to_floats(found->second, found->first));
    CORPUS_CHECK(model.set(p, values));
    ++used;
  }
  if (used != files.tensors().size()) {
    return Error{Code::kCorrupt, folder + ": it adapts something that this model has not got"};
  }
  return {};
}

}  // namespace student
