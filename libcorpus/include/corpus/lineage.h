// Lineage: where a record of a corpus came from, step by step (docs/formats/lineage.md).
//
// Plain values; nothing is shared between calls.
#ifndef CORPUS_LINEAGE_H_
#define CORPUS_LINEAGE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::provenance {

// One corpus that the record went through, the youngest first.
struct LineageStep {
  std::string dir;  // the folder of that corpus, of those that were searched; empty: none of them
  std::string id;   // content id it had there, may be empty
  std::string recipe;
  Value lineage;  // its tag (schemas/lineage.json); null when the step carries none
  Value input;    // the manifest's entry of its input; null without `dir`
  Value source;   // what was declared of that input; null when nothing is known
};

struct Trace {
  std::string dir;           // where the record is
  std::uint64_t number = 0;  // its number there
  std::vector<LineageStep> steps;

  Value to_value() const;  // schemas/output.trace.json
};

// Looks for the record with this content id, or id of its source, in the folders in their order.
// kNotFound when none has it.
Result<Trace> trace(std::string_view id, std::span<const std::string> dirs);

}  // namespace corpus::provenance

#endif  // CORPUS_LINEAGE_H_
