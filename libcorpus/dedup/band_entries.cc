#include "dedup/band_entries.h"

#include <bit>
#include <cstring>
#include <string>
#include <utility>

namespace corpus {

static_assert(std::endian::native == std::endian::little,
              "entries are stored as they lie in memory");

Result<void> BandEntries::add(RecordPos pos, std::uint32_t length, const std::uint64_t* keys) {
  if (size_ % kBlock == 0) {
    CORPUS_CHECK(memory_->reserve(block_bytes(), who_));
    Block block;
    block.memory.reset(new std::uint64_t[block_bytes() / 8]);
    blocks_.push_back(std::move(block));
  }
  Block& block = blocks_.back();
  std::size_t at = block.size++;
  block.pos()[at] = pos.packed;
  block.length(bands_)[at] = length;
  for (std::size_t band = 0; band < bands_; ++band) block.keys(band)[at] = keys[band];
  ++size_;
  return {};
}

Result<void> BandEntries::take(BandEntries& other) {
  // Full blocks change hands; they go before our last one, which may have room.
  Block open;
  bool has_open = size_ % kBlock != 0;
  if (has_open) {
    open = std::move(blocks_.back());
    blocks_.pop_back();
  }
  std::vector<Block> theirs = std::move(other.blocks_);
  other.blocks_.clear();
  other.size_ = 0;
  Block rest;
  for (Block& block : theirs) {
    if (block.size == kBlock) {
      size_ += kBlock;
      blocks_.push_back(std::move(block));
    } else {
      rest = std::move(block);
    }
  }
  if (has_open) blocks_.push_back(std::move(open));
  if (rest.memory == nullptr) return {};
  if (!has_open) {
    size_ += rest.size;
    blocks_.push_back(std::move(rest));
    return {};
  }
  std::vector<std::uint64_t> keys(bands_);
  Result<void> result;
  for (std::size_t i = 0; i < rest.size && result; ++i) {
    for (std::size_t band = 0; band < bands_; ++band) keys[band] = rest.keys(band)[i];
    result = add({rest.pos()[i]}, rest.length(bands_)[i], keys.data());
  }
  memory_->release(block_bytes());
  return result;
}

void BandEntries::clear() {
  memory_->release(blocks_.size() * block_bytes());
  blocks_.clear();
  blocks_.shrink_to_fit();
  size_ = 0;
}

Result<void> BandEntries::save(const StateSink& sink) {
  std::string buffer;
  for (Block& block : blocks_) {
    if (block.saved == block.size) continue;
    buffer.resize((block.size - block.saved) * entry_bytes());
    char* out = buffer.data();
    for (std::size_t i = block.saved; i < block.size; ++i) {
      std::memcpy(out, block.pos() + i, 8);
      std::memcpy(out + 8, block.length(bands_) + i, 4);
      out += 12;
      for (std::size_t band = 0; band < bands_; ++band, out += 8) {
        std::memcpy(out, block.keys(band) + i, 8);
      }
    }
    CORPUS_CHECK(sink(buffer));
    block.saved = block.size;
  }
  return {};
}

Result<void> BandEntries::load(std::string_view bytes) {
  if (bytes.size() % entry_bytes() != 0) {
    return Error{Code::kCorrupt,
                 std::string(who_) + ": saved band keys are cut off; start again without --resume"};
  }
  std::vector<std::uint64_t> keys(bands_);
  for (; !bytes.empty(); bytes.remove_prefix(entry_bytes())) {
    RecordPos pos;
    std::uint32_t length = 0;
    std::memcpy(&pos.packed, bytes.data(), 8);
    std::memcpy(&length, bytes.data() + 8, 4);
    std::memcpy(keys.data(), bytes.data() + 12, 8 * bands_);
    CORPUS_CHECK(add(pos, length, keys.data()));
    blocks_.back().saved = blocks_.back().size;
  }
  return {};
}

}  // namespace corpus
