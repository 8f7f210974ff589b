// Lines of the rejects: why a record was dropped, where it stood, and its bytes
// (docs/formats/rejects.md). Every line is valid JSON whatever the record was.
#ifndef CORPUS_WRITERS_REJECTS_H_
#define CORPUS_WRITERS_REJECTS_H_

#include <string>
#include <string_view>

#include "corpus/batch.h"
#include "writers/splice.h"

namespace corpus {

// Appends the line of the dropped record, with its line feed. `splicer` has been started on
// `batch`; `scratch` only saves allocations.
void append_reject(const Batch& batch, std::size_t record, Splicer& splicer, std::string& scratch,
                   PaddedBuffer& out);

}  // namespace corpus

#endif  // CORPUS_WRITERS_REJECTS_H_
