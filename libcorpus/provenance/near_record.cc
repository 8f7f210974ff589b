// The sketch of a record as a corpus stores it.
#include <memory>

#include "corpus/component.h"
#include "corpus/withdrawal.h"
#include "provenance/near_sketch.h"

namespace corpus {

// The stage that turns lines into records, as core/build.cc has it from adapters/.
Result<std::unique_ptr<Map>> make_parse(const Value& input, std::uint32_t fields);

namespace provenance {

Result<std::string> near_sketch(std::string_view record) {
  CORPUS_TRY(auto parse, make_parse(Value(Value::Object()), Fields::kTurns));
  Batch batch;
  batch.bytes.append(record);
  batch.bytes.push_back('\n');
  auto state = parse->scratch();
  CORPUS_CHECK(parse->run(batch, state.get()));
  if (batch.records.size() != 1 || batch.records[0].drop) {
    return Error{Code::kCorrupt, "a record of no known shape has no near duplicates"};
  }
  Sketch sketch;
  Sketcher().sketch(batch.records[0].turns, sketch);
  return print_sketch(sketch);
}

}  // namespace provenance
}  // namespace corpus
