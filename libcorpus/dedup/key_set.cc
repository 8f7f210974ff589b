#include "dedup/key_set.h"

#include <algorithm>
#include <utility>

namespace corpus {
namespace {

constexpr std::size_t kFirstCapacity = 16;

}  // namespace

std::uint64_t KeySet::size() const {
  std::uint64_t n = 0;
  for (const Table& table : tables_) n += table.size;
  return n;
}

void KeySet::clear() {
  for (Table& table : tables_) {
    memory_->release(table.capacity * sizeof(Key128));
    table = Table();
  }
}

KeySet::Inserted KeySet::insert_full(Table& table, const Key128& key) {
  if (table.capacity != 0 && find(table, key) == key) return Inserted::kSeen;
  if (auto grown = grow(table); !grown) {
    error_ = std::move(grown).error();
    return Inserted::kNoMemory;
  }
  find(table, key) = key;
  ++table.size;
  return Inserted::kNew;
}

Result<void> KeySet::grow(Table& table) {
  Table bigger;
  bigger.capacity = std::max(kFirstCapacity, table.capacity + table.capacity / 2);
  bigger.size = table.size;
  bigger.limit = bigger.capacity / 5 * 4;
  CORPUS_CHECK(memory_->reserve(bigger.capacity * sizeof(Key128), who_));
  bigger.slots = std::make_unique<Key128[]>(bigger.capacity);
  for (std::size_t i = 0; i < table.capacity; ++i) {
    if (table.slots[i] != Key128()) find(bigger, table.slots[i]) = table.slots[i];
  }
  memory_->release(table.capacity * sizeof(Key128));
  table = std::move(bigger);
  return {};
}

}  // namespace corpus
