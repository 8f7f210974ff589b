#include "corpus/component.h"

namespace corpus {

Result<std::unique_ptr<Map>> make_parse(const Value&, std::uint32_t) {
  return Error{Code::kUnsupported, "not built yet"};
}

}  // namespace corpus
