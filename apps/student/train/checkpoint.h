// Checkpoints: everything a run needs to go on as if it had never stopped (docs/formats/student-checkpoint.md).
//
// One file for each, `step-000000120.ckpt`, which appears by rename and carries a digest of its bytes. A run has no
// state besides tensors and the step number: data order, learning rate and rounding are functions of the step.
#ifndef STUDENT_TRAIN_CHECKPOINT_H_
#define STUDENT_TRAIN_CHECKPOINT_H_

#include <corpus/result.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"

namespace student {

constexpr std::size_t kCheckpointBuffer = std::size_t{4} << 20;  // bytes of memory that saving takes

struct CheckpointInfo {
  std::int64_t step = 0;         // steps that are done
  std::uint64_t log_bytes = 0;   // of the log when it was taken
  std::string run;               // digest of what decides the run; 64 hex digits
};

struct Section {
  std::string name;
  Tensor data;  // [1, n] in the backend's memory
};

Result<void> save_checkpoint(const std::string& path, const CheckpointInfo& info, Backend& backend,
                             std::span<const Section> sections);
// Fills the sections. kCorrupt for a file that is damaged, kInvalidArgument for one of another run or model; the
// sections' contents are then undefined.
Result<CheckpointInfo> load_checkpoint(const std::string& path, std::string_view run, Backend& backend,
                                       std::span<const Section> sections);

std::string checkpoint_name(std::int64_t step);
// Paths of the checkpoints in `dir`, newest first; empty when there is no such folder.
std::vector<std::string> list_checkpoints(const std::string& dir);
// Removes all but the newest `keep`, and what an interrupted write left.
void prune_checkpoints(const std::string& dir, std::size_t keep);

// The header alone: what `load_checkpoint` checks against the run. For the tests and the fuzz target.
struct CheckpointHeader {
  CheckpointInfo info;
  std::vector<std::pair<std::string, std::uint64_t>> sections;  // name, bytes
};
Result<CheckpointHeader> parse_checkpoint_header(std::string_view json);

}  // namespace student

#endif  // STUDENT_TRAIN_CHECKPOINT_H_
