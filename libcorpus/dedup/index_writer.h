// IndexWriter: adds what one run found to a SeenIndex, or makes a new one.
//
//   open      takes the lock; before() is the index that the run is compared with
//   key, row  what the run adds, in the order of the files; on disk when finish() returns
//   publish   makes it part of the index; once the run's output is written
//
// A killed run leaves files that no index.json names; the next writer removes them. A run that is
// resumed goes on with the index as it was when it began (the marker in its work folder says how
// many inputs that had), finds what it had published itself, and does not publish twice.
// One thread at a time.
#ifndef CORPUS_DEDUP_INDEX_WRITER_H_
#define CORPUS_DEDUP_INDEX_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/result.h"
#include "dedup/seen_index.h"

namespace corpus {

// Of a stage whose files begin with `spill_path`.
inline std::string index_marker(const std::string& spill_path) {
  return spill_path.empty() ? spill_path : spill_path + ".index";
}

class IndexWriter {
 public:
  // `inputs` are the names of the run's inputs, `marker` a path in its work folder or empty.
  static Result<std::unique_ptr<IndexWriter>> open(const std::string& dir, IndexPurpose purpose,
                                                   std::vector<std::string> inputs,
                                                   std::string marker, MemoryBudget* memory);
  ~IndexWriter();
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;

  const SeenIndex& before() const { return *before_; }
  // The run's own record, as the index counts.
  RecordPos global(RecordPos pos) const {
    return RecordPos::make(first_input_ + pos.input(), pos.offset());
  }
  // Writes the marker; to be called when the state of the run is saved.
  Result<void> mark();

  Result<void> begin();
  template <typename Entry>
  Result<void> key(const Entry& entry) {
    return keys_->append({reinterpret_cast<const char*>(&entry), sizeof entry});
  }
  Result<void> row(const IndexRow& row) {
    return rows_->append({reinterpret_cast<const char*>(&row), sizeof row});
  }
  Result<void> finish();
  Result<void> publish();

 private:
  IndexWriter() = default;
  Result<void> lock();
  Result<void> remove_leftovers() const;
  Result<void> merge(const std::vector<SeenIndex::Generation>& parts, const std::string& name) const;
  template <typename Entry>
  Result<void> merge_keys(const std::vector<SeenIndex::Generation>& parts,
                          const std::string& path) const;
  std::string path(const std::string& name) const { return dir_ + "/" + name; }

  std::string dir_;
  IndexPurpose purpose_;
  std::vector<std::string> inputs_;
  std::string marker_;
  MemoryBudget* memory_ = nullptr;
  std::uint64_t accounted_ = 0;
  int lock_ = -1;
  bool marked_ = false;
  std::shared_ptr<SeenIndex> before_;
  std::uint64_t first_input_ = 0;
  std::optional<BlockFileWriter> keys_, rows_;
  std::uint64_t checksum_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_INDEX_WRITER_H_
