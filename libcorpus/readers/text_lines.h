// Plain text: each line that is not blank is a record {"text": "..."}.
#ifndef CORPUS_READERS_TEXT_LINES_H_
#define CORPUS_READERS_TEXT_LINES_H_

#include "readers/record_reader.h"

namespace corpus::readers {

class TextLinesReader final : public ListedReader {
 public:
  using ListedReader::ListedReader;

 private:
  Result<bool> find_begin(Batch& batch) override;
  bool find_end(std::string_view bytes, Scan& scan, End& end) const override;
  void add(Batch& batch, std::string_view bytes, const Scan& scan, bool ended) override;
};

}  // namespace corpus::readers

#endif  // CORPUS_READERS_TEXT_LINES_H_
