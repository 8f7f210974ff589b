#include "corpus/pipeline.h"

namespace corpus {

Result<Report> run(Chain&, const RunOptions&) {
  return Error{Code::kUnsupported, "not built yet"};
}

}  // namespace corpus
