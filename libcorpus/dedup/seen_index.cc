#include "dedup/seen_index.h"

#include <utility>

#include "dedup/index_json.h"

namespace corpus {
namespace {

std::uint32_t entry_bytes(IndexKind kind) {
  return kind == IndexKind::kContent ? sizeof(ContentEntry) : sizeof(BandEntry);
}

Result<BlockFile> open_part(const std::string& path, std::uint32_t item, std::uint64_t items) {
  CORPUS_TRY(BlockFile file, BlockFile::open(path, item));
  if (file.items() == items) return file;
  return Error{Code::kCorrupt, path + ": is not the file that index.json means; restore the index "
                                      "from a copy, or make it anew from its inputs"};
}

}  // namespace

Result<IndexPurpose> SeenIndex::purpose_of(const std::string& dir) {
  CORPUS_TRY(IndexJson json, read_index_json(dir));
  return json.purpose;
}

Result<std::shared_ptr<SeenIndex>> SeenIndex::open(const std::string& dir,
                                                   const IndexPurpose& purpose) {
  // A writer may replace what index.json named a moment ago: then it names something else now.
  constexpr int kTries = 8;
  for (int i = 1;; ++i) {
    CORPUS_TRY(IndexJson json, read_index_json(dir));
    if (json.purpose != purpose) {
      std::string is = json.purpose.kind == IndexKind::kContent ? "dedup.exact" : "dedup.minhash";
      return Error{Code::kInvalidArgument, dir + ": is an index of " + is + " with " +
                                               json.purpose.options + ", not with " +
                                               purpose.options + "; give the same options, or "
                                               "another index"};
    }
    auto index = std::make_shared<SeenIndex>();
    index->dir_ = dir;
    index->inputs_ = std::move(json.inputs);
    index->last_first_ = json.last_first;
    index->last_checksum_ = json.last_checksum;
    auto load = [&]() -> Result<void> {
      for (const auto& g : json.generations) {
        std::string base = dir + "/" + g.name;
        CORPUS_TRY(BlockFile keys, open_part(base + ".keys", entry_bytes(purpose.kind), g.keys));
        CORPUS_TRY(BlockFile rows, open_part(base + ".rows", sizeof(IndexRow), g.records));
        index->generations_.push_back(
            {g.name, g.first_input, g.inputs, std::move(keys), std::move(rows)});
      }
      return {};
    };
    auto loaded = load();
    if (loaded) return index;
    if (loaded.error().code != Code::kNotFound || i == kTries) return std::move(loaded).error();
  }
}

std::uint64_t SeenIndex::records() const {
  std::uint64_t n = 0;
  for (const auto& g : generations_) n += g.rows.items();
  return n;
}

std::uint64_t SeenIndex::table_bytes() const {
  std::uint64_t n = 0;
  for (const auto& g : generations_) n += (g.keys.blocks() + g.rows.blocks()) * sizeof(BlockEntry);
  return n;
}

Result<void> SeenIndex::check() const {
  for (const auto& g : generations_) {
    CORPUS_CHECK(g.keys.check());
    CORPUS_CHECK(g.rows.check());
  }
  return {};
}

Result<IndexRow> SeenIndex::row(RecordPos pos, RowBuffer& buffer) const {
  auto after = std::upper_bound(
      generations_.begin(), generations_.end(), pos.input(),
      [](std::uint64_t input, const Generation& g) { return input < g.first_input; });
  if (after != generations_.begin()) {
    auto g = static_cast<std::size_t>(after - generations_.begin()) - 1;
    if (buffer.generation != g) buffer = {.generation = g, .block = {}};
    const BlockFile& rows = generations_[g].rows;
    if (rows.blocks() != 0) {
      CORPUS_CHECK(rows.read(rows.block_of(pos.packed), buffer.block));
      IndexRow probe;
      probe.pos = pos;
      const auto* begin = reinterpret_cast<const IndexRow*>(buffer.block.bytes.data());
      const auto* end = begin + buffer.block.bytes.size() / sizeof(IndexRow);
      const auto* at = std::lower_bound(begin, end, probe);
      if (at != end && at->pos == pos) return *at;
    }
  }
  return Error{Code::kCorrupt, dir_ + ": the index has a key of a record that it does not have; "
                                      "remove it and make it anew from its inputs"};
}

}  // namespace corpus
