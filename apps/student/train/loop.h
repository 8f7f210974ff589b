// The training loop: steps, their log, checkpoints, and the ways it can end.
#ifndef STUDENT_TRAIN_LOOP_H_
#define STUDENT_TRAIN_LOOP_H_

#include <corpus/pipeline.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/batches.h"
#include "model/model.h"
#include "train/checkpoint.h"
#include "train/communicator.h"
#include "train/optimizer.h"
#include "train/schedule.h"

namespace student {

struct StepReport {
  std::int64_t step = 0, steps = 0;  // done, of all
  double loss = 0;                   // mean over the supervised tokens of the step, before its update
  float lr = 0;
  double gradient_norm = 0;          // before clipping
  std::int64_t tokens = 0;           // of the step, over all processes
  double tokens_per_second = 0;      // since the run was started or resumed
  double utilization = 0;            // share of the measured GEMM ceiling; 0: not measured
  double seconds_left = 0;
};
// One line of the log, with its line feed.
std::string log_line(const StepReport& report);

struct LoopOptions {
  Schedule schedule;
  float clip = 1;                 // largest norm of the gradient; 0: as it is
  std::string folder;             // for log.jsonl and checkpoints/; empty: neither
  std::string run;                // digest that a checkpoint has to carry
  bool resume = false;
  std::int64_t save_every = 0;    // steps; 0: never
  std::size_t keep = 2;           // checkpoints
  double ceiling = 0;             // floating point operations a second of this process
  const corpus::Cancel* cancel = nullptr;
  std::function<void(const StepReport&)> show;
  std::function<void(const std::string&)> warn;  // of what makes the run worse than it could be
};

struct LoopReport {
  std::int64_t steps = 0;          // done in all
  std::int64_t resumed_at = -1;    // -1: from the beginning
  std::string skipped;             // a newer checkpoint that was damaged, and why; empty
  double first_loss = 0, last_loss = 0;
  std::int64_t tokens = 0;         // of this process's share, in this call
  double seconds = 0;
};

// Runs to the end of the schedule. kCancelled when asked to stop: a checkpoint was written then. kLimit when the loss
// or the gradient stops being a finite number: nothing is written, and the message names the last checkpoint.
Result<LoopReport> train(Model& model, Optimizer& optimizer, Batches& batches, Communicator& communicator,
                         const LoopOptions& options);

// Floating point operations a second of the backend's GEMM at a size that suits it; takes about a third of a second.
Result<double> measure_gemm(Backend& backend, DType type);

}  // namespace student

#endif  // STUDENT_TRAIN_LOOP_H_
