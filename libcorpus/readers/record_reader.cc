#include "readers/record_reader.h"

#include <utility>

#include "readers/delimited.h"
#include "readers/json_lines.h"
#include "readers/json_values.h"
#include "readers/text_lines.h"

namespace corpus::readers {

RecordReader::RecordReader(Stream stream, Limits limits)
    : stream_(std::move(stream)),
      limits_(limits),
      too_long_(Reason::intern("malformed.too_long")) {}

Mark RecordReader::mark() const { return {stream_.offset(), in_piece_, place_, scan_}; }

Result<bool> RecordReader::resume(const Mark& mark) {
  in_piece_ = mark.in_piece;
  place_ = mark.place;
  scan_ = mark.scan;
  return stream_.skip_to(mark.offset);
}

Result<bool> RecordReader::read_piece(Batch& batch) {
  CORPUS_CHECK(stream_.fill(kPiece + 1));
  std::string_view window = stream_.window();
  std::string_view bytes = window.substr(0, kPiece);
  End end;
  bool last = find_end(bytes, scan_, end);
  if (!last) {
    end = {bytes.size(), bytes.size()};
    if (window.size() <= kPiece) {
      last = true;  // the input ends here
    } else {        // perhaps only what ends the record is left
      Scan peek = scan_;
      End rest;
      if (find_end(window.substr(kPiece, 1), peek, rest) && rest.content == 0) {
        last = true;
        end.next += rest.next;
      }
    }
  }
  batch.raw_listed = true;
  batch.offset = stream_.offset();
  list(batch, window.substr(0, end.content), stream_.offset(), too_long_,
       static_cast<std::uint8_t>(Record::kPiece | (last ? 0 : Record::kMorePieces)));
  stream_.take(end.next);
  if (last) {
    in_piece_ = false;
    scan_ = Scan();
    end_pieces();
  }
  return true;
}

void RecordReader::list(Batch& batch, std::string_view bytes, std::uint64_t offset, Reason drop,
                        std::uint8_t flags) {
  auto begin = static_cast<std::uint32_t>(batch.bytes.size());
  batch.bytes.append(bytes);
  batch.bytes.push_back('\n');
  batch.raw.push_back({begin, static_cast<std::uint32_t>(bytes.size()), offset, drop, flags});
}

Result<bool> ListedReader::read(Batch& batch) {
  if (in_piece()) return read_piece(batch);
  batch.offset = stream_.offset();
  while (stream_.offset() - batch.offset < limits_.batch) {
    CORPUS_TRY(bool more, find_begin(batch));
    if (!more) break;
    Scan scan;
    End end;
    std::size_t scanned = 0;
    bool ended = false;
    for (;;) {
      std::string_view window = stream_.window();
      bool found = find_end(window.substr(scanned), scan, end);
      end.content = found ? end.content + scanned : window.size();
      end.next = found ? end.next + scanned : window.size();
      if (found || end.content > limits_.max_record) break;
      scanned = window.size();
      CORPUS_TRY(bool longer, stream_.fill(scanned + 1));
      ended = !longer;
      if (ended) break;
    }
    if (end.content > limits_.max_record) {
      if (!batch.raw.empty()) break;  // its pieces come after this batch
      begin_pieces();
      return read_piece(batch);
    }
    add(batch, stream_.window().substr(0, end.content), scan, ended);
    stream_.take(end.next);
  }
  batch.raw_listed = true;
  return !batch.raw.empty() || stream_.offset() - batch.offset >= limits_.batch;
}

const char* name(Format format) {
  static constexpr const char* kNames[] = {"jsonl", "json array", "json object",
                                           "csv",   "tsv",        "text"};
  return kNames[static_cast<int>(format)];
}

std::unique_ptr<RecordReader> make_reader(Format format, Stream stream, Limits limits) {
  switch (format) {
    case Format::kJsonArray:
      return std::make_unique<JsonValuesReader>(std::move(stream), limits, /*open_arrays=*/true);
    case Format::kJsonObject:
      return std::make_unique<JsonValuesReader>(std::move(stream), limits, /*open_arrays=*/false);
    case Format::kCsv:
      return std::make_unique<DelimitedReader>(std::move(stream), limits, ',');
    case Format::kTsv:
      return std::make_unique<DelimitedReader>(std::move(stream), limits, '\t');
    case Format::kText:
      return std::make_unique<TextLinesReader>(std::move(stream), limits);
    case Format::kJsonLines:
      break;
  }
  return std::make_unique<JsonLinesReader>(std::move(stream), limits);
}

}  // namespace corpus::readers
