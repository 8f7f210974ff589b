#include "tokens/packer.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "corpus/packing.h"

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
  std::vector<std::uint32_t> sizes(ends_.size());
  for (std::uint32_t i = 0; i < sizes.size(); ++i) sizes[i] = size_of(i);
  const Packing packing = corpus::pack(sizes, length_);
  std::vector<std::uint32_t> order(packing.size());  // by their first documents
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return packing.sequence(a)[0] < packing.sequence(b)[0]; });

  std::vector<Document> documents;
  for (std::uint32_t sequence : order) {
    documents.clear();
    for (std::uint32_t i : packing.sequence(sequence)) {
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
