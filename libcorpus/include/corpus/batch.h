// Batch: a run of consecutive records of one input, with all the memory they need.
//
// A Source fills `bytes` and either leaves `raw` empty (JSON Lines: the parallel parse stage finds
// the lines) or lists the records in it. The parse stage fills `records`; every later stage works on
// those. A batch is owned by exec/, reused, and touched by one thread at a time.
//
// Where batches are cut depends on the input and the batch size only, never on threads, memory or
// the size of reads: output frames follow batches, so this is what makes files byte-equal.
#ifndef CORPUS_BATCH_H_
#define CORPUS_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/arena.h"
#include "corpus/record.h"

namespace corpus {

// Growable bytes with kPadding readable bytes behind the end and no zero-fill on growth.
class PaddedBuffer {
 public:
  static constexpr std::size_t kPadding = 64;

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.get(), size_}; }

  void reserve(std::size_t capacity);  // keeps the content
  void resize(std::size_t size) {      // new bytes are indeterminate
    if (size > capacity_) reserve(size + size / 2);
    size_ = size;
  }
  void append(std::string_view s);
  void push_back(char c) {
    resize(size_ + 1);
    bytes_[size_ - 1] = c;
  }
  void clear() { size_ = 0; }
  void release_above(std::size_t capacity) {  // forgets the content if it has to shrink
    if (capacity_ > capacity) *this = PaddedBuffer();
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// One record inside Batch::bytes, as a Source lists it.
struct RawRecord {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
  std::uint64_t offset = 0;   // in the decompressed input
  Reason drop;                // set when the reader already knows it is no record (e.g. a bad CSV row)
  std::uint8_t flags = 0;     // Record::kPiece, kMorePieces
};

// `"key": value` to be written under "corpus". value is JSON. Both live in the batch's arena or are
// static.
struct Tag {
  std::uint32_t record;
  std::string_view key;
  std::string_view value;
};

// Replace json[span] by `text` (raw JSON bytes: escape before). Edits of one record do not overlap.
struct Edit {
  std::uint32_t record;
  Span span;
  std::string_view text;
};

// 128 bits computed by one stage for another (a content key, a pair of signatures).
struct Key128 {
  std::uint64_t lo = 0, hi = 0;
  auto operator<=>(const Key128&) const = default;
};

// What a stage worked out about the records of a batch that a later stage may want as well. A type of
// notes is a class of its own; a batch has at most one of each, made by the first stage that asks.
class BatchNotes {
 public:
  virtual ~BatchNotes() = default;
  virtual void clear() = 0;  // for the next batch
  virtual std::size_t footprint() const = 0;
};

struct Batch {
  // --- filled by the Source
  std::uint64_t seq = 0;       // 0, 1, 2, ... within a pass
  std::uint32_t input = 0;     // number of the input all records come from
  std::uint64_t offset = 0;    // decompressed offset of bytes[0], for JSON Lines
  PaddedBuffer bytes;
  std::vector<RawRecord> raw;  // empty: split `bytes` at newlines
  bool raw_listed = false;     // true: `raw` is the list, even when empty
  std::uint64_t consumed = 0;  // compressed input bytes read so far in this pass, for progress

  // --- filled by the parse stage
  std::vector<Record> records;
  std::uint64_t blank_lines = 0;

  // --- added by stages
  std::vector<Tag> tags;
  std::vector<Edit> edits;
  bool last = false;         // a Scan that needs no more input sets this; nothing is read after it
  std::vector<std::vector<Key128>> columns;  // [column][record]; numbered by BuildContext

  // --- filled by Sink::prepare
  std::vector<PaddedBuffer> encoded;  // meaning private to the sink
  std::vector<std::uint32_t> encoded_records;

  Arena arena;

  void tag(std::size_t record, std::string_view key, std::string_view json_value) {
    tags.push_back({static_cast<std::uint32_t>(record), key, json_value});
  }
  void edit(std::size_t record, Span span, std::string_view json_text) {
    edits.push_back({static_cast<std::uint32_t>(record), span, json_text});
  }

  // The notes of type T. Nothing is known about records that no stage took note of.
  template <typename T>
  T& note() {
    for (auto& note : notes) {
      if (auto* found = dynamic_cast<T*>(note.get())) return *found;
    }
    notes.push_back(std::make_unique<T>());
    return static_cast<T&>(*notes.back());
  }
  std::vector<std::unique_ptr<BatchNotes>> notes;

  void reset();                   // empty, memory kept up to a bound
  std::size_t footprint() const;  // bytes held, for --memory
};

}  // namespace corpus

#endif  // CORPUS_BATCH_H_
