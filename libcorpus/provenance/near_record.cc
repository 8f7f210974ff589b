// The sketch of a record as a corpus stores it.
#include "corpus/pipeline.h"
#include "corpus/withdrawal.h"
#include "provenance/near_sketch.h"

namespace corpus::provenance {

Result<std::string> near_sketch(std::string_view record) {
  Batch batch;
  batch.bytes.append(record);
  batch.bytes.push_back('\n');
  CORPUS_CHECK(parse_text(Value(Value::Object()), Fields::kTurns, batch));
  if (batch.records.size() != 1 || batch.records[0].drop) {
    return Error{Code::kCorrupt, "a record of no known shape has no near duplicates"};
  }
  Sketch sketch;
  Sketcher().sketch(batch.records[0].turns, sketch);
  return print_sketch(sketch);
}

}  // namespace corpus::provenance
