// BlockFile: items of one size in a file that is written once and never changed, in checked blocks
// that can be read in any order (docs/formats/index.md). What a persistent index is made of.
//
// The first eight bytes of each block's first item are in a table at the end, so that in a file
// whose items are in the order of that number a lookup reads one block. Memory of a reader: 16
// bytes a block.
// Threads: const methods may run at the same time, each with its own Buffer.
#ifndef CORPUS_DEDUP_BLOCK_FILE_H_
#define CORPUS_DEDUP_BLOCK_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "io/file.h"

namespace corpus {

struct BlockEntry {
  std::uint64_t first = 0;     // of the block's first item
  std::uint64_t checksum = 0;  // XXH3-64 of its bytes, seed: number of the block + 1
};

class BlockFileWriter {
 public:
  // `item` bytes each, at least 8; about `block` bytes in one block.
  static Result<BlockFileWriter> create(const std::string& path, std::uint32_t item,
                                        std::uint32_t block);
  Result<void> append(std::string_view item);
  // Afterwards everything is on disk.
  Result<void> finish();
  std::uint64_t items() const { return items_; }
  // Of all blocks: the same for the same items.
  std::uint64_t checksum() const { return checksum_; }

 private:
  Result<void> end_block();

  io::File file_;
  std::uint32_t item_ = 0, per_block_ = 0;
  std::uint64_t items_ = 0, checksum_ = 0;
  std::string block_;
  std::vector<BlockEntry> table_;
};

class BlockFile {
 public:
  // kCorrupt when it is damaged or cut off, kUnsupported when another version wrote it.
  static Result<BlockFile> open(const std::string& path, std::uint32_t item);

  std::uint64_t items() const { return items_; }
  std::size_t blocks() const { return table_.size(); }
  const std::string& path() const { return path_; }
  // The last block whose first item's number is at most `first`; 0 when there is none.
  std::size_t block_of(std::uint64_t first) const;
  std::uint64_t first(std::size_t block) const { return table_[block].first; }

  struct Buffer {
    std::string bytes;  // of the items of the block
    std::size_t block = ~std::size_t{0};
  };
  Result<void> read(std::size_t block, Buffer& buffer) const;
  // Reads and checks everything.
  Result<void> check() const;

 private:
  Error damaged(const std::string& how) const;

  std::string path_;
  io::File file_;
  std::uint32_t item_ = 0, per_block_ = 0;
  std::uint64_t items_ = 0;
  std::vector<BlockEntry> table_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_BLOCK_FILE_H_
