// What tags.lineage knows of a run: recipe, registry and what is declared of each input.
#ifndef CORPUS_PROVENANCE_LINEAGE_OPTIONS_H_
#define CORPUS_PROVENANCE_LINEAGE_OPTIONS_H_

#include <string>
#include <vector>

#include "corpus/policy.h"
#include "provenance/sources.h"

namespace corpus::policy {

struct LineageContext {
  Registry registry;
  std::vector<std::string> inputs;
  std::vector<SourceTerms> sources;  // [input]
  std::string recipe_digest;
  std::string aigc_producer;  // of GB 45438 labels to be written; empty: none

  const SourceTerms& source(std::uint32_t input) const {
    static const SourceTerms kNone;
    return input < sources.size() ? sources[input] : kNone;
  }
};

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_LINEAGE_OPTIONS_H_
