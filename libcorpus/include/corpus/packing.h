// Packing documents into sequences of at most `capacity` tokens without cutting any: best fit decreasing,
// the longest document first, each into the fullest sequence that still has room (Ding et al. 2024, "Fewer
// Truncations Improve Language Modeling"). Offline: all lengths are known.
#ifndef CORPUS_PACKING_H_
#define CORPUS_PACKING_H_

#include <cstdint>
#include <span>
#include <vector>

namespace corpus {

// Sequence i holds documents[starts[i] .. starts[i+1]), in ascending order.
struct Packing {
  std::vector<std::uint32_t> documents;
  std::vector<std::uint32_t> starts = {0};

  std::size_t size() const { return starts.size() - 1; }
  std::span<const std::uint32_t> sequence(std::size_t i) const {
    return {documents.data() + starts[i], documents.data() + starts[i + 1]};
  }
};

// lengths[i] <= capacity. Deterministic: ties go to the earlier document and the earlier sequence.
Packing pack(std::span<const std::uint32_t> lengths, std::uint32_t capacity);

}  // namespace corpus

#endif  // CORPUS_PACKING_H_
