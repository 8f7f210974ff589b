#include "dedup/band_entries.h"

#include <algorithm>
#include <bit>

namespace corpus {

double Sketch::similarity(const Sketch& a, const Sketch& b, std::size_t hashes) {
  std::size_t n = std::min(hashes, kMinima);
  int equal = 0;
  for (std::size_t w = 0; w < kWords; ++w) {
    std::uint64_t differ = a.words[w] ^ b.words[w];
    equal += 32 - std::popcount((differ | differ >> 1) & 0x5555555555555555);
  }
  equal -= static_cast<int>(kMinima - n);  // unused bits are 0 in both
  double share = static_cast<double>(equal) / static_cast<double>(n);
  return std::clamp((share - 0.25) / 0.75, 0.0, 1.0);
}

Result<void> BandEntries::make_room(std::size_t n) {
  while (blocks_.size() * kBlock < size_ + n) {
    CORPUS_CHECK(memory_->reserve(block_bytes(), who_));
    blocks_.emplace_back(new std::uint64_t[block_bytes() / 8]);
  }
  return {};
}

void BandEntries::add(const std::uint64_t* row) {
  std::uint64_t* block = blocks_[size_ / kBlock].get();
  for (std::size_t w = 0; w < layout_.words(); ++w) block[w * kBlock + size_ % kBlock] = row[w];
  ++size_;
}

void BandEntries::copy_row(std::size_t i, std::uint64_t* row) const {
  const std::uint64_t* block = blocks_[i / kBlock].get();
  for (std::size_t w = 0; w < layout_.words(); ++w) row[w] = block[w * kBlock + i % kBlock];
}

}  // namespace corpus
