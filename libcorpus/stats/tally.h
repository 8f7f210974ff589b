// What stats.basic counts: a value that adds up.
//
// Tallies of parts merge into the tally of the whole, in any order and grouping, and can be written
// down and read back. Not thread safe: one tally a worker.
#ifndef CORPUS_STATS_TALLY_H_
#define CORPUS_STATS_TALLY_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "corpus/record.h"
#include "stats/distinct_sample.h"

namespace corpus {

// Lengths of one kind, a record each.
struct Lengths {
  static constexpr int kBuckets = 48;
  std::uint64_t count = 0, sum = 0, min = ~std::uint64_t{0}, max = 0;
  // [0]: length 0; [k]: at least 2^(k-1) and below 2^k.
  std::array<std::uint64_t, kBuckets> log2{};

  void add(std::uint64_t length);
  void merge(const Lengths& other);
  void append_json(std::string& out) const;
};

// Counts by name for at most kNames names: those whose hashes are the smallest, so that which ones
// are kept does not depend on the order they come in. All others count as one.
class NameCounts {
 public:
  static constexpr std::size_t kNames = 10000;
  static constexpr std::size_t kNameBytes = 256;

  void add(std::string_view name, std::uint64_t count = 1);
  void merge(const NameCounts& other);
  void append_json(std::string& out) const;  // sorted by name, then "other" if any

  std::uint64_t other = 0;
  std::map<std::uint64_t, std::pair<std::string, std::uint64_t>> by_hash;

 private:
  std::pair<std::string, std::uint64_t>* last_ = nullptr;  // most records have their neighbour's
};

class Tally {
 public:
  Tally(std::size_t max_keys, MemoryBudget* memory) : keys_(max_keys, memory) {}

  void add(const Record& record, std::string& scratch);
  void merge(const Tally& other);
  void clear();

  std::string to_json() const;
  // Appends a self-delimiting form; read() takes one off the front of `bytes` and merges it, false
  // when they are not one.
  void write(std::string& out) const;
  bool read(std::string_view& bytes);

 private:
  static constexpr int kShapes = static_cast<int>(Shape::kMapped) + 1;
  static constexpr int kRoles = static_cast<int>(Role::kTool) + 1;
  enum Length { kTurns, kPromptChars, kPromptBytes, kResponseChars, kResponseBytes, kLengths };

  std::uint64_t records_ = 0, malformed_ = 0, bytes_ = 0;
  std::array<std::uint64_t, kShapes> shapes_{};
  std::array<std::uint64_t, kRoles> roles_{};
  std::array<Lengths, kLengths> lengths_;
  NameCounts teachers_;
  NameCounts malformed_by_;
  DistinctSample keys_;
};

}  // namespace corpus

#endif  // CORPUS_STATS_TALLY_H_
