// JSON Lines: one record a line. The lines are left in place for the parse stage to find, which
// runs in parallel; this reader only looks for the last line break of a batch.
//
// A batch ends at the last line break of the first min(batch, max_record) bytes or, when they hold
// none, at the first one after them.
#ifndef CORPUS_READERS_JSON_LINES_H_
#define CORPUS_READERS_JSON_LINES_H_

#include "readers/record_reader.h"

namespace corpus::readers {

class JsonLinesReader final : public RecordReader {
 public:
  using RecordReader::RecordReader;
  Result<bool> read(Batch& batch) override;

 private:
  bool find_end(std::string_view bytes, Scan& scan, End& end) const override;
};

}  // namespace corpus::readers

#endif  // CORPUS_READERS_JSON_LINES_H_
