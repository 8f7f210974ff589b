// index.json of a SeenIndex: printing and strict reading (docs/formats/index.md).
#ifndef CORPUS_DEDUP_INDEX_JSON_H_
#define CORPUS_DEDUP_INDEX_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "dedup/seen_index.h"

namespace corpus {

struct IndexJson {
  struct Generation {
    std::string name;
    std::uint64_t first_input = 0, inputs = 0, records = 0, keys = 0;
  };
  IndexPurpose purpose;
  std::vector<Generation> generations;
  std::vector<std::string> inputs;
  std::uint64_t last_first = 0, last_checksum = 0;
};

inline constexpr std::string_view kIndexJson = "index.json";

std::string print_index_json(const IndexJson& index);
// `path` is named in messages.
Result<IndexJson> parse_index_json(std::string_view text, const std::string& path);
Result<IndexJson> read_index_json(const std::string& dir);

}  // namespace corpus

#endif  // CORPUS_DEDUP_INDEX_JSON_H_
