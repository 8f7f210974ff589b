// Tags or edits of a batch, grouped by record.
//
// Stages append them in their own order, so a batch holds one run of tags for each stage. This is a
// stable counting sort of their positions: linear, and its memory is reused from batch to batch.
#ifndef CORPUS_WRITERS_BY_RECORD_H_
#define CORPUS_WRITERS_BY_RECORD_H_

#include <cstdint>
#include <span>
#include <vector>

namespace corpus {

class ByRecord {
 public:
  // Item: has a member `record` below `records`. Costs nothing when there are no items.
  template <typename Item>
  void build(const std::vector<Item>& items, std::size_t records) {
    order_.resize(items.size());
    if (items.empty()) return;
    begin_.assign(records + 2, 0);
    for (const auto& item : items) ++begin_[item.record + 2];
    for (std::size_t i = 2; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
    for (std::size_t k = 0; k < items.size(); ++k) {
      order_[begin_[items[k].record + 1]++] = static_cast<std::uint32_t>(k);
    }
  }

  // Positions of the record's items, in the order they were added.
  std::span<const std::uint32_t> of(std::size_t record) const {
    if (order_.empty()) return {};
    return std::span(order_).subspan(begin_[record], begin_[record + 1] - begin_[record]);
  }

 private:
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> order_;
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_BY_RECORD_H_
