#include "corpus/packing.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <set>
#include <tuple>

namespace corpus {

Packing pack(std::span<const std::uint32_t> lengths, std::uint32_t capacity) {
  std::vector<std::uint32_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return lengths[a] > lengths[b]; });

  std::vector<std::uint32_t> sequence_of(lengths.size());
  std::set<std::pair<std::uint32_t, std::uint32_t>> open;  // room left, sequence
  std::uint32_t sequences = 0;
  for (std::uint32_t document : order) {
    std::uint32_t length = lengths[document];
    assert(length <= capacity);
    auto fit = open.lower_bound({length, 0});
    std::uint32_t room = capacity, sequence = sequences;
    if (fit != open.end()) {
      std::tie(room, sequence) = *fit;
      open.erase(fit);
    } else {
      ++sequences;
    }
    sequence_of[document] = sequence;
    if (room > length) open.insert({room - length, sequence});
  }

  Packing out;
  out.starts.assign(sequences + 1, 0);
  for (std::uint32_t sequence : sequence_of) ++out.starts[sequence + 1];
  std::partial_sum(out.starts.begin(), out.starts.end(), out.starts.begin());
  out.documents.resize(lengths.size());
  std::vector<std::uint32_t> next(out.starts.begin(), out.starts.end() - 1);
  for (std::uint32_t document = 0; document < lengths.size(); ++document) {
    out.documents[next[sequence_of[document]]++] = document;
  }
  return out;
}

}  // namespace corpus
