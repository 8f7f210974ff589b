// The Zstandard seekable format, version 0.1.0 (facebook/zstd, contrib/seekable_format):
// independent frames and, at the end of the file, a skippable frame with the sizes of all frames
// before it.
//
// Decompressors that know nothing of it skip the table. Skippable frames are listed too, with
// content size 0, so that the sizes add up to where the table begins. All numbers little endian.
#ifndef CORPUS_IO_SEEKABLE_H_
#define CORPUS_IO_SEEKABLE_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "corpus/result.h"
#include "io/file.h"

namespace corpus::io {

static_assert(std::endian::native == std::endian::little,
              "the formats are read and written in place");

inline void put_u32(std::string& out, std::uint32_t n) {
  out.append(reinterpret_cast<const char*>(&n), sizeof n);
}
inline void put_u64(std::string& out, std::uint64_t n) {
  out.append(reinterpret_cast<const char*>(&n), sizeof n);
}
inline std::uint32_t get_u32(const char* from) {
  std::uint32_t n;
  std::memcpy(&n, from, sizeof n);
  return n;
}
inline std::uint64_t get_u64(const char* from) {
  std::uint64_t n;
  std::memcpy(&n, from, sizeof n);
  return n;
}

constexpr std::uint32_t kSkippableHeader = 8;  // bytes: magic, size of what follows
void put_skippable_header(std::string& out, std::uint32_t magic, std::uint32_t size);

struct SeekEntry {
  std::uint32_t stored = 0;    // bytes of the frame in the file
  std::uint32_t size = 0;      // bytes of its content
  std::uint32_t checksum = 0;  // low half of XXH64 of its content
  bool operator==(const SeekEntry&) const = default;
};

// The checksum of empty content, for skippable frames.
constexpr std::uint32_t kEmptyChecksum = 0x51D8E999;

// The whole skippable frame, ready to be written last.
std::string seek_table(const std::vector<SeekEntry>& frames);

// Reads the table at the end of `file`. kNotFound when the file has none, kCorrupt when it has one
// that cannot be true: its sizes do not add up to the size of the file. Memory is bounded by the
// size of the file.
Result<std::vector<SeekEntry>> read_seek_table(const File& file);

}  // namespace corpus::io

#endif  // CORPUS_IO_SEEKABLE_H_
