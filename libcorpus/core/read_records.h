// Records of other inputs than the chain's own, for a stage that has to read some before it can work:
// benchmarks, lists, reference corpora.
#ifndef CORPUS_CORE_READ_RECORDS_H_
#define CORPUS_CORE_READ_RECORDS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "corpus/batch.h"
#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus {

// Reads everything that `input` names (as in a recipe: paths, adapt, map) and calls `f` for each
// record with the name of its input. Records that are none are passed with `drop` set. The record is
// valid during the call; 64 bytes behind its json are readable.
Result<void> read_records(const Value& input, std::uint32_t fields,
                          const std::function<Result<void>(const Record&, const std::string& name)>& f);

}  // namespace corpus

#endif  // CORPUS_CORE_READ_RECORDS_H_
