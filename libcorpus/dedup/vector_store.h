// VectorStore: unit vectors of records, all in memory, and in a log for a restart.
//
// Memory: 4 bytes a dimension and 24 a record, accounted in the MemoryBudget. add() is thread safe;
// the order of what it was given does not matter after sort().
#ifndef CORPUS_DEDUP_VECTOR_STORE_H_
#define CORPUS_DEDUP_VECTOR_STORE_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"
#include "dedup/spill_file.h"

namespace corpus {

// In a fixed order, so that it is the same in every run.
float dot(const float* a, const float* b, std::size_t n);

class VectorStore : public Durable {
 public:
  // `path` is that of the log; empty: none. The budget, and what `who` views, outlive it.
  VectorStore(MemoryBudget* memory, std::string_view who, std::string path);
  ~VectorStore() override;
  VectorStore(const VectorStore&) = delete;
  VectorStore& operator=(const VectorStore&) = delete;

  // Scales it to length 1. False, and nothing is kept, when its length is 0 or no number. An Error
  // when it has another number of dimensions than those before.
  Result<bool> add(RecordPos pos, std::uint64_t rank, std::span<const float> vector);

  // The highest rank first, of equal ranks the first in the input.
  void sort();
  std::size_t size() const { return entries_.size(); }
  std::size_t dimensions() const { return dimensions_; }
  RecordPos pos(std::size_t i) const { return entries_[i].pos; }
  const float* vector(std::size_t i) const { return floats_.data() + entries_[i].at; }

  Result<void> save(const StateSink& sink) override;
  Result<void> load(std::string_view bytes) override;

 private:
  struct Entry {
    RecordPos pos;
    std::uint64_t rank;
    std::uint64_t at;  // of its first number
  };
  Result<void> put(RecordPos pos, std::uint64_t rank, std::span<const float> vector);
  Error other_dimensions(std::size_t n) const;

  MemoryBudget* memory_;
  std::string_view who_;
  std::mutex mutex_;
  SpillFile log_;
  bool logs_;
  std::size_t dimensions_ = 0;
  std::vector<Entry> entries_;
  std::vector<float> floats_;
  std::uint64_t accounted_ = 0;
  std::size_t saved_ = 0;  // entries in the log
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_VECTOR_STORE_H_
