// A persistent index of what earlier runs had: keys of records, and for each record where it came
// from and which one stayed for it. docs/formats/index.md has the bytes, docs/adr/0016 the reasons.
//
//   DIR/index.json   what it is an index of, its generations and the names of all inputs
//   DIR/g-A-B.keys   of the inputs A .. B-1: key -> record, in the order of the keys
//   DIR/g-A-B.rows   the records, in input order
//   DIR/lock         held by the one process that writes
//
// Files are never changed. A run adds a generation; while the one before it is not at least twice
// as large the two become one, so that n records are in log2(n) generations. index.json is replaced
// by rename: readers see the index before a run or after it, and keep what they have opened.
//
// Positions (RecordPos) in an index count inputs through all runs. Of a key only the first record
// is stored.
#ifndef CORPUS_DEDUP_SEEN_INDEX_H_
#define CORPUS_DEDUP_SEEN_INDEX_H_

#include <algorithm>
#include <compare>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"
#include "dedup/band_entries.h"
#include "dedup/block_file.h"

namespace corpus {

// A record's own id; what is longer is cut.
struct ShortId {
  static constexpr std::size_t kMost = 39;
  std::uint8_t size = 0;
  char bytes[kMost] = {};

  static ShortId of(std::string_view id) {
    ShortId out;
    out.size = static_cast<std::uint8_t>(std::min(id.size(), kMost));
    std::copy_n(id.data(), out.size, out.bytes);
    return out;
  }
  std::string_view view() const { return {bytes, std::min<std::size_t>(size, kMost)}; }
  auto operator<=>(const ShortId&) const = default;
};
static_assert(sizeof(ShortId) == 40);

struct IndexRow {
  RecordPos pos;
  RecordPos survivor;  // who stayed for it; `pos` itself when it did
  Sketch sketch;       // zero in an index of dedup.exact
  ShortId id;
  bool operator<(const IndexRow& o) const { return pos < o.pos; }
};
static_assert(sizeof(IndexRow) == 88);

// What .keys hold. Ordered by key.
struct ContentEntry {  // dedup.exact
  Key128 key;
  RecordPos pos;
  std::uint64_t first() const { return key.lo; }
  bool same_key(const ContentEntry& o) const { return key == o.key; }
  auto operator<=>(const ContentEntry&) const = default;
};
struct BandEntry {  // dedup.minhash: the key of one band
  std::uint64_t key = 0;
  RecordPos pos;
  std::uint64_t first() const { return key; }
  bool same_key(const BandEntry& o) const { return key == o.key; }
  auto operator<=>(const BandEntry&) const = default;
};
static_assert(sizeof(ContentEntry) == 24 && sizeof(BandEntry) == 16);

enum class IndexKind : std::uint8_t { kContent, kBands };

// What an index is of. Two runs may use one index only when all of this is equal.
struct IndexPurpose {
  IndexKind kind = IndexKind::kContent;
  std::string options;  // all that decides the keys, for people too: "scope text, 5 words, ..."
  bool operator==(const IndexPurpose&) const = default;
};

class SeenIndex {
 public:
  // The index as it is now. kNotFound when there is none; kUnsupported when another version wrote
  // it; kInvalidArgument when it is of something else.
  static Result<std::shared_ptr<SeenIndex>> open(const std::string& dir,
                                                 const IndexPurpose& purpose);
  // What index.json says of any index.
  static Result<IndexPurpose> purpose_of(const std::string& dir);

  const std::string& dir() const { return dir_; }
  const std::vector<std::string>& inputs() const { return inputs_; }
  std::uint64_t records() const;
  std::uint64_t table_bytes() const;  // of memory
  // Takes no notice of records of later inputs.
  void limit_inputs(std::size_t most) { most_inputs_ = most; }

  // Reads and checks every byte.
  Result<void> check() const;

  struct RowBuffer {
    std::size_t generation = 0;
    BlockFile::Buffer block;
  };
  // kCorrupt when it is not there: keys name records that are.
  Result<IndexRow> row(RecordPos pos, RowBuffer& buffer) const;

 private:
  friend class IndexWriter;
  template <typename Entry>
  friend class IndexLookup;

  struct Generation {
    std::string name;  // of its files, before their endings
    std::uint64_t first_input = 0, inputs = 0;
    BlockFile keys, rows;
  };
  bool known(RecordPos pos) const { return pos.input() < most_inputs_; }

  std::string dir_;
  std::vector<Generation> generations_;
  std::vector<std::string> inputs_;
  std::size_t most_inputs_ = ~std::size_t{0};
  // Of the generation that was added last, before it was merged.
  std::uint64_t last_first_ = 0, last_checksum_ = 0;
};

// Looks keys up; cheapest in ascending order: then each block is read at most once. One thread at a
// time; the index has to outlive it.
template <typename Entry>
class IndexLookup {
 public:
  explicit IndexLookup(const SeenIndex& index)
      : index_(&index), buffers_(index.generations_.size()) {}

  // The record stored with the probe's key.
  Result<std::optional<RecordPos>> find(const Entry& probe) {
    for (std::size_t g = 0; g < buffers_.size(); ++g) {
      const BlockFile& file = index_->generations_[g].keys;
      if (file.blocks() == 0) continue;
      for (std::size_t block = file.block_of(probe.first());; --block) {
        CORPUS_CHECK(file.read(block, buffers_[g]));
        const Entry* begin = reinterpret_cast<const Entry*>(buffers_[g].bytes.data());
        const Entry* end = begin + buffers_[g].bytes.size() / sizeof(Entry);
        Entry least = probe;
        least.pos = {};
        const Entry* at = std::lower_bound(begin, end, least);
        if (at != end && at->same_key(probe) && index_->known(at->pos)) {
          return std::optional<RecordPos>(at->pos);
        }
        // Keys that begin alike may go over the border of two blocks.
        if (block == 0 || file.first(block) != probe.first()) break;
      }
    }
    return std::optional<RecordPos>();
  }

 private:
  const SeenIndex* index_;
  std::vector<BlockFile::Buffer> buffers_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_SEEN_INDEX_H_
