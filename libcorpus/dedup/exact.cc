// dedup.exact: keeps the first of all records with the same content.
//
// A Map hashes each record's turns in scope (text/content_key.h), a Scan remembers the 128-bit keys
// in input order and drops a record whose key it has seen. Records without text in scope are kept.
// Two different contents get the same key with probability n^2 / 2^129 for n records. Memory: 20 to
// 30 bytes for each distinct record, plus 16 for each that is new since the last checkpoint.
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "corpus/component.h"
#include "dedup/key_set.h"
#include "text/content_key.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.exact";
static_assert(std::endian::native == std::endian::little, "keys are stored as they lie in memory");

class HashContent final : public Map {
 public:
  HashContent(Scope scope, std::size_t column) : scope_(scope), column_(column) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(); }

  Result<void> run(Batch& batch, State* state) const override {
    std::string& buffer = static_cast<Scratch*>(state)->buffer;
    auto& keys = batch.columns[column_];
    keys.assign(batch.records.size(), Key128());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Record& record = batch.records[i];
      if (!record.drop) keys[i] = text::content_key(record.turns, scope_, buffer);
    }
    return {};
  }

 private:
  struct Scratch : State {
    std::string buffer;
  };
  Scope scope_;
  std::size_t column_;
};

// What save() has not written yet, once there was a first save() that wrote everything. In pieces,
// so that it grows without being copied.
class NewKeys {
 public:
  explicit NewKeys(MemoryBudget* memory) : memory_(memory) {}
  ~NewKeys() { clear(); }
  NewKeys(const NewKeys&) = delete;
  NewKeys& operator=(const NewKeys&) = delete;

  Result<void> add(const Key128& key) {
    if (pieces_.empty() || used_ == kPiece) {
      CORPUS_CHECK(memory_->reserve(sizeof(Piece), kId));
      pieces_.push_back(std::make_unique<Piece>());
      used_ = 0;
    }
    (*pieces_.back())[used_++] = key;
    return {};
  }
  Result<void> write(const StateSink& sink) const {
    for (const auto& piece : pieces_) {
      std::size_t n = piece == pieces_.back() ? used_ : kPiece;
      CORPUS_CHECK(sink({reinterpret_cast<const char*>(piece->data()), n * sizeof(Key128)}));
    }
    return {};
  }
  void clear() {
    memory_->release(pieces_.size() * sizeof(Piece));
    pieces_.clear();
  }

 private:
  static constexpr std::size_t kPiece = 4096;
  using Piece = std::array<Key128, kPiece>;
  MemoryBudget* memory_;
  std::vector<std::unique_ptr<Piece>> pieces_;
  std::size_t used_ = 0;
};

class DropSeen final : public Scan {
 public:
  DropSeen(std::size_t column, MemoryBudget* memory)
      : column_(column), seen_(memory, kId), unsaved_(memory) {}

  Result<void> run(Batch& batch) override {
    const auto& keys = batch.columns[column_];
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i + kAhead < keys.size()) seen_.prefetch(keys[i + kAhead]);
      Record& record = batch.records[i];
      if (record.drop || keys[i] == Key128()) continue;
      CORPUS_TRY(bool is_new, insert(keys[i]));
      if (!is_new) record.drop = duplicate_;
    }
    return {};
  }

  void restart() override {
    seen_.clear();
    unsaved_.clear();
    saved_once_ = false;
  }

  Result<void> save(const StateSink& sink) override {
    if (saved_once_) {
      CORPUS_CHECK(unsaved_.write(sink));
      unsaved_.clear();
      return {};
    }
    saved_once_ = true;
    std::vector<Key128> some;
    some.reserve(kBuffer);
    auto flush = [&]() -> Result<void> {
      CORPUS_CHECK(
          sink({reinterpret_cast<const char*>(some.data()), some.size() * sizeof(Key128)}));
      some.clear();
      return {};
    };
    CORPUS_CHECK(seen_.each([&](const Key128& key) -> Result<void> {
      some.push_back(key);
      return some.size() < kBuffer ? Result<void>() : flush();
    }));
    return flush();
  }

  Result<void> load(std::string_view bytes) override {
    if (bytes.size() % sizeof(Key128) != 0) {
      return Error{Code::kCorrupt,
                   std::string(kId) + ": saved keys are cut off; start again without --resume"};
    }
    saved_once_ = true;
    std::size_t n = bytes.size() / sizeof(Key128);
    auto key = [&](std::size_t i) {
      Key128 k;
      std::memcpy(&k, bytes.data() + i * sizeof k, sizeof k);
      return k;
    };
    for (std::size_t i = 0; i < n; ++i) {
      if (i + kAhead < n) seen_.prefetch(key(i + kAhead));
      if (seen_.insert(key(i)) == KeySet::Inserted::kNoMemory) return seen_.error();
    }
    return {};
  }

 private:
  static constexpr std::size_t kAhead = 16;     // probes in flight
  static constexpr std::size_t kBuffer = 4096;  // keys a write

  Result<bool> insert(const Key128& key) {
    auto inserted = seen_.insert(key);
    if (inserted == KeySet::Inserted::kNoMemory) return seen_.error();
    if (inserted == KeySet::Inserted::kNew && saved_once_) CORPUS_CHECK(unsaved_.add(key));
    return inserted == KeySet::Inserted::kNew;
  }

  std::size_t column_;
  KeySet seen_;
  NewKeys unsaved_;
  bool saved_once_ = false;  // from then on new keys are gathered for the next save()
  Reason duplicate_ = Reason::intern("dedup.exact.duplicate");
};

}  // namespace

Result<Stages> make_dedup_exact(const Value& options, BuildContext& context) {
  CORPUS_TRY(Scope scope, parse_scope(options.get("scope", "text")));
  std::size_t column = context.new_column();
  return stages(std::make_unique<HashContent>(scope, column),
                std::make_unique<DropSeen>(column, context.memory));
}

}  // namespace corpus
