// Which sequences a step trains on, and the packed batches of it.
//
// Everything is a function of the step number and the options: no state, so a resumed run needs the step and
// nothing else. Sequences of an epoch come in an order shuffled by (seed, epoch); a step may reach into the
// next epoch. The size of a micro-batch and the number of processes cut a step into parts and change nothing
// about what is in it.
#ifndef STUDENT_DATA_BATCHES_H_
#define STUDENT_DATA_BATCHES_H_

#include <corpus/packing.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "model/model.h"

namespace student {

struct BatchOptions {
  std::uint32_t length = 2048;  // tokens of a sequence at most
  std::int32_t batch = 8;       // sequences of a step, over all processes
  std::int32_t micro = 1;       // sequences at once in one process; batch is a multiple of micro * world
  std::int32_t rank = 0, world = 1;
  std::uint64_t seed = 1;
  double replay_share = 0;      // of the sequences of a step, from the replay data
  float topk_weight = 0;
};

// Owns what a PackedBatch views.
struct BatchBuffer {
  std::vector<std::int32_t> tokens, targets, starts, topk_ids;
  std::vector<float> topk_logprobs;
  PackedBatch batch;
};

class Batches {
 public:
  // The datasets outlive this. `replay` may be null.
  Batches(const Dataset& data, const Dataset* replay, const BatchOptions& options);

  std::size_t sequences() const { return sources_[0].packing.size(); }
  std::int64_t steps_of(double epochs) const;  // at least one
  std::int32_t parts() const { return options_.batch / (options_.micro * options_.world); }  // of this process
  std::int64_t max_tokens() const { return static_cast<std::int64_t>(options_.length) * options_.micro; }

  // Supervised tokens of the whole step, over all processes: what its loss is divided by.
  std::int64_t supervised(std::int64_t step);
  // Part `part` of this process's share of step `step`, counted from 0.
  void fill(std::int64_t step, std::int32_t part, BatchBuffer& out);

 private:
  struct Source {
    const Dataset* data = nullptr;
    corpus::Packing packing;
    std::int64_t epoch = -1;  // whose order this is
    std::vector<std::uint32_t> order;
  };
  struct Choice {
    std::size_t source;
    std::uint32_t sequence;
  };

  const std::vector<Choice>& choices(std::int64_t step);
  std::uint32_t at(std::size_t source, std::int64_t position);
  std::int64_t replayed_before(std::int64_t step) const;

  BatchOptions options_;
  std::vector<Source> sources_;
  std::int64_t chosen_step_ = -1;
  std::vector<Choice> chosen_;
};

}  // namespace student

#endif  // STUDENT_DATA_BATCHES_H_
