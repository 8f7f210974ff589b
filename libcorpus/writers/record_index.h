// The record index of a shard: which frame a record is in, where in it, and which record has an id
// (docs/formats/shard.md). It is a skippable zstd frame between the data and the seek table.
//
// Everything has a fixed size, so a reader needs the header, a few blocks of the sorted id table
// and four bytes of the offset table to find a record. While a shard is written the index is held
// in memory: 4 bytes a record and 12 an id; full() says when to begin the next shard.
#ifndef CORPUS_WRITERS_RECORD_INDEX_H_
#define CORPUS_WRITERS_RECORD_INDEX_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/batch.h"
#include "corpus/result.h"
#include "io/seekable.h"

namespace corpus {

// Another nibble than the seek table's 0x184D2A5E.
inline constexpr std::uint32_t kIndexMagic = 0x184D2A5C;
inline constexpr std::string_view kIndexName = "CORPUSIX";
inline constexpr std::uint32_t kIndexVersion = 1;
inline constexpr std::uint32_t kIndexHeader = 56;

// One id of one record: XXH3-64 of the id's UTF-8 bytes and the number of the record. Two words for
// the hash, so that the struct is 12 bytes without padding, as in the file.
struct IdEntry {
  std::uint32_t low, high, record;
  std::uint64_t hash() const { return std::uint64_t{high} << 32 | low; }
};
static_assert(sizeof(IdEntry) == 12);
IdEntry id_entry(std::string_view id, std::uint32_t record);

// What one frame adds to the index, as a batch carries it from prepare() to write().
class FrameNote {
 public:
  void clear();
  void add_record(std::uint64_t offset) { offsets_.push_back(static_cast<std::uint32_t>(offset)); }
  void add_id(std::string_view id) {  // of the record added last
    ids_.push_back(id_entry(id, static_cast<std::uint32_t>(offsets_.size() - 1)));
  }
  const std::vector<std::uint32_t>& offsets() const { return offsets_; }
  void encode(std::uint32_t content_size, PaddedBuffer& out) const;

 private:
  std::vector<std::uint32_t> offsets_;
  std::vector<IdEntry> ids_;
};

class RecordIndex {
 public:
  // A frame was written: its bytes and the note made for it.
  void add_frame(std::string_view stored, std::string_view note);

  // Bounds memory, whatever the size of a shard: 64 MiB are 2 to 4 million records.
  bool full() const { return bytes() >= std::uint64_t{64} << 20; }
  std::uint64_t bytes() const;
  std::uint64_t records() const { return offsets_.size(); }

  // What came since the last call, to be appended to a log that load() can read back.
  std::string take_log();
  Result<void> load(std::string_view log);

  // Hands over the two skippable frames that end a shard, in pieces. The index is empty afterwards.
  Result<void> finish(const std::function<Result<void>(std::string_view)>& write);

 private:
  std::vector<io::SeekEntry> frames_;
  std::vector<std::uint32_t> first_;    // [frame] records before it
  std::vector<std::uint32_t> offsets_;  // [record] in its frame
  std::vector<IdEntry> ids_;
  std::size_t logged_frames_ = 0, logged_records_ = 0, logged_ids_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_RECORD_INDEX_H_
