#include "corpus/component.h"

namespace corpus {

Result<Stages> make_filters_refusal(const Value&, BuildContext&) {
  return Error{Code::kUnsupported, "not built yet"};
}

}  // namespace corpus
