#include "dedup/spill_file.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace corpus {
namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are stored as they lie in memory");

struct Header {
  std::uint32_t magic;
  std::uint32_t size;  // of the items
  std::uint64_t checksum;
};
static_assert(sizeof(Header) == 16);
constexpr std::uint32_t kMagic = 0x31505343;  // "CSP1"; the digit is the version
constexpr std::uint32_t kAnyVersion = 0x00FFFFFF;
constexpr std::size_t kLargest = std::size_t{1} << 30;  // a block of one huge item

std::uint64_t checksum(std::string_view items, std::uint64_t at) { return hash64(items, at + 1); }

}  // namespace

Result<void> SpillFile::open() {
  if (file_.is_open()) return {};
  if (path_.empty()) {
    CORPUS_TRY(file_, io::File::temporary());
    return {};
  }
  CORPUS_TRY(file_, io::File::create(path_));
  return keep_ == Keep::kNothing ? io::remove_file(path_) : Result<void>();
}

Result<Extent> SpillFile::append(std::string_view bytes, std::size_t item) {
  std::size_t block = std::max(kBlock / item, std::size_t{1}) * item;
  std::vector<std::string_view> blocks;
  for (; !bytes.empty(); bytes.remove_prefix(blocks.back().size())) {
    blocks.push_back(bytes.substr(0, block));
  }
  CORPUS_TRY(auto extents, append_blocks(blocks));
  if (extents.empty()) return Extent{size_, size_};
  return Extent{extents.front().begin, extents.back().end};
}

Result<std::vector<Extent>> SpillFile::append_blocks(const std::vector<std::string_view>& blocks) {
  std::vector<Header> headers;
  headers.reserve(blocks.size());
  std::vector<std::string_view> pieces;
  pieces.reserve(2 * blocks.size());
  std::vector<Extent> extents;
  extents.reserve(blocks.size());
  std::lock_guard lock(mutex_);
  CORPUS_CHECK(open());
  std::uint64_t at = size_;
  for (std::string_view items : blocks) {
    headers.push_back({kMagic, static_cast<std::uint32_t>(items.size()), checksum(items, at)});
    pieces.emplace_back(reinterpret_cast<const char*>(&headers.back()), sizeof(Header));
    pieces.push_back(items);
    extents.push_back({at, at + sizeof(Header) + items.size()});
    at = extents.back().end;
  }
  CORPUS_CHECK(file_.writev(pieces));
  size_ = at;
  return extents;
}

Result<void> SpillFile::reopen(std::uint64_t size) {
  CORPUS_TRY(file_, io::File::open_append(path_));
  CORPUS_TRY(std::uint64_t there, file_.size());
  if (there < size) return damaged(there, "is missing");
  CORPUS_CHECK(file_.truncate(size));
  size_ = size;
  return {};
}

Result<void> SpillFile::sync() { return file_.is_open() ? file_.sync() : Result<void>(); }

Result<void> SpillFile::read(std::uint64_t at, Block& block, std::size_t expect) const {
  auto fetch = [&](std::size_t size) -> Result<std::size_t> {
    if (block.capacity < size) {
      block.memory.reset(new char[size]);
      block.capacity = size;
    }
    return file_.pread(block.memory.get(), size, at);
  };
  expect = std::min(expect + sizeof(Header), kLargest);
  CORPUS_TRY(std::size_t n, fetch(expect));
  Header header;
  if (n < sizeof header) return damaged(at, "is cut off");
  std::memcpy(&header, block.memory.get(), sizeof header);
  if (header.magic != kMagic) {
    bool other = (header.magic & kAnyVersion) == (kMagic & kAnyVersion);
    return damaged(at, other ? "was written by another version" : "is damaged");
  }
  if (header.size > kLargest) return damaged(at, "is damaged");
  if (sizeof header + header.size > expect) {
    CORPUS_TRY(n, fetch(sizeof header + header.size));
  }
  if (n < sizeof header + header.size) return damaged(at, "is cut off");
  block.items = {block.memory.get() + sizeof header, header.size};
  if (checksum(block.items, at) != header.checksum) return damaged(at, "is damaged (checksum)");
  block.next = at + sizeof header + header.size;
  return {};
}

Error SpillFile::damaged(std::uint64_t at, const char* how) const {
  std::string name = path_.empty() ? "temporary file in " + file_.name() : path_;
  return {Code::kCorrupt, name + ": the block at byte " + std::to_string(at) + " " + how +
                              "; check the disk, remove the output folder and run again "
                              "without --resume"};
}

}  // namespace corpus
