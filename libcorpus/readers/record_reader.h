// RecordReader: cuts one input into batches of records. One subclass a format.
//
// Where batches and records are cut depends on the input's bytes and on Limits alone. A record
// longer than Limits::max_record is never held whole: it comes as pieces of at most kPiece bytes,
// each alone in a batch, with drop malformed.too_long. Not thread safe.
#ifndef CORPUS_READERS_RECORD_READER_H_
#define CORPUS_READERS_RECORD_READER_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "corpus/batch.h"
#include "corpus/result.h"
#include "readers/stream.h"
#include "simd/json_scan.h"

namespace corpus::readers {

struct Limits {
  std::size_t batch = std::size_t{1} << 20;        // decompressed bytes after which a batch is full
  std::size_t max_record = std::size_t{16} << 20;  // without the byte that ends it
};

// What is known of the end of a record whose bytes came only in part. Each format uses its member.
struct Scan {
  simd::JsonScan json;
  std::uint8_t delimited = 0;  // a state of DelimitedReader
};

// Where a reader stands between two batches, besides what it knows from the input's beginning.
struct Mark {
  std::uint64_t offset = 0;  // decompressed
  bool in_piece = false;     // in the middle of a record over the limit
  std::uint8_t place = 0;    // private to the format
  Scan scan;                 // meaningful in a piece only
};

class RecordReader {
 public:
  RecordReader(Stream stream, Limits limits);
  virtual ~RecordReader() = default;

  // Reads what describes the whole input, such as the header of a table. Called once, before all
  // else. `name` is for messages.
  virtual Result<void> begin(std::string_view) { return {}; }
  // Fills bytes, raw, raw_listed and offset of an empty batch; false at the end.
  virtual Result<bool> read(Batch& batch) = 0;

  Mark mark() const;
  // Continues where another reader of the same input stood; false when the input ends before.
  Result<bool> resume(const Mark& mark);
  const Stream& stream() const { return stream_; }

  static constexpr std::size_t kPiece = std::size_t{1} << 20;

 protected:
  struct End {
    std::size_t content = 0;  // bytes of the record
    std::size_t next = 0;     // where the one after it may begin
  };
  // Looks for the end of the record in its next bytes. False when it lies behind them; `scan` then
  // carries on with the bytes that follow.
  virtual bool find_end(std::string_view bytes, Scan& scan, End& end) const = 0;
  // The last piece was handed out.
  virtual void end_pieces() {}

  void begin_pieces() {
    in_piece_ = true;
    scan_ = Scan();
  }
  Result<bool> read_piece(Batch& batch);
  bool in_piece() const { return in_piece_; }
  // Appends a record to the list, with a line break behind its bytes.
  static void list(Batch& batch, std::string_view bytes, std::uint64_t offset, Reason drop = {},
                   std::uint8_t flags = 0);

  Stream stream_;
  const Limits limits_;
  std::uint8_t place_ = 0;

 private:
  bool in_piece_ = false;
  Scan scan_;
  Reason too_long_;
};

// A format whose records are found and listed one by one. Escaping can make a record six times as
// long and RawRecord counts in 32 bits, so its records are at most 512 MiB whatever Limits say.
class ListedReader : public RecordReader {
 public:
  ListedReader(Stream stream, Limits limits)
      : RecordReader(std::move(stream),
                     {std::min(limits.batch, kMost), std::min(limits.max_record, kMost)}) {}
  Result<bool> read(Batch& batch) final;

 protected:
  // Goes to the first byte of the next record, listing what is none; false at the end.
  virtual Result<bool> find_begin(Batch& batch) = 0;
  // Lists a record. `ended`: the input ended before the record did.
  virtual void add(Batch& batch, std::string_view bytes, const Scan& scan, bool ended) = 0;

 private:
  static constexpr std::size_t kMost = std::size_t{512} << 20;
};

enum class Format : std::uint8_t { kJsonLines, kJsonArray, kJsonObject, kCsv, kTsv, kText };
const char* name(Format format);  // as InputInfo::format has it
std::unique_ptr<RecordReader> make_reader(Format format, Stream stream, Limits limits);

}  // namespace corpus::readers

#endif  // CORPUS_READERS_RECORD_READER_H_
