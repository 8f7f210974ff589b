// Any bytes as the files of a persistent index, as a .npy file, and as the escapes of a string from
// which pieces are cut: never a crash, and what is read is within what is there. The first byte
// says which.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "dedup/block_file.h"
#include "dedup/cut.h"
#include "dedup/index_json.h"
#include "dedup/npy_file.h"
#include "dedup/text_units.h"

namespace {

void require(bool good) {
  if (!good) std::abort();
}

// The bytes as a file that is there until the next call.
std::string file_of(std::string_view bytes) {
  static char path[] = "/tmp/fuzz-seen-index-XXXXXX";
  static int fd = mkstemp(path);
  require(fd >= 0 && ftruncate(fd, 0) == 0);
  require(pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  static const int unlinks = std::atexit([] { unlink(path); });
  require(unlinks == 0);
  return path;
}

void list(std::string_view text) {
  // With a right checksum, so that what lies behind it is reached.
  std::string whole = "{\"index\":" + std::string(text) + ",";
  whole += "\"xxh3\":\"" + corpus::hex(corpus::hash128(whole)) + "\"}\n";
  for (const std::string& one : {std::string(text), whole}) {
    auto index = corpus::parse_index_json(one, "index.json");
    if (!index) continue;
    auto again = corpus::parse_index_json(corpus::print_index_json(*index), "index.json");
    require(again && again->inputs == index->inputs && again->purpose == index->purpose);
  }
}

void blocks(std::string_view bytes) {
  auto file = corpus::BlockFile::open(file_of(bytes), 16);
  if (!file) return;
  corpus::BlockFile::Buffer buffer;
  std::uint64_t items = 0;
  for (std::size_t b = 0; b < file->blocks(); ++b) {
    if (!file->read(b, buffer)) return;
    items += buffer.bytes.size() / 16;
    require(file->blocks() == 0 || file->block_of(file->first(b)) < file->blocks());
  }
  require(items == file->items());
}

void vectors(std::string_view bytes) {
  auto file = corpus::NpyFile::open(file_of(bytes));
  if (!file) return;
  std::vector<float> row;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(file->rows(), 64); ++i) {
    require(static_cast<bool>(file->read(i, row)) && row.size() == file->columns());
  }
}

void pieces(std::string_view bytes) {
  std::string text(bytes);
  std::vector<corpus::Piece> units, found;
  for (auto unit : {corpus::TextUnit::kLine, corpus::TextUnit::kParagraph,
                    corpus::TextUnit::kSentence}) {
    corpus::cut_units(text, unit, units);
    std::uint32_t at = 0;
    for (const auto& piece : units) {
      require(piece.begin == at && piece.end > at);
      at = piece.end;
    }
    require(at == text.size());
    corpus::to_characters(text, units);
    if (corpus::find_in_raw(text, text, units, found)) {
      require(found.size() == units.size());
      for (const auto& piece : found) require(piece.begin <= piece.end && piece.end <= text.size());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: list(bytes); break;
    case 1: blocks(bytes); break;
    case 2: vectors(bytes); break;
    default: pieces(bytes);
  }
  return 0;
}
