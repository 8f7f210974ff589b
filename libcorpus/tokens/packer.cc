#include "tokens/packer.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <set>
#include <utility>

namespace corpus::tokens {

Result<void> Packer::add(const Document& document) {
  if (length_ == 0) return emit_({&document, 1});
  assert(!document.ids.empty() && document.ids.size() <= length_);
  ids_.insert(ids_.end(), document.ids.begin(), document.ids.end());
  learn_.insert(learn_.end(), document.learn.begin(), document.learn.end());
  ends_.push_back(ids_.size());
  return ids_.size() < window_ ? Result<void>() : pack();
}

Result<void> Packer::finish() { return ends_.empty() ? Result<void>() : pack(); }

Result<void> Packer::pack() {
  auto begin_of = [&](std::uint32_t i) { return i == 0 ? 0 : ends_[i - 1]; };
  auto size_of = [&](std::uint32_t i) {
    return static_cast<std::uint32_t>(ends_[i] - begin_of(i));
  };
  std::vector<std::uint32_t> order(ends_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return size_of(a) > size_of(b); });

  std::vector<std::vector<std::uint32_t>> sequences;
  std::set<std::pair<std::uint32_t, std::uint32_t>> open;  // room left, sequence
  for (std::uint32_t document : order) {
    std::uint32_t size = size_of(document), room = length_;
    auto sequence = static_cast<std::uint32_t>(sequences.size());
    if (auto fit = open.lower_bound({size, 0}); fit != open.end()) {
      room = fit->first;
      sequence = fit->second;
      open.erase(fit);
    } else {
      sequences.emplace_back();
    }
    sequences[sequence].push_back(document);
    if (room > size) open.insert({room - size, sequence});
  }
  for (auto& sequence : sequences) std::sort(sequence.begin(), sequence.end());
  std::sort(sequences.begin(), sequences.end());

  std::vector<Document> documents;
  for (const auto& sequence : sequences) {
    documents.clear();
    for (std::uint32_t i : sequence) {
      documents.push_back({std::span(ids_).subspan(begin_of(i), size_of(i)),
                           std::span(learn_).subspan(begin_of(i), size_of(i))});
    }
    CORPUS_CHECK(emit_(documents));
  }
  ids_.clear();
  learn_.clear();
  ends_.clear();
  return {};
}

}  // namespace corpus::tokens
