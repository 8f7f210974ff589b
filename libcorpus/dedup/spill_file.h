// SpillFile: what does not fit into memory, in checked blocks of one file
// (docs/formats/minhash.md).
//
// Items of one size are appended in extents; an extent is cut into blocks of about 32 KiB that hold
// whole items. Each block carries its length and an XXH3 checksum that covers its place too, so a
// block that was damaged, cut off or moved is found when it is read, and named.
//
// The file is created by the first append(): a named one stays for a restart until its folder is
// removed, any other has no name and goes with the object, whatever ends the process. append() and
// read() are thread safe, the rest is not.
#ifndef CORPUS_DEDUP_SPILL_FILE_H_
#define CORPUS_DEDUP_SPILL_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/result.h"
#include "io/file.h"

namespace corpus {

// Byte range of a SpillFile, whole blocks.
struct Extent {
  std::uint64_t begin = 0, end = 0;
  bool empty() const { return begin == end; }
};

class SpillFile {
 public:
  static constexpr std::size_t kBlock = std::size_t{32} << 10;

  enum class Keep : std::uint8_t { kForRestart, kNothing };
  // `path` empty: a temporary file. kNothing: the name goes as soon as the file is open.
  SpillFile(std::string path, Keep keep) : path_(std::move(path)), keep_(keep) {}

  // Creates the file if that was not done yet. Not concurrent with append().
  Result<void> open();
  // `bytes` holds whole items of `item` bytes.
  Result<Extent> append(std::string_view bytes, std::size_t item);
  // Each piece, of any size, becomes a block; the extents are of the pieces.
  Result<std::vector<Extent>> append_blocks(const std::vector<std::string_view>& pieces);
  std::uint64_t size() const { return size_; }

  // A file that an earlier process made, of which the first `size` bytes count.
  Result<void> reopen(std::uint64_t size);
  Result<void> sync();

  // Memory for one block.
  struct Block {
    std::unique_ptr<char[]> memory;
    std::size_t capacity = 0;
    std::string_view items;  // of the block that was read
    std::uint64_t next = 0;  // where the next block begins
  };
  // Reads the block at `at`; kCorrupt when it is not what was written. `expect` is how large an
  // extent of one block is.
  Result<void> read(std::uint64_t at, Block& block, std::size_t expect = kBlock) const;

 private:
  Error damaged(std::uint64_t at, const char* how) const;

  std::string path_;
  Keep keep_;
  std::mutex mutex_;  // of appends
  io::File file_;
  std::uint64_t size_ = 0;
};

// The items of an extent in order: while (true) { CORPUS_TRY(const T* item, reader.next()); ... },
// null at the end. An item is valid until the next call.
template <typename T>
class SpillReader {
 public:
  SpillReader() = default;
  SpillReader(const SpillFile& file, Extent extent)
      : file_(&file), at_(extent.begin), end_(extent.end) {}

  Result<const T*> next() {
    if (item_ == last_) {
      if (at_ >= end_) return static_cast<const T*>(nullptr);
      CORPUS_CHECK(file_->read(at_, block_));
      at_ = block_.next;
      item_ = reinterpret_cast<const T*>(block_.items.data());
      last_ = item_ + block_.items.size() / sizeof(T);
    }
    return item_++;
  }

 private:
  const SpillFile* file_ = nullptr;
  std::uint64_t at_ = 0, end_ = 0;
  SpillFile::Block block_;
  const T* item_ = nullptr;
  const T* last_ = nullptr;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_SPILL_FILE_H_
