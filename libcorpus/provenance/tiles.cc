// The tree as files, as C2SP tlog-tiles lays it out: a tile of level L holds up to 256 hashes of
// subtrees of 256^L leaves.
#include <algorithm>
#include <bit>
#include <cstring>

#include "corpus/provenance.h"
#include "provenance/sha256.h"

namespace corpus::provenance {
namespace {

constexpr unsigned kTileBits = 8;
constexpr unsigned kTileWidth = 1U << kTileBits;
constexpr std::size_t kHash = sizeof(Digest);

Digest digest_at(std::string_view tile, std::size_t i) {
  Digest out;
  std::memcpy(out.data(), tile.data() + i * kHash, kHash);
  return out;
}

// The root over `count` (a power of two) hashes of the tile from number `from` on.
Digest fold(std::string_view tile, std::size_t from, std::size_t count) {
  if (count == 1) return digest_at(tile, from);
  return node_hash(fold(tile, from, count / 2), fold(tile, from + count / 2, count / 2));
}

std::string three_digits(std::uint64_t n) {
  std::string out = std::to_string(n);
  return std::string(3 - out.size(), '0') + out;
}

}  // namespace

std::string tile_path(unsigned level, std::uint64_t index, unsigned width) {
  std::string number = three_digits(index % 1000);
  for (index /= 1000; index != 0; index /= 1000)
    number.insert(0, "x" + three_digits(index % 1000) + "/");
  std::string out = "tile/" + std::to_string(level) + "/" + number;
  if (width != kTileWidth) out += ".p/" + std::to_string(width);
  return out;
}

Result<void> TileWriter::add_hash(const Digest& leaf) {
  ++size_;
  root_.add_hash(leaf);
  return add(0, leaf);
}

Result<void> TileWriter::add(unsigned level, const Digest& hash) {
  if (level == levels_.size()) levels_.emplace_back();
  Level& at = levels_[level];
  at.bytes.append(bytes_of(hash));
  if (at.bytes.size() < kTileWidth * kHash) return {};
  CORPUS_CHECK(sink_(tile_path(level, at.tiles, kTileWidth), at.bytes));
  ++at.tiles;
  Digest root = fold(at.bytes, 0, kTileWidth);
  at.bytes.clear();
  return add(level + 1, root);
}

Result<void> TileWriter::finish() {
  for (unsigned level = 0; level < levels_.size(); ++level) {
    const Level& at = levels_[level];
    if (at.bytes.empty()) continue;
    auto width = static_cast<unsigned>(at.bytes.size() / kHash);
    CORPUS_CHECK(sink_(tile_path(level, at.tiles, width), at.bytes));
  }
  return {};
}

Result<Digest> TileReader::hash(unsigned level, std::uint64_t index) const {
  unsigned tile_level = level / kTileBits, inner = level % kTileBits;
  std::uint64_t hashes = tile_level * kTileBits < 64 ? size_ >> (tile_level * kTileBits) : 0;
  if (level >= 64 || index > (size_ >> level) || ((index + 1) << inner) > hashes) {
    return Error{Code::kInvalidArgument, "Merkle tree: asked for a hash beyond its leaves"};
  }
  std::uint64_t first = index << inner, tile = first / kTileWidth;
  auto width =
      static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, hashes - tile * kTileWidth));
  std::string path = tile_path(tile_level, tile, width);
  CORPUS_TRY(std::string bytes, source_(path));
  if (bytes.size() != width * kHash) {
    return Error{Code::kCorrupt, path + ": has " + std::to_string(bytes.size()) + " bytes where " +
                                     std::to_string(width * kHash) + " are expected"};
  }
  return fold(bytes, first % kTileWidth, std::size_t{1} << inner);
}

}  // namespace corpus::provenance
