#include "stats/distinct_sample.h"

#include <utility>

namespace corpus {
namespace {

constexpr std::size_t kFirstSlots = 1024;

}  // namespace

DistinctSample::DistinctSample(std::size_t max_keys, MemoryBudget* memory)
    : max_keys_(max_keys), memory_(memory) {}

DistinctSample::~DistinctSample() { memory_->release(accounted_); }

void DistinctSample::add(std::uint64_t key, std::uint64_t count) {
  if (key == 0) key = ~std::uint64_t{0};
  if (!sampled(key)) return;
  while (size_ * 4 >= slots_.size() * 3) make_room();
  if (!sampled(key)) return;
  Slot& slot = find(key);
  if (slot.count == 0) {
    if (size_ == max_keys_) {
      raise_to(level_ + 1);
      add(key, count);
      return;
    }
    slot.key = key;
    ++size_;
  }
  slot.count += count;
}

void DistinctSample::merge(const DistinctSample& other) {
  if (other.level_ > level_) raise_to(other.level_);
  other.for_each([this](std::uint64_t key, std::uint64_t count) { add(key, count); });
}

void DistinctSample::raise_to(int level) {
  level_ = level;
  rehash(slots_.size());
}

void DistinctSample::clear() {
  memory_->release(accounted_);
  accounted_ = 0;
  slots_ = {};
  size_ = 0;
  level_ = 0;
}

std::uint64_t DistinctSample::duplicates() const {
  std::uint64_t extra = 0;
  for_each([&](std::uint64_t, std::uint64_t count) { extra += count - 1; });
  return extra << level_;
}

DistinctSample::Slot& DistinctSample::find(std::uint64_t key) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = (key * 0x9E3779B97F4A7C15U >> 20) & mask;
  while (slots_[i].count != 0 && slots_[i].key != key) i = (i + 1) & mask;
  return slots_[i];
}

void DistinctSample::make_room() {
  std::size_t bigger = slots_.empty() ? kFirstSlots : slots_.size() * 2;
  std::size_t bytes = bigger * sizeof(Slot);
  if (memory_->reserve(bytes, "stats.basic")) {
    rehash(bigger);
    memory_->release(accounted_);
    accounted_ = bytes;
  } else if (slots_.empty()) {
    rehash(bigger);  // small enough to be had even when the budget is spent
  } else {
    raise_to(level_ + 1);
  }
}

void DistinctSample::rehash(std::size_t slots) {
  std::vector<Slot> old(slots);
  std::swap(old, slots_);
  size_ = 0;
  for (const Slot& slot : old) {
    if (slot.count == 0 || !sampled(slot.key)) continue;
    find(slot.key) = slot;
    ++size_;
  }
}

}  // namespace corpus
