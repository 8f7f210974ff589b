// student merge: a base model and its adapter as one model.
#include "commands.h"
#include "io/load.h"
#include "train/adapter.h"

namespace student {

using corpus::Code;
using corpus::Error;

Result<int> merge_command(const corpus::cli::Args& args) {
  std::string base = args.get("model", ""), adapter = args.get("adapter", ""), out = args.get("output", "");
  if (base.empty() || adapter.empty() || out.empty()) {
    return Error{Code::kInvalidArgument,
                 "name the base model, its adapter and where the result goes: --model DIR --adapter DIR -o OUT"};
  }
  ModelOptions options;
  options.compute = args.get("dtype", "f32") == "bf16" ? DType::kBF16 : DType::kF32;
  options.max_tokens = 1;
  CORPUS_TRY(options.lora, read_adapter_config(adapter));
  CORPUS_TRY(auto backend, make_backend("cpu"));
  CORPUS_TRY(auto model, load_model(*backend, base, options));
  CORPUS_CHECK(load_adapter(*model, adapter));
  CORPUS_CHECK(save_model(*model, out, {.weights = options.compute, .tokenizer_from = base}));
  return corpus::cli::kDone;
}

}  // namespace student
