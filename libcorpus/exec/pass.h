// One pass over the input: source -> steps -> (sink), as a oneTBB parallel_pipeline over batches.
//
// Tokens are batches. Runs of parallel steps become one parallel filter, scans and the end of the
// chain are serial and in order. A pass is cut into segments: a segment ends, and the pipeline
// drains, when a checkpoint is due, when the batches in flight hold more than their share of memory
// (so that nothing has to block), on cancellation, on an error and at the end of the input.
#ifndef CORPUS_EXEC_PASS_H_
#define CORPUS_EXEC_PASS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "corpus/component.h"
#include "corpus/pipeline.h"
#include "exec/journal.h"

namespace corpus::exec {

// What a batch in flight may hold, in units of its text: as read, unescaped, printed, compressed,
// and the views of its records.
inline constexpr std::uint64_t kBatchCost = 6;

// A stage in its part for this pass: a Fold is observed, or replaced by the Map it became.
struct Step {
  std::string_view id;
  std::variant<const Map*, Scan*, const Fold*> run;
};

struct PassLimits {
  int threads = 1;
  std::size_t tokens = 8;             // batches in flight
  std::uint64_t in_flight = 0;        // bytes they may hold; 0: no limit
  const Cancel* cancel = nullptr;
};

enum class Stop { kEnd, kCheckpoint, kCancelled };

class Pass {
 public:
  // Everything is borrowed and outlives the pass. `sink` is null in passes before the last.
  Pass(Source& source, std::vector<Step> steps, Sink* sink, std::size_t columns, PassLimits limits);
  ~Pass();

  // Goes on until the input ends, `due()` says true, or cancellation. Afterwards nothing is in
  // flight. Of several errors the earliest in the input is returned, with input and stage named.
  Result<Stop> run(const std::function<bool()>& due, const std::function<void(const Batch&)>& done);

  // Hands over what the workers gathered for a Fold since the last call.
  Result<void> merge(Fold& fold);

  Counts& counts() { return counts_; }

 private:
  struct Impl;
  Counts counts_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpus::exec

#endif  // CORPUS_EXEC_PASS_H_
