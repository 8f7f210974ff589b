// RecordKeys: what dedup.exact and dedup.minhash compare of a record, as 64-bit numbers.
//
// For an engine that brings the keys of many machines together (bindings/python, libcorpus.ray); within
// one run the stages do it themselves. Two records are duplicates
//
//   dedup.exact    when all of their numbers are equal,
//   dedup.minhash  when one of their numbers is equal, at the same place; and so is everything that is
//                  connected by such links.
//
// Of duplicates the first in input order stays.
//
// Threads: all methods may be called by many at once.
#ifndef CORPUS_RECORD_KEYS_H_
#define CORPUS_RECORD_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "corpus/batch.h"
#include "corpus/recipe.h"
#include "corpus/result.h"

namespace corpus {

class RecordKeys {
 public:
  virtual ~RecordKeys() = default;
  // Numbers of a record: 2 for dedup.exact, one a band for dedup.minhash.
  virtual std::size_t words() const = 0;
  // Appends a row for each record of a parsed batch that was not dropped and has something to compare:
  // its byte offset in its input, then its numbers. Needs Fields::kTurns.
  virtual void append(const Batch& batch, std::vector<std::uint64_t>& rows) const = 0;
};

// The stage is checked against its schema. What needs more than keys (index, verify, keep: longest,
// scope: turn) and any other stage is kUnsupported.
Result<std::unique_ptr<const RecordKeys>> make_record_keys(const StageSpec& stage);

}  // namespace corpus

#endif  // CORPUS_RECORD_KEYS_H_
