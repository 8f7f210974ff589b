// corpus tokenize: records to packed token ids.
#include "commands.h"
#include "job.h"

namespace corpus::cli {

Result<int> tokenize(const Args& args) {
  if (args.last("tokenizer") == nullptr) {
    return Error{Code::kInvalidArgument,
                 "say which tokenizer: --tokenizer FILE (tokenizer.json, *.tiktoken or *.model)"};
  }
  Recipe recipe;
  recipe.output.set("tokens", Value(Value::Object{}));
  CORPUS_CHECK(complete(recipe, args, args.words, ""));
  return run_job(recipe, args);
}

}  // namespace corpus::cli
