#include "provenance/near_sketch.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "text/words.h"

namespace corpus::provenance {
namespace {

constexpr std::size_t kShingle = 3;

// The smallest kSketchSize distinct ones, ascending.
void cut(Sketch& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  if (hashes.size() > kSketchSize) hashes.resize(kSketchSize);
}

}  // namespace

void Sketcher::sketch(std::span<const Turn> turns, Sketch& out) {
  out.clear();
  std::uint64_t last[kShingle] = {};
  std::size_t words = 0;
  for (const Turn& turn : turns) {
    text::for_each_word(turn.text, edges_, [&](std::string_view word) {
      word_.assign(word);
      for (char& c : word_) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 'a' - 'A');
      }
      last[words++ % kShingle] = hash64(word_);
      if (words < kShingle) return;
      std::uint64_t run[kShingle];
      for (std::size_t i = 0; i < kShingle; ++i) run[i] = last[(words + i) % kShingle];
      out.push_back(hash64({reinterpret_cast<const char*>(run), sizeof run}));
      if (out.size() >= 64 * kSketchSize) cut(out);  // of a long text only the smallest are kept
    });
  }
  cut(out);
}

double likeness(const Sketch& a, const Sketch& b) {
  // The smallest hashes of the union; how many of them are in both.
  std::size_t i = 0, j = 0, both = 0, all = 0;
  while (all < kSketchSize && (i < a.size() || j < b.size())) {
    if (j == b.size() || (i < a.size() && a[i] < b[j])) {
      ++i;
    } else if (i == a.size() || b[j] < a[i]) {
      ++j;
    } else {
      ++both, ++i, ++j;
    }
    ++all;
  }
  return all == 0 ? 0 : static_cast<double>(both) / static_cast<double>(all);
}

std::string print_sketch(const Sketch& sketch) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::uint64_t hash : sketch) {
    for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[hash >> shift & 15];
  }
  return out;
}

std::optional<Sketch> parse_sketch(std::string_view hex) {
  Sketch out;
  if (hex.size() % 16 != 0 || hex.size() > 16 * kSketchSize) return std::nullopt;
  for (; !hex.empty(); hex.remove_prefix(16)) {
    std::uint64_t hash = 0;
    auto [end, error] = std::from_chars(hex.data(), hex.data() + 16, hash, 16);
    if (error != std::errc() || end != hex.data() + 16) return std::nullopt;
    if (!out.empty() && hash <= out.back()) return std::nullopt;
    out.push_back(hash);
  }
  return out;
}

void SketchIndex::add(Sketch sketch) {
  auto number = static_cast<std::uint32_t>(sketches_.size());
  for (std::uint64_t hash : sketch) by_hash_[hash].push_back(number);
  sketches_.push_back(std::move(sketch));
}

std::optional<std::size_t> SketchIndex::find(const Sketch& sketch, double least) const {
  std::vector<std::uint32_t> met;
  for (std::uint64_t hash : sketch) {
    auto at = by_hash_.find(hash);
    if (at != by_hash_.end()) met.insert(met.end(), at->second.begin(), at->second.end());
  }
  std::sort(met.begin(), met.end());
  met.erase(std::unique(met.begin(), met.end()), met.end());
  std::optional<std::size_t> best;
  for (std::uint32_t number : met) {
    double like = likeness(sketch, sketches_[number]);
    if (like < least) continue;
    least = like;
    if (!best || like > likeness(sketch, sketches_[*best])) best = number;
  }
  return best;
}

}  // namespace corpus::provenance
