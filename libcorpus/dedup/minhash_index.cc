#include "dedup/minhash_index.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace corpus {
namespace {

// A band key of this run's, and whose it is. Ordered as the keys of an index.
struct OwnKey {
  std::uint64_t key;
  RecordPos pos;
  std::uint64_t entry;  // number in the BandIndex
  auto operator<=>(const OwnKey&) const = default;
};

}  // namespace

// A row of the index comes in two pieces: who stays for the record, when it is in a cluster, and
// what the run knows of the record itself.
struct MinhashIndex::Piece {
  enum Kind : std::uint64_t { kSurvivor, kWithNewKey, kWithout };
  IndexRow row;
  Kind kind = kSurvivor;
  bool operator<(const Piece& o) const {
    if (row.pos != o.row.pos) return row.pos < o.row.pos;
    return kind < o.kind;
  }
};

void put_id(std::string_view id, std::uint64_t* words) {
  ShortId cut = ShortId::of(id);
  std::memcpy(words, &cut, sizeof cut);
}

IndexPurpose bands_purpose(const MinhashOptions& options) {
  return {.kind = IndexKind::kBands, .options = options.identity.to_json()};
}

Result<void> MinhashIndex::find(BandIndex& entries, ExternalSort<Drop>& drops,
                                std::uint64_t* clusters) {
  auto n = static_cast<std::size_t>(entries.size());
  std::uint64_t bytes = n * sizeof(RecordPos) + n / 8;
  CORPUS_CHECK(memory_->reserve(bytes, who_));
  std::vector<RecordPos> seen(n, ClusterMember::kNotSeen);
  std::vector<bool> has_new_key(n);
  CORPUS_CHECK(index_.begin());
  CORPUS_CHECK(link(entries, seen, has_new_key));

  ExternalSort<Piece> rows(memory_, who_, path(".new"));
  CORPUS_CHECK(entries.each_row([&](std::uint32_t number, const std::uint64_t* row) -> Result<void> {
    Piece piece{.row = {}, .kind = has_new_key[number] ? Piece::kWithNewKey : Piece::kWithout};
    IndexRow& out = piece.row;
    out.pos = out.survivor = index_.global({row[0]});
    std::copy_n(row + layout_.sketch(), Sketch::kWords, out.sketch.words);
    std::memcpy(static_cast<void*>(&out.id), row + layout_.extra_at(), sizeof out.id);
    return rows.add(piece);
  }));
  ExternalSort<ClusterMember> members(memory_, who_, path(".members"));
  CORPUS_CHECK(entries.clusters(members, &seen));
  memory_->release(bytes);
  seen = {};
  CORPUS_CHECK(judge(members, drops, rows, clusters));
  CORPUS_CHECK(write_rows(rows));
  return index_.finish();
}

Result<void> MinhashIndex::link(BandIndex& entries, std::vector<RecordPos>& seen,
                                std::vector<bool>& has_new_key) {
  ExternalSort<OwnKey> keys(memory_, who_, path(".keys"));
  CORPUS_CHECK(entries.each_row([&](std::uint32_t number, const std::uint64_t* row) -> Result<void> {
    for (std::size_t band = 0; band < layout_.bands; ++band) {
      CORPUS_CHECK(keys.add({row[RowLayout::kKeys + band], {row[0]}, number}));
    }
    return {};
  }));
  IndexLookup<BandEntry> lookup(index_.before());
  bool first = true;
  std::uint64_t key = 0;
  RecordPos linked = ClusterMember::kNotSeen;
  return keys.drain([&](const OwnKey& own) -> Result<void> {
    if (first || own.key != key) {
      first = false;
      key = own.key;
      CORPUS_TRY(auto at, lookup.find({own.key, {}}));
      linked = at.value_or(ClusterMember::kNotSeen);
      if (!at) {
        CORPUS_CHECK(index_.key(BandEntry{own.key, index_.global(own.pos)}));
        has_new_key[own.entry] = true;
      }
    }
    seen[own.entry] = std::min(seen[own.entry], linked);
    return {};
  });
}

// Members come cluster by cluster, the best one first.
Result<void> MinhashIndex::judge(ExternalSort<ClusterMember>& members, ExternalSort<Drop>& drops,
                                 ExternalSort<Piece>& rows, std::uint64_t* clusters) {
  ClusterMember best;
  IndexRow stays;  // when the cluster is linked to the index
  SeenIndex::RowBuffer linked_row, survivor_row;
  *clusters = 0;
  return members.drain([&](const ClusterMember& member) -> Result<void> {
    bool linked = member.seen != ClusterMember::kNotSeen;
    bool begins = *clusters == 0 || member.cluster != best.cluster;
    if (begins) {
      best = member;
      ++*clusters;
      if (linked) {
        CORPUS_TRY(stays, index_.before().row(member.seen, linked_row));
        if (stays.survivor != stays.pos) {
          CORPUS_TRY(stays, index_.before().row(stays.survivor, survivor_row));
        }
      }
    }
    Piece piece;
    piece.row.pos = index_.global(member.pos);
    piece.row.survivor = linked ? stays.pos : index_.global(best.pos);
    CORPUS_CHECK(rows.add(piece));
    if (begins && !linked) return {};
    double estimate =
        Sketch::similarity(linked ? stays.sketch : best.sketch, member.sketch, hashes_);
    return drops.add({.pos = member.pos,
                      .of = linked ? stays.pos : best.pos,
                      .estimate = thousandths(estimate),
                      .in_index = linked});
  });
}

// Rows that a key or another row leads to.
Result<void> MinhashIndex::write_rows(ExternalSort<Piece>& rows) {
  IndexRow survivor;
  survivor.pos = ClusterMember::kNotSeen;
  return rows.drain([&](const Piece& piece) -> Result<void> {
    if (piece.kind == Piece::kSurvivor) {
      survivor = piece.row;
      return {};
    }
    IndexRow row = piece.row;
    if (survivor.pos == row.pos) row.survivor = survivor.survivor;
    bool stays_for_others = survivor.pos == row.pos && row.survivor == row.pos;
    if (piece.kind == Piece::kWithout && !stays_for_others) return {};
    return index_.row(row);
  });
}

}  // namespace corpus
