// dedup.exact: keeps the first of all records with the same content.
//
// A Map hashes each record's turns in scope (text/content_key.h). Then either a Scan remembers the
// 128-bit keys in input order and drops a record whose key it has seen; or, when the keys may not
// fit into memory, a Fold sorts them (dedup/exact_sorted.h), which takes a pass more and drops the
// same records. `scope: turn` takes the Fold too, with a key for each turn (dedup/turn_drops.h).
// Records without text in scope are kept. Two different contents get the same key
// with probability n^2 / 2^129 for n records. Memory of the Scan: 30 to 45 bytes for each distinct
// record, plus 24 for each that is new since the last checkpoint.
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "dedup/evidence.h"
#include "dedup/exact_sorted.h"
#include "dedup/hash_content.h"
#include "dedup/key_set.h"
#include "io/file.h"

namespace corpus {
namespace {

constexpr std::string_view kId = "dedup.exact";
constexpr const char* kScanEnding = ".scan";
static_assert(std::endian::native == std::endian::little, "keys are stored as they lie in memory");

// What save() has not written yet, once there was a first save() that wrote everything. In pieces,
// so that it grows without being copied.
class NewKeys {
 public:
  explicit NewKeys(MemoryBudget* memory) : memory_(memory) {}
  ~NewKeys() { clear(); }
  NewKeys(const NewKeys&) = delete;
  NewKeys& operator=(const NewKeys&) = delete;

  Result<void> add(const KeySet::Entry& entry) {
    if (pieces_.empty() || used_ == kPiece) {
      CORPUS_CHECK(memory_->reserve(sizeof(Piece), kId));
      pieces_.push_back(std::make_unique<Piece>());
      used_ = 0;
    }
    (*pieces_.back())[used_++] = entry;
    return {};
  }
  Result<void> write(const StateSink& sink) const {
    for (const auto& piece : pieces_) {
      std::size_t n = piece == pieces_.back() ? used_ : kPiece;
      CORPUS_CHECK(sink({reinterpret_cast<const char*>(piece->data()), n * sizeof(KeySet::Entry)}));
    }
    return {};
  }
  void clear() {
    memory_->release(pieces_.size() * sizeof(Piece));
    pieces_.clear();
  }

 private:
  static constexpr std::size_t kPiece = 4096;
  using Piece = std::array<KeySet::Entry, kPiece>;
  MemoryBudget* memory_;
  std::vector<std::unique_ptr<Piece>> pieces_;
  std::size_t used_ = 0;
};

class DropSeen final : public Scan {
 public:
  DropSeen(std::size_t column, MemoryBudget* memory, std::string marker)
      : column_(column), marker_(std::move(marker)), seen_(memory, kId), unsaved_(memory) {}

  Result<void> run(Batch& batch) override {
    const auto& keys = batch.columns[column_];
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i + kAhead < keys.size()) seen_.prefetch(keys[i + kAhead]);
      Record& record = batch.records[i];
      if (record.drop || keys[i] == Key128()) continue;
      CORPUS_TRY(bool is_new, insert({keys[i], record.pos}));
      if (is_new) continue;
      record.drop = duplicate_;
      tag_duplicate(batch, i, {.pos = record.pos, .of = seen_.first()}, kExactMethod);
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
    if (!marker_.empty()) CORPUS_CHECK(io::File::create(marker_));
    std::vector<KeySet::Entry> some;
    some.reserve(kBuffer);
    auto flush = [&]() -> Result<void> {
      CORPUS_CHECK(
          sink({reinterpret_cast<const char*>(some.data()), some.size() * sizeof(KeySet::Entry)}));
      some.clear();
      return {};
    };
    CORPUS_CHECK(seen_.each([&](const KeySet::Entry& entry) -> Result<void> {
      some.push_back(entry);
      return some.size() < kBuffer ? Result<void>() : flush();
    }));
    return flush();
  }

  Result<void> load(std::string_view bytes) override {
    constexpr std::size_t kSize = sizeof(KeySet::Entry);
    if (bytes.size() % kSize != 0) {
      return Error{Code::kCorrupt,
                   std::string(kId) + ": saved keys are cut off; start again without --resume"};
    }
    saved_once_ = true;
    std::size_t n = bytes.size() / kSize;
    auto entry = [&](std::size_t i) {
      KeySet::Entry e;
      std::memcpy(&e, bytes.data() + i * kSize, kSize);
      return e;
    };
    for (std::size_t i = 0; i < n; ++i) {
      if (i + kAhead < n) seen_.prefetch(entry(i + kAhead).key);
      KeySet::Entry e = entry(i);
      if (seen_.insert(e.key, e.pos) == KeySet::Inserted::kNoMemory) return seen_.error();
    }
    return {};
  }

 private:
  static constexpr std::size_t kAhead = 16;     // probes in flight
  static constexpr std::size_t kBuffer = 4096;  // keys a write

  Result<bool> insert(const KeySet::Entry& entry) {
    auto inserted = seen_.insert(entry.key, entry.pos);
    if (inserted == KeySet::Inserted::kNoMemory) return seen_.error();
    if (inserted == KeySet::Inserted::kNew && saved_once_) CORPUS_CHECK(unsaved_.add(entry));
    return inserted == KeySet::Inserted::kNew;
  }

  std::size_t column_;
  std::string marker_;  // a file that says that this run has a Scan
  KeySet seen_;
  NewKeys unsaved_;
  bool saved_once_ = false;  // from then on new keys are gathered for the next save()
  Reason duplicate_ = Reason::intern("dedup.exact.duplicate");
};

// Whether the table of keys could outgrow its share. How many records there are is not known before
// they are read: even compressed, fewer than one for each kStoredBytes of input is usual.
bool may_outgrow(std::uint64_t input_bytes, const MemoryBudget& memory) {
  constexpr std::uint64_t kStoredBytes = 256;
  constexpr std::uint64_t kKeyBytes = 45;
  return memory.limit() != 0 && input_bytes / kStoredBytes * kKeyBytes > memory.limit() / 2;
}

// A run that goes on has to go on the same way, whatever --memory it is given now: what it saved
// last time says which.
bool sort_on_disk(const std::string& option, const std::string& spill_path,
                  const BuildContext& context) {
  if (option != "auto") return option == "always";
  if (!spill_path.empty() && io::exists(spill_path + kSortedKeysEnding)) return true;
  if (!spill_path.empty() && io::exists(spill_path + kScanEnding)) return false;
  return may_outgrow(context.input_bytes, *context.memory);
}

}  // namespace

Result<Stages> make_dedup_exact(const Value& options, BuildContext& context) {
  std::string spill_path = context.new_spill_path();
  if (options.get("scope", "text") == "turn") {
    if (!options.get("index", "").empty() || options.get("out_of_core", "auto") == "never") {
      return Error{Code::kInvalidArgument,
                   "scope: turn sorts the keys of all turns and has no index: leave out index and "
                   "out_of_core: never"};
    }
    return stages(make_sorted_exact(std::nullopt, context.memory, kId, std::move(spill_path), nullptr));
  }
  CORPUS_TRY(Scope scope, parse_scope(options.get("scope", "text")));
  std::size_t column = context.new_column();
  auto hash = std::make_unique<HashContent>(scope, column);
  if (std::string dir = options.get("index", ""); !dir.empty()) {
    CORPUS_TRY(auto index, IndexWriter::open(dir, content_purpose(options.get("scope", "text")),
                                             context.inputs, index_marker(spill_path),
                                             context.memory));
    return stages(std::move(hash), make_sorted_exact(column, context.memory, kId,
                                                     std::move(spill_path), std::move(index)));
  }
  if (sort_on_disk(options.get("out_of_core", "auto"), spill_path, context)) {
    return stages(std::move(hash),
                  make_sorted_exact(column, context.memory, kId, std::move(spill_path),
                                    nullptr));
  }
  std::string marker = spill_path.empty() ? spill_path : spill_path + kScanEnding;
  return stages(std::move(hash),
                std::make_unique<DropSeen>(column, context.memory, std::move(marker)));
}

}  // namespace corpus
