// KeySet: a set of 128-bit keys, each with the record where it was first seen, that is asked
// millions of times a second.
//
// Open addressing with linear probing, cut by the top byte of the key into 256 tables that grow by
// half on their own at a load of 0.8. So at most 1/256 of the set is ever held twice, and a key
// costs 30 to 45 bytes, 37 on average. Keys have to be uniformly distributed (hashes); {0, 0} marks
// a free slot and is not a key.
//
// Memory is accounted in the MemoryBudget before it is taken. One thread at a time.
#ifndef CORPUS_DEDUP_KEY_SET_H_
#define CORPUS_DEDUP_KEY_SET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"

namespace corpus {

class KeySet {
 public:
  // `who` is named when the budget, which has to outlive the set, is exceeded.
  KeySet(MemoryBudget* memory, std::string_view who) : memory_(memory), who_(who) {}
  ~KeySet() { clear(); }
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;

  // Brings the memory that insert(key) will read closer. Worth it some 16 keys ahead.
  void prefetch(const Key128& key) const {
    const Table& table = tables_[key.hi >> 56];
    if (table.capacity != 0) __builtin_prefetch(table.slots.get() + slot(key, table.capacity));
  }

  // A key and the record where it was first seen.
  struct Entry {
    Key128 key;
    RecordPos pos;
  };

  enum class Inserted : std::uint8_t { kNew, kSeen, kNoMemory };
  // kSeen: first() says where. kNoMemory: the key is not in the set and could not be put there;
  // error() says why.
  Inserted insert(const Key128& key, RecordPos pos) {
    Table& table = tables_[key.hi >> 56];
    if (table.size >= table.limit) return insert_full(table, key, pos);
    Entry& at = find(table, key);
    if (at.key == key) {
      first_ = at.pos;
      return Inserted::kSeen;
    }
    at = {key, pos};
    ++table.size;
    return Inserted::kNew;
  }
  RecordPos first() const { return first_; }
  const Error& error() const { return error_; }

  std::uint64_t size() const;
  void clear();

  // In no particular order.
  template <typename F>
  Result<void> each(F&& f) const {
    for (const Table& table : tables_) {
      for (std::size_t i = 0; i < table.capacity; ++i) {
        if (table.slots[i].key != Key128()) CORPUS_CHECK(f(table.slots[i]));
      }
    }
    return {};
  }

 private:
  struct Table {
    std::unique_ptr<Entry[]> slots;
    std::size_t capacity = 0;
    std::size_t size = 0;
    std::size_t limit = 0;  // grow before it holds more
  };

  // The key's place if it is free: keys are spread over the table in their own order.
  static std::size_t slot(const Key128& key, std::size_t capacity) {
    return static_cast<std::size_t>(
        static_cast<unsigned __int128>(key.hi << 8 | key.lo >> 56) * capacity >> 64);
  }
  static Entry& find(const Table& table, const Key128& key) {
    std::size_t i = slot(key, table.capacity);
    while (table.slots[i].key != key && table.slots[i].key != Key128()) {
      if (++i == table.capacity) i = 0;
    }
    return table.slots[i];
  }
  Inserted insert_full(Table& table, const Key128& key, RecordPos pos);
  Result<void> grow(Table& table);

  MemoryBudget* memory_;
  std::string who_;
  std::array<Table, 256> tables_;
  RecordPos first_;
  Error error_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_KEY_SET_H_
