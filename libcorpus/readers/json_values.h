// Records that are elements of JSON arrays, or JSON values one after the other.
//
// An element that lies on one line is passed on byte for byte. One that spans lines is passed on
// without the white space outside its strings, as a line of the output cannot hold a line break.
//
// Nothing is validated here but the brackets' number; the parse stage sees every element. What is
// no object or array becomes a record of its own: a scalar, a stray comma or any garbage between
// elements is dropped as malformed.array, and reading goes on at the next comma or bracket. A
// missing comma costs nothing. Where the input ends inside an element, or before the ']' of an
// array, the rest (perhaps empty) is dropped as malformed.truncated. Memory: one record, at any
// depth of nesting.
#ifndef CORPUS_READERS_JSON_VALUES_H_
#define CORPUS_READERS_JSON_VALUES_H_

#include "readers/record_reader.h"

namespace corpus::readers {

class JsonValuesReader final : public ListedReader {
 public:
  // open_arrays: arrays at the top are taken apart; otherwise each is one record.
  JsonValuesReader(Stream stream, Limits limits, bool open_arrays);

 private:
  Result<bool> find_begin(Batch& batch) override;
  bool find_end(std::string_view bytes, Scan& scan, End& end) const override;
  void add(Batch& batch, std::string_view bytes, const Scan& scan, bool ended) override;
  void end_pieces() override;

  Result<void> add_garbage(Batch& batch);

  bool open_arrays_;
  Reason garbage_, truncated_;
};

}  // namespace corpus::readers

#endif  // CORPUS_READERS_JSON_VALUES_H_
