// Verdicts: what one pass decided about every record, to be replayed in the next.
//
// Run-length coded reasons, batch by batch: about a byte for each change between kept and dropped. It
// is a cache: when it grows over its bound, or after a restart, it is empty and the stages simply run
// again, with the same outcome. append() is serial and in order; replay() is a Scan.
#ifndef CORPUS_EXEC_VERDICTS_H_
#define CORPUS_EXEC_VERDICTS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "corpus/component.h"

namespace corpus::exec {

class Verdicts {
 public:
  explicit Verdicts(std::size_t limit) : limit_(limit) {}

  void append(const Batch& batch);
  void clear() { runs_.clear(); }
  void spoil() {  // no longer the whole truth
    whole_ = false;
    runs_ = {};
  }
  bool whole() const { return whole_; }

  // Sets `drop` of the records of successive batches. Borrows this object.
  std::unique_ptr<Scan> replay() const;

 private:
  friend class Replay;
  struct Run {
    std::uint32_t count;
    Reason reason;
  };
  std::size_t limit_;
  bool whole_ = true;
  std::vector<Run> runs_;
};

}  // namespace corpus::exec

#endif  // CORPUS_EXEC_VERDICTS_H_
