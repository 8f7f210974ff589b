// What a corpus is made of, by input and teacher: for the manifest, from which everything is told
// that has to be told of a corpus.
#ifndef CORPUS_PROVENANCE_LINEAGE_COUNT_H_
#define CORPUS_PROVENANCE_LINEAGE_COUNT_H_

#include <memory>

#include "corpus/component.h"
#include "provenance/lineage_options.h"

namespace corpus::policy {

// Looks on in the last pass, right behind the tags: counts what the stages before it left.
std::unique_ptr<Fold> make_lineage_count(std::shared_ptr<const LineageContext> context,
                                         MemoryBudget* memory);

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_LINEAGE_COUNT_H_
