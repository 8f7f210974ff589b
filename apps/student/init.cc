// student init: a new model with random weights.
#include <corpus/value.h>

#include <filesystem>
#include <iterator>

#include "commands.h"
#include "common/terminal.h"
#include "io/atomic_file.h"
#include "io/hf_config.h"
#include "io/load.h"
#include "io/read_text.h"
#include "open_student.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::cli::Args;

struct Preset {
  std::string_view name;
  std::int32_t layers, width, heads, kv_heads, ffn;
};
// Head size 64, tied head; the names say about how many parameters there are besides the embedding.
constexpr Preset kPresets[] = {
    {"1m", 3, 192, 3, 1, 448}, {"3m", 4, 256, 4, 2, 704}, {"15m", 8, 384, 6, 2, 1024}, {"135m", 30, 576, 9, 3, 1536}};

Result<Config> config_of(const std::string& name) {
  for (const Preset& p : kPresets) {
    if (p.name != name) continue;
    Config out;
    out.layers = p.layers;
    out.width = p.width;
    out.heads = p.heads;
    out.kv_heads = p.kv_heads;
    out.head_dim = 64;
    out.ffn = p.ffn;
    return out;
  }
  std::error_code error;
  if (!std::filesystem::exists(name, error)) {
    std::string known;
    for (const Preset& p : kPresets) known += std::string(known.empty() ? "" : ", ") + std::string(p.name);
    return Error{Code::kNotFound, "--config " + name + ": neither a file nor one of " + known};
  }
  CORPUS_TRY(std::string text, read_text(name, std::size_t{1} << 20));
  return parse_hf_config(text, name);
}

// A template that transformers' apply_chat_template() understands; the same text that ChatML makes here.
constexpr std::string_view kChatml =
    R"({% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %})"
    R"({% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %})";

Result<void> add_tokenizer(const std::string& path, const std::string& out, Config& config) {
  CORPUS_TRY(auto tokenizer, corpus::Tokenizer::open(path));
  if (config.vocab == 0) config.vocab = tokenizer->vocab_size();
  if (config.vocab < tokenizer->vocab_size()) {
    return Error{Code::kInvalidArgument, "--tokenizer " + path + ": it has " + std::to_string(tokenizer->vocab_size()) +
                                             " ids and the configuration's vocab_size is " +
                                             std::to_string(config.vocab)};
  }
  TokenId end_of_turn = tokenizer->id_of("<|im_end|>"), end_of_text = tokenizer->id_of("<|endoftext|>");
  if (config.eos < 0) config.eos = end_of_turn >= 0 ? end_of_turn : end_of_text;
  if (config.pad < 0) config.pad = end_of_text;
  std::error_code error;
  std::string file = std::filesystem::is_directory(path, error) ? path + "/tokenizer.json" : path;
  CORPUS_TRY(std::string text, read_text(file));
  CORPUS_CHECK(write_text(out + "/tokenizer.json", text));
  if (end_of_turn < 0 || end_of_text < 0) return {};
  corpus::Value about{corpus::Value::Object{{"tokenizer_class", "PreTrainedTokenizerFast"},
                                            {"eos_token", "<|im_end|>"},
                                            {"pad_token", "<|endoftext|>"},
                                            {"chat_template", std::string(kChatml)}}};
  return write_text(out + "/tokenizer_config.json", about.to_json() + '\n');
}

}  // namespace

Result<int> init_command(const Args& args) {
  std::string out = args.get("output", "");
  if (out.empty()) return Error{Code::kInvalidArgument, "say where the model goes: -o DIR"};
  std::error_code error;
  if (std::filesystem::exists(out, error) && !std::filesystem::is_empty(out, error)) {
    return Error{Code::kInvalidArgument, out + " is there already; choose another -o"};
  }
  CORPUS_TRY(Config config, config_of(args.get("config", "15m")));
  CORPUS_TRY(auto context, integer(args, "context", config.context, 16, 1 << 20));
  CORPUS_TRY(auto seed, integer(args, "seed", 1, 0, 1ll << 52));
  config.context = static_cast<std::int32_t>(context);
  std::filesystem::create_directories(out, error);
  if (args.has("tokenizer")) CORPUS_CHECK(add_tokenizer(args.get("tokenizer", ""), out, config));
  if (config.vocab == 0) {
    return Error{Code::kInvalidArgument,
                 "a preset takes its vocabulary from a tokenizer: --tokenizer FILE; "
                 "`student tokenizer train` makes one"};
  }
  CORPUS_TRY(auto backend, make_backend("cpu"));
  ModelOptions options;
  options.max_tokens = 1;
  CORPUS_TRY(auto model, Model::create(*backend, config, options));
  CORPUS_CHECK(model->init(static_cast<std::uint64_t>(seed)));
  CORPUS_CHECK(save_model(*model, out, {}));
  std::uint64_t parameters = 0;
  for (const Parameter& p : model->parameters()) parameters += static_cast<std::uint64_t>(p.file_rows * p.cols);
  if (!args.has("quiet")) {
    std::fprintf(stderr, "%s: %s, %d layers of %d, %s\n", out.c_str(),
                 corpus::cli::counted(parameters, "parameter").c_str(), config.layers, config.width,
                 corpus::cli::counted(static_cast<std::uint64_t>(config.vocab), "token").c_str());
  }
  return corpus::cli::kDone;
}

}  // namespace student
