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
    memory_->release(table.capacity * sizeof(Entry));
    table = Table();
  }
}

KeySet::Inserted KeySet::insert_full(Table& table, const Key128& key, RecordPos pos) {
  if (table.capacity != 0) {
    const Entry& at = find(table, key);
    if (at.key == key) {
      first_ = at.pos;
      return Inserted::kSeen;
    }
  }
  if (auto grown = grow(table); !grown) {
    error_ = std::move(grown).error();
    return Inserted::kNoMemory;
  }
  find(table, key) = {key, pos};
  ++table.size;
  return Inserted::kNew;
}

Result<void> KeySet::grow(Table& table) {
  Table bigger;
  bigger.capacity = std::max(kFirstCapacity, table.capacity + table.capacity / 2);
  bigger.size = table.size;
  bigger.limit = bigger.capacity / 5 * 4;
  CORPUS_CHECK(memory_->reserve(bigger.capacity * sizeof(Entry), who_));
  bigger.slots = std::make_unique<Entry[]>(bigger.capacity);
  for (std::size_t i = 0; i < table.capacity; ++i) {
    const Entry& entry = table.slots[i];
    if (entry.key != Key128()) find(bigger, entry.key) = entry;
  }
  memory_->release(table.capacity * sizeof(Entry));
  table = std::move(bigger);
  return {};
}

}  // namespace corpus
