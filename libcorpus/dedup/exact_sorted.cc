#include "dedup/exact_sorted.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "dedup/durable_sort.h"
#include "dedup/evidence.h"
#include "dedup/external_sort.h"
#include "dedup/position_list.h"
#include "dedup/turn_drops.h"
#include "text/content_key.h"

namespace corpus {
namespace {

struct KeyAt {
  Key128 key;
  RecordPos pos;
  auto operator<=>(const KeyAt&) const = default;
  static std::uint32_t fields() { return 0; }
  void set_id(std::string_view) {}
  ShortId short_id() const { return {}; }
};
static_assert(sizeof(KeyAt) == 24);

// For an index, which says whose key it is.
struct NamedKeyAt {
  Key128 key;
  RecordPos pos;
  ShortId id;
  auto operator<=>(const NamedKeyAt&) const = default;
  static std::uint32_t fields() { return Fields::kId; }
  void set_id(std::string_view text) { id = ShortId::of(text); }
  ShortId short_id() const { return id; }
};
static_assert(sizeof(NamedKeyAt) == 64);

Key128 turn_key(const Turn& turn, std::string& scratch) {
  return text::content_key({&turn, 1}, Scope::kText, scratch);
}

CountTurns turn_counter() {
  return [scratch = std::string()](const Record& record) mutable {
    return static_cast<std::size_t>(std::ranges::count_if(
        record.turns, [&](const Turn& turn) { return turn_key(turn, scratch) != Key128(); }));
  };
}

constexpr std::size_t kAtOnce = 1024;  // that a worker gathers before it takes the lock

template <typename Item>
class SortedExact final : public Fold {
 public:
  SortedExact(std::optional<std::size_t> column, MemoryBudget* memory, std::string_view who,
              std::string spill_path, std::unique_ptr<IndexWriter> index)
      : column_(column),
        memory_(memory),
        who_(who),
        spill_path_(std::move(spill_path)),
        keys_(new_sort()),
        index_(std::move(index)) {}

  std::uint32_t fields() const override {
    return Item::fields() | (column_ ? 0 : Fields::kTurns);
  }
  std::unique_ptr<State> partial() const override { return std::make_unique<Partial>(); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& [gathered, text] = static_cast<Partial&>(state);
    auto add = [&](const Record& record, Key128 key) {
      if (key == Key128()) return;
      Item& item = gathered.emplace_back();
      item.key = key;
      item.pos = record.pos;
      item.set_id(record.id);
    };
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.drop) continue;
      if (column_) {
        add(record, batch.columns[*column_][i]);
      } else {
        for (const Turn& turn : record.turns) add(record, turn_key(turn, text));
      }
    }
    return gathered.size() < kAtOnce ? Result<void>() : keys_->add(gathered);
  }
  Result<void> merge(std::unique_ptr<State> state) override {
    return keys_->add(static_cast<Partial&>(*state).keys);
  }

  Result<std::unique_ptr<Map>> finish() override {
    ExternalSort<Drop> drops(memory_, who_, path(".drops"));
    CORPUS_CHECK(index_ == nullptr ? find(drops) : find_with_index(drops));
    keys_ = new_sort();
    CORPUS_TRY(auto list, PositionList<Drop>::make(drops, memory_, who_, path(".list")));
    Reason reason = Reason::intern("dedup.exact.duplicate");
    if (!column_) return drop_repeated_turns(std::move(list), reason, kExactMethod, turn_counter);
    return drop_duplicates(
        std::move(list), reason, kExactMethod,
        index_ == nullptr ? std::vector<std::string>() : index_->before().inputs());
  }
  Result<void> commit() override { return index_ == nullptr ? Result<void>() : index_->publish(); }

  Result<void> save(const StateSink& sink) override {
    if (index_ != nullptr) CORPUS_CHECK(index_->mark());
    return keys_->save(sink);
  }
  Result<void> load(std::string_view bytes) override { return keys_->load(bytes); }

 private:
  struct Partial : State {
    std::vector<Item> keys;
    std::string text;  // scratch
  };

  std::string path(const char* ending) const {
    return spill_path_.empty() ? spill_path_ : spill_path_ + ending;
  }
  std::unique_ptr<DurableSort<Item>> new_sort() const {
    return std::make_unique<DurableSort<Item>>(memory_, who_, spill_path_, kSortedKeysEnding);
  }

  Result<void> find(ExternalSort<Drop>& drops) {
    Item first;
    return keys_->drain([&](const Item& item) -> Result<void> {
      if (item.key == first.key) return drops.add({.pos = item.pos, .of = first.pos});
      first = item;
      return {};
    });
  }

  Result<void> find_with_index(ExternalSort<Drop>& drops) {
    ExternalSort<IndexRow> rows(memory_, who_, path(".new"));
    IndexLookup<ContentEntry> seen(index_->before());
    CORPUS_CHECK(index_->begin());
    Drop of_first;  // of the others with its key
    Key128 key;
    CORPUS_CHECK(keys_->drain([&](const Item& item) -> Result<void> {
      if (item.key != key) {
        key = item.key;
        CORPUS_TRY(auto at, seen.find({item.key, {}}));
        of_first = {.of = at.value_or(item.pos), .in_index = at.has_value()};
        if (!at) {
          RecordPos pos = index_->global(item.pos);
          CORPUS_CHECK(index_->key(ContentEntry{item.key, pos}));
          return rows.add({.pos = pos, .survivor = pos, .sketch = {}, .id = item.short_id()});
        }
      }
      Drop drop = of_first;
      drop.pos = item.pos;
      return drops.add(drop);
    }));
    CORPUS_CHECK(rows.drain([&](const IndexRow& row) { return index_->row(row); }));
    return index_->finish();
  }

  std::optional<std::size_t> column_;  // none: each turn has a key of its own
  MemoryBudget* memory_;
  std::string_view who_;
  std::string spill_path_;
  std::unique_ptr<DurableSort<Item>> keys_;  // thread safe to add to
  std::unique_ptr<IndexWriter> index_;       // of earlier runs; null: none
};

}  // namespace

IndexPurpose content_purpose(const std::string& scope) {
  Value options;
  options.set("scope", scope);
  return {.kind = IndexKind::kContent, .options = options.to_json()};
}

std::unique_ptr<Fold> make_sorted_exact(std::optional<std::size_t> column, MemoryBudget* memory,
                                        std::string_view who, std::string spill_path,
                                        std::unique_ptr<IndexWriter> index) {
  if (index == nullptr) {
    return std::make_unique<SortedExact<KeyAt>>(column, memory, who, std::move(spill_path),
                                                nullptr);
  }
  return std::make_unique<SortedExact<NamedKeyAt>>(column, memory, who, std::move(spill_path),
                                                   std::move(index));
}

}  // namespace corpus
