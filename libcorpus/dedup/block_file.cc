#include "dedup/block_file.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/hash.h"

namespace corpus {
namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are stored as they lie in memory");

constexpr std::uint32_t kMagic = 0x31584943;  // "CIX1"; the digit is the version
constexpr std::uint32_t kAnyVersion = 0x00FFFFFF;
constexpr std::uint32_t kMostPerBlock = std::uint32_t{1} << 20;

// Behind the blocks and their table, at the end of the file.
struct Trailer {
  std::uint32_t magic = kMagic;
  std::uint32_t item = 0;
  std::uint32_t per_block = 0;
  std::uint32_t reserved = 0;
  std::uint64_t items = 0;
  std::uint64_t checksum = 0;  // of the table, seed: items
};
static_assert(sizeof(Trailer) == 32 && sizeof(BlockEntry) == 16);

std::string_view bytes_of(const std::vector<BlockEntry>& table) {
  return {reinterpret_cast<const char*>(table.data()), table.size() * sizeof(BlockEntry)};
}

}  // namespace

Result<BlockFileWriter> BlockFileWriter::create(const std::string& path, std::uint32_t item,
                                                std::uint32_t block) {
  BlockFileWriter writer;
  CORPUS_TRY(writer.file_, io::File::create(path));
  writer.item_ = item;
  writer.per_block_ = std::max(block / item, 1U);
  writer.block_.reserve(std::size_t{writer.per_block_} * item);
  return writer;
}

Result<void> BlockFileWriter::append(std::string_view item) {
  block_.append(item);
  ++items_;
  return block_.size() < std::size_t{per_block_} * item_ ? Result<void>() : end_block();
}

Result<void> BlockFileWriter::end_block() {
  if (block_.empty()) return {};
  BlockEntry entry;
  std::memcpy(&entry.first, block_.data(), sizeof entry.first);
  entry.checksum = hash64(block_, table_.size() + 1);
  table_.push_back(entry);
  CORPUS_CHECK(file_.write(block_));
  block_.clear();
  return {};
}

Result<void> BlockFileWriter::finish() {
  CORPUS_CHECK(end_block());
  checksum_ = hash64(bytes_of(table_), items_);
  Trailer trailer{
      .item = item_, .per_block = per_block_, .items = items_, .checksum = checksum_};
  CORPUS_CHECK(file_.writev(
      {bytes_of(table_), {reinterpret_cast<const char*>(&trailer), sizeof trailer}}));
  CORPUS_CHECK(file_.sync());
  return file_.close();
}

Result<BlockFile> BlockFile::open(const std::string& path, std::uint32_t item) {
  BlockFile out;
  out.path_ = path;
  CORPUS_TRY(out.file_, io::File::open_read(path));
  CORPUS_TRY(std::uint64_t size, out.file_.size());
  Trailer trailer;
  if (size < sizeof trailer) return out.damaged("is cut off");
  CORPUS_TRY(std::size_t n,
             out.file_.pread(&trailer, sizeof trailer, size - sizeof trailer));
  if (n != sizeof trailer) return out.damaged("is cut off");
  if (trailer.magic != kMagic) {
    if ((trailer.magic & kAnyVersion) == (kMagic & kAnyVersion)) {
      return Error{Code::kUnsupported,
                   path + ": was written by another version of libcorpus; make the index anew"};
    }
    return out.damaged("has no end: it is cut off or damaged");
  }
  if (trailer.item != item || trailer.per_block == 0 || trailer.per_block > kMostPerBlock ||
      trailer.items > size / item) {
    return out.damaged("has a damaged end");
  }
  std::uint64_t blocks = (trailer.items + trailer.per_block - 1) / trailer.per_block;
  if (trailer.items * item + blocks * sizeof(BlockEntry) + sizeof trailer != size) {
    return out.damaged("has not the length that its end says");
  }
  out.item_ = item;
  out.per_block_ = trailer.per_block;
  out.items_ = trailer.items;
  out.table_.resize(static_cast<std::size_t>(blocks));
  std::size_t table_bytes = out.table_.size() * sizeof(BlockEntry);
  CORPUS_TRY(n, out.file_.pread(out.table_.data(), table_bytes, trailer.items * item));
  if (n != table_bytes || hash64(bytes_of(out.table_), trailer.items) != trailer.checksum) {
    return out.damaged("has a damaged table of blocks");
  }
  return out;
}

std::size_t BlockFile::block_of(std::uint64_t first) const {
  auto after =
      std::upper_bound(table_.begin(), table_.end(), first,
                       [](std::uint64_t f, const BlockEntry& entry) { return f < entry.first; });
  return after == table_.begin() ? 0 : static_cast<std::size_t>(after - table_.begin()) - 1;
}

Result<void> BlockFile::read(std::size_t block, Buffer& buffer) const {
  if (buffer.block == block) return {};
  buffer.block = ~std::size_t{0};
  std::uint64_t begin = std::uint64_t{block} * per_block_;
  buffer.bytes.resize(
      static_cast<std::size_t>(std::min<std::uint64_t>(per_block_, items_ - begin)) * item_);
  CORPUS_TRY(std::size_t n, file_.pread(buffer.bytes.data(), buffer.bytes.size(), begin * item_));
  if (n != buffer.bytes.size() || hash64(buffer.bytes, block + 1) != table_[block].checksum) {
    return damaged("the block at byte " + std::to_string(begin * item_) + " is damaged");
  }
  buffer.block = block;
  return {};
}

Result<void> BlockFile::check() const {
  Buffer buffer;
  for (std::size_t block = 0; block < table_.size(); ++block) CORPUS_CHECK(read(block, buffer));
  return {};
}

Error BlockFile::damaged(const std::string& how) const {
  return {Code::kCorrupt, path_ + ": " + how +
                              "; check the disk, remove the index and make it anew from the inputs "
                              "that its index.json lists"};
}

}  // namespace corpus
