// What the opaque handles are.
#ifndef CORPUS_CAPI_HANDLES_H_
#define CORPUS_CAPI_HANDLES_H_

#include <memory>
#include <string>
#include <vector>

#include "capi/call.h"
#include "corpus/pipeline.h"
#include "corpus/recipe.h"
#include "corpus/stream.h"

struct corpus_recipe {
  corpus::Recipe recipe;
};

struct corpus_cancel {
  corpus::Cancel cancel;
};

// A batch that was delivered (then it cannot be changed), or one in a stage's hands.
struct corpus_batch {
  const corpus::Batch* batch = nullptr;
  corpus::Batch* changing = nullptr;
  std::string_view lines;
  std::string_view stage;  // before the dot of a reason
};

struct corpus_stream {
  corpus::Recipe recipe;
  corpus::StreamOptions options;
  std::unique_ptr<corpus::StreamRun> run;  // once started
  corpus_batch current;
  struct ArrowOut* arrow = nullptr;        // a consumer's stream that reads from this one
};

namespace corpus::capi {

// Checks struct_size; null means all defaults.
Result<RunOptions> run_options(const corpus_run_options* options);

}  // namespace corpus::capi

#endif  // CORPUS_CAPI_HANDLES_H_
