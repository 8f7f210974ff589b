// CSV and TSV (RFC 4180): a header row, then one record a row, {"column":"value",...}; all values
// are strings. Quoted fields may hold separators, line breaks and doubled quotes; a quote inside an
// unquoted field is a plain byte. Lines may end in CRLF; empty lines are no rows. A column name
// that was used before gets "_2", "_3", ... behind it.
//
// A row with more or fewer fields than the header, with text behind a closing quote or with a quote
// that is never closed is dropped as malformed.csv_row, its bytes kept as they were.
#ifndef CORPUS_READERS_DELIMITED_H_
#define CORPUS_READERS_DELIMITED_H_

#include <string>
#include <string_view>
#include <vector>

#include "readers/record_reader.h"

namespace corpus::readers {

// The fields of one row.
class Row {
 public:
  explicit Row(char separator) : separator_(separator) {}
  // Splits a row without its line break; false when a quote is wrong. Views into `row`.
  bool split(std::string_view row);
  std::size_t size() const { return fields_.size(); }
  // Field i without its quotes; valid until the next call.
  std::string_view field(std::size_t i);
  // Index behind the line break that ends the row, or npos. `state` is 0 where a row begins.
  std::size_t find_end(std::string_view bytes, std::uint8_t& state) const;

 private:
  struct Field {
    std::string_view text;
    bool doubled;  // has "" for "
  };
  char separator_;
  std::vector<Field> fields_;
  std::string unquoted_;
};

class DelimitedReader final : public ListedReader {
 public:
  DelimitedReader(Stream stream, Limits limits, char separator);
  Result<void> begin(std::string_view name) override;

 private:
  Result<bool> find_begin(Batch& batch) override;
  bool find_end(std::string_view bytes, Scan& scan, End& end) const override;
  void add(Batch& batch, std::string_view bytes, const Scan& scan, bool ended) override;

  Row row_;
  std::vector<std::string> keys_;  // `{"first":`, `,"second":`, ...
  Reason bad_row_;
};

}  // namespace corpus::readers

#endif  // CORPUS_READERS_DELIMITED_H_
