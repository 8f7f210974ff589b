#include "corpus/component.h"

namespace corpus {

Result<std::unique_ptr<Source>> make_source(const Value&) {
  return Error{Code::kUnsupported, "not built yet"};
}

}  // namespace corpus
