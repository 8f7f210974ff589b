// Cuts JSON Lines into records.
#ifndef CORPUS_ADAPTERS_LINES_H_
#define CORPUS_ADAPTERS_LINES_H_

#include "corpus/batch.h"

namespace corpus {

// Fills batch.raw from batch.bytes: one record a line, without its \n but with a \r before it.
// Lines of white space only are counted in batch.blank_lines instead. The last line needs no \n.
void find_lines(Batch& batch);

}  // namespace corpus

#endif  // CORPUS_ADAPTERS_LINES_H_
