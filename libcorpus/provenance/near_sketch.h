// Bottom-k sketches of texts (Broder, "On the resemblance and containment of documents", 1997).
// Not the signatures of dedup.minhash: those are made for bands over a whole corpus, these to be
// written into an entry of a list and compared one by one.
#ifndef CORPUS_PROVENANCE_NEAR_SKETCH_H_
#define CORPUS_PROVENANCE_NEAR_SKETCH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus/record.h"

namespace corpus::provenance {

inline constexpr std::size_t kSketchSize = 128;
using Sketch = std::vector<std::uint64_t>;  // ascending, at most kSketchSize

class Sketcher {
 public:
  // Replaces `out`; empty when there are fewer than three words.
  void sketch(std::span<const Turn> turns, Sketch& out);

 private:
  std::vector<std::uint32_t> edges_;
  std::string word_;
};

// Estimate of the Jaccard likeness of the two texts' shingles; exact for short texts.
double likeness(const Sketch& a, const Sketch& b);

std::string print_sketch(const Sketch& sketch);  // 16 hex digits a hash
std::optional<Sketch> parse_sketch(std::string_view hex);

// Finds sketches that are like one another without comparing all.
class SketchIndex {
 public:
  void add(Sketch sketch);
  bool empty() const { return sketches_.empty(); }
  // The number of the likest sketch when it is at least `least` like; the first of equals.
  std::optional<std::size_t> find(const Sketch& sketch, double least) const;

 private:
  std::vector<Sketch> sketches_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_hash_;
};

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_NEAR_SKETCH_H_
