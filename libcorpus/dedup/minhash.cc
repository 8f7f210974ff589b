#include "corpus/component.h"

namespace corpus {

Result<Stages> make_dedup_minhash(const Value&, BuildContext&) {
  return Error{Code::kUnsupported, "not built yet"};
}

}  // namespace corpus
