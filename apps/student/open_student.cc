#include "open_student.h"

#include <algorithm>
#include <cmath>

#include "io/load.h"

namespace student {

using corpus::Code;
using corpus::Error;
using corpus::cli::Args;

Result<std::int64_t> integer(const Args& args, std::string_view flag, std::int64_t fallback, std::int64_t least,
                             std::int64_t most) {
  CORPUS_TRY(double n, corpus::cli::number(args, flag, static_cast<double>(fallback), static_cast<double>(least),
                                           static_cast<double>(most)));
  if (n != std::floor(n))
    return Error{Code::kInvalidArgument, "--" + std::string(flag) + ": " + args.get(flag, "") + " is no whole number"};
  return static_cast<std::int64_t>(n);
}

Result<Student> open_student(const Args& args) {
  Student out;
  out.path = args.get("model", "");
  if (out.path.empty()) return Error{Code::kInvalidArgument, "name the student: --model DIR"};
  CORPUS_TRY(auto threads, integer(args, "threads", 0, 0, 4096));
  CORPUS_TRY(out.backend, make_backend(args.get("backend", "cpu"), {.threads = static_cast<int>(threads)}));
  CORPUS_TRY(Config config, load_config(out.path));
  CORPUS_TRY(auto context, integer(args, "context", std::min(config.context, 2048), 2, config.context));
  CORPUS_TRY(auto slots, integer(args, "slots", 8, 1, 1024));
  ModelOptions options;
  options.compute = args.get("dtype", "f32") == "bf16" ? DType::kBF16 : DType::kF32;
  options.max_tokens = context;
  CORPUS_TRY(out.model, load_model(*out.backend, out.path, options));
  CORPUS_TRY(std::string json, load_tokenizer_json(out.path));
  CORPUS_TRY(out.tokenizer, corpus::Tokenizer::from_json(json, out.path + "/tokenizer.json"));
  std::string name = args.get("template", "auto");
  auto chat = corpus::ChatTemplate::named(name, *out.tokenizer);
  if (chat) {
    out.chat = *std::move(chat);
  } else if (name != "auto") {
    return std::move(chat).error().context("--template");
  }
  out.engine.slots = static_cast<std::int32_t>(slots);
  out.engine.max_length = static_cast<std::int32_t>(context);
  return out;
}

Error no_template(const Student& student) {
  return {Code::kInvalidArgument,
          student.path +
              ": the tokenizer has the special tokens of no chat template that is known; name one with --template"};
}

}  // namespace student
