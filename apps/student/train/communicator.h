// Adding up gradients over the processes of a data-parallel run.
//
// Processes form a star: rank 0 listens, the others connect, sums are made by rank 0 in the order of the ranks and
// sent back, so every process holds the same bytes. Made for a few processes on one machine or a fast network, and
// for testing the way a run is cut up without a GPU.
//
// Nothing is authenticated: a socket of a folder that others cannot enter, or a network of one's own. A stranger
// who does not know the run's digest is turned away before any data moves.
// Errors: a process that is gone or silent for kSilence seconds, another run's process. One caller at a time.
#ifndef STUDENT_TRAIN_COMMUNICATOR_H_
#define STUDENT_TRAIN_COMMUNICATOR_H_

#include <corpus/result.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "backend/device_group.h"

namespace student {

using corpus::Result;

class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual std::int32_t rank() const = 0;
  virtual std::int32_t world() const = 0;
  // Every process gives as many numbers and gets the sums.
  virtual Result<void> sum(std::span<float> values) = 0;
  virtual Result<void> sum(std::span<double> values) = 0;
};

// rank 0 of 1: nothing to do.
std::unique_ptr<Communicator> alone();

struct Meeting {
  std::string place;   // "host:port", or the path of a Unix socket (it holds a slash)
  std::int32_t rank = 0, world = 1;
  std::string digest;  // of what has to be equal in all processes (options, data); 64 characters
  double patience = 60;  // seconds to wait for the others
};
Result<std::unique_ptr<Communicator>> meet(const Meeting& meeting);

}  // namespace student

#endif  // STUDENT_TRAIN_COMMUNICATOR_H_
