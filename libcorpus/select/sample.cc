#include "corpus/component.h"

namespace corpus {

Result<Stages> make_select_sample(const Value&, BuildContext&) {
  return Error{Code::kUnsupported, "not built yet"};
}

}  // namespace corpus
