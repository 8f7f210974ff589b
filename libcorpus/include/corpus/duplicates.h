// Why a record of a corpus folder was dropped as a duplicate: which record stays instead, by which
// method, how similar they are, and both texts (docs/formats/clusters.md).
//
// Plain values; nothing is shared between calls. Needs a corpus of zstd shards, whose record
// indexes know where each record came from.
#ifndef CORPUS_DUPLICATES_H_
#define CORPUS_DUPLICATES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus {

struct DuplicateRecord {
  std::string position;  // "0:81234": input number and offset in it; "index:3:17" in an index
  std::string id;        // the source's own id, or empty
  std::string input;     // name of its input
  std::string json;      // the record's line; empty when it is not in the corpus
  // Every string of the record, by where it is: "messages/0/content" and its text.
  std::vector<std::pair<std::string, std::string>> texts;
};

struct Duplicate {
  DuplicateRecord dropped, stays;
  std::string reason;  // "dedup.minhash.near_duplicate"
  std::string method;
  Value evidence;  // the line of clusters.jsonl
  std::string stays_was_dropped;  // by a later stage, with this reason; empty: it was kept

  Value to_value() const;  // schemas/output.explain.json
};

// `id` is the id of the dropped record or its position. kNotFound when no duplicate of the corpus
// `dir` has it.
Result<Duplicate> explain_duplicate(const std::string& dir, std::string_view id);

}  // namespace corpus

#endif  // CORPUS_DUPLICATES_H_
