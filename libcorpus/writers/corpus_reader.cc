#include <algorithm>

#include "corpus/shard.h"
#include "writers/clusters.h"
#include "writers/manifest.h"

namespace corpus {
namespace {

Result<ShardReader> open_part(const CorpusReader::Part& part) {
  if (!part.path.ends_with(".zst")) {
    return Error{Code::kUnsupported, part.path +
                                         ": only zstd parts have a record index; write the "
                                         "corpus with output.compress zstd"};
  }
  CORPUS_TRY(ShardReader reader, ShardReader::open(part.path));
  if (reader.records() != part.records) {
    return Error{Code::kCorrupt, part.path + ": holds " + std::to_string(reader.records()) +
                                     " records, the manifest says " + std::to_string(part.records)};
  }
  return reader;
}

}  // namespace

Result<CorpusReader> CorpusReader::open(const std::string& dir) { return open(dir, Lines::kKept); }

Result<CorpusReader> CorpusReader::open(const std::string& dir, Lines lines) {
  CORPUS_TRY(Manifest manifest, read_manifest(dir));
  CorpusReader out;
  for (const auto& file : manifest.files) {
    Lines kind = file.name.starts_with("rejects/") ? Lines::kRejected
                 : is_clusters_name(file.name)     ? Lines::kClusters
                                                   : Lines::kKept;
    if (kind != lines) continue;
    out.parts_.push_back({dir + "/" + file.name, out.records_, file.records});
    out.records_ += file.records;
  }
  return out;
}

Result<std::string> CorpusReader::get(std::uint64_t number) const {
  if (number >= records_) {
    return Error{Code::kNotFound, "record " + std::to_string(number) + ": the corpus holds " +
                                      std::to_string(records_) + ", counted from 0"};
  }
  auto after = std::upper_bound(parts_.begin(), parts_.end(), number,
                                [](std::uint64_t n, const Part& part) { return n < part.first; });
  const Part& part = *(after - 1);
  CORPUS_TRY(ShardReader reader, open_part(part));
  return reader.get(number - part.first);
}

Result<std::uint64_t> CorpusReader::find(std::string_view id) const {
  for (const auto& part : parts_) {
    CORPUS_TRY(ShardReader reader, open_part(part));
    auto found = reader.find(id);
    if (found) return part.first + *found;
    if (found.error().code != Code::kNotFound) return found;
  }
  return Error{Code::kNotFound, "no record of the corpus has the id '" + std::string(id) + "'"};
}

}  // namespace corpus
