#include "corpus/component.h"

namespace corpus {

Result<Stages> make_tags_source(const Value&, BuildContext&) {
  return Error{Code::kUnsupported, "not built yet"};
}

}  // namespace corpus
