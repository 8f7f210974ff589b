// UnionFind: disjoint sets over 0 .. n-1. A set is named by its least element, so names depend on
// nothing else. 4 bytes an element; finding halves paths (Tarjan and van Leeuwen, 1984).
#ifndef CORPUS_DEDUP_UNION_FIND_H_
#define CORPUS_DEDUP_UNION_FIND_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace corpus {

class UnionFind {
 public:
  using Element = std::uint32_t;

  explicit UnionFind(std::size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), 0); }
  Element find(Element i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void unite(Element i, Element j) {
    i = find(i);
    j = find(j);
    parent_[std::max(i, j)] = std::min(i, j);
  }
  std::size_t size() const { return parent_.size(); }

 private:
  std::vector<Element> parent_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_UNION_FIND_H_
