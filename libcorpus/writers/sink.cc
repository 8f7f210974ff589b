#include "corpus/pipeline.h"

namespace corpus {

Result<std::unique_ptr<Sink>> make_sink(const Recipe&, std::string*) {
  return Error{Code::kUnsupported, "not built yet"};
}

}  // namespace corpus
