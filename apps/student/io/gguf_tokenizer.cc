// The tokenizer.json that a GGUF file's vocabulary amounts to.
#include <nlohmann/json.hpp>

#include "io/gguf.h"

namespace student {
namespace {

using nlohmann::json;

json byte_level(bool split) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", split}};
}

json split_by(const char* pattern) {
  return {{"type", "Sequence"},
          {"pretokenizers",
           {{{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}},
            byte_level(false)}}};
}

// Null for a name that is not known: ids that are nearly right are wrong.
json pre_tokenizer(const std::string& name) {
  if (name == "gpt-2") return byte_level(true);
  if (name == "smollm") {
    return {{"type", "Sequence"},
            {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, byte_level(true)}}};
  }
  if (name == "llama-bpe") {
    return split_by("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
  }
  if (name == "qwen2") {
    return split_by("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
  }
  return nullptr;
}

template <typename T>
const T* get(const GgufParts& parts, std::string_view key) {
  const auto it = parts.metadata.find(key);
  return it == parts.metadata.end() ? nullptr : std::get_if<T>(&it->second);
}

constexpr std::int64_t kControl = 3, kUserDefined = 4;  // token types

}  // namespace

corpus::Result<std::string> gguf_tokenizer_json(const GgufParts& parts, const std::string& what) {
  const auto unsupported = [&what](const std::string& message) {
    return corpus::Error{corpus::Code::kUnsupported, what + ": " + message};
  };
  const auto* model = get<std::string>(parts, "tokenizer.ggml.model");
  if (model == nullptr || *model != "gpt2") {
    return unsupported("tokenizer '" + (model == nullptr ? "" : *model) + "'; only gpt2 (byte-level BPE) is read from GGUF");
  }
  const auto* pre = get<std::string>(parts, "tokenizer.ggml.pre");
  const json pre_json = pre_tokenizer(pre == nullptr ? "gpt-2" : *pre);
  if (pre_json.is_null()) return unsupported("pre-tokenizer '" + *pre + "' is not known");
  const auto* tokens = get<std::vector<std::string>>(parts, "tokenizer.ggml.tokens");
  const auto* merges = get<std::vector<std::string>>(parts, "tokenizer.ggml.merges");
  const auto* types = get<std::vector<std::int64_t>>(parts, "tokenizer.ggml.token_type");
  if (tokens == nullptr || merges == nullptr || (types != nullptr && types->size() != tokens->size())) {
    return corpus::Error{corpus::Code::kCorrupt, what + ": the vocabulary, its merges or its token types are missing"};
  }
  json vocab = json::object(), added = json::array();
  for (std::size_t i = 0; i < tokens->size(); ++i) {
    vocab[(*tokens)[i]] = i;
    const std::int64_t type = types == nullptr ? 1 : (*types)[i];
    if (type != kControl && type != kUserDefined) continue;
    added.push_back({{"id", i}, {"content", (*tokens)[i]}, {"single_word", false}, {"lstrip", false}, {"rstrip", false},
                     {"normalized", false}, {"special", type == kControl}});
  }
  const json out = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added},
      {"normalizer", nullptr},
      {"pre_tokenizer", pre_json},
      {"post_processor", nullptr},
      {"decoder", byte_level(true)},
      {"model",
       {{"type", "BPE"},
        {"dropout", nullptr},
        {"unk_token", nullptr},
        {"continuing_subword_prefix", nullptr},
        {"end_of_word_suffix", nullptr},
        {"fuse_unk", false},
        {"byte_fallback", false},
        {"ignore_merges", pre != nullptr && *pre == "llama-bpe"},
        {"vocab", vocab},
        {"merges", *merges}}}};
  // Names of tokens are bytes of a file: what is no UTF-8 is replaced, and the tokenizer will refuse a name twice.
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace student
