// corpus verify and corpus get: finished corpora.
#include "commands.h"
#include "job.h"

namespace corpus::cli {

Result<int> verify(const Args&) { return Error{Code::kUnsupported, "not built yet"}; }
Result<int> get(const Args&) { return Error{Code::kUnsupported, "not built yet"}; }

}  // namespace corpus::cli
