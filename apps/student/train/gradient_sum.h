// Adding a tensor up over the processes of a run: by the devices themselves where the backend has a way and the first
// process finds it, and through the host otherwise.
#ifndef STUDENT_TRAIN_GRADIENT_SUM_H_
#define STUDENT_TRAIN_GRADIENT_SUM_H_

#include <string>
#include <vector>

#include "backend/backend.h"
#include "train/communicator.h"

namespace student {

class GradientSum {
 public:
  // All processes create theirs at the same point. `devices` may be null; all three outlive it.
  static Result<GradientSum> create(Backend& backend, DeviceGroup* devices, Communicator& communicator);

  // x[1,n], f32, in the backend's memory: becomes the sum, the same bytes in every process.
  Result<void> add_up(Tensor x);
  // In the first process, why not by the devices, where there are some.
  const std::string& why_through_host() const { return why_through_host_; }

 private:
  GradientSum(Backend& backend, DeviceGroup* devices, Communicator& communicator)
      : backend_(backend), devices_(devices), communicator_(communicator) {}

  Backend& backend_;
  DeviceGroup* devices_;  // null: through the host
  Communicator& communicator_;
  std::string why_through_host_;
  std::vector<float> host_;
};

}  // namespace student

#endif  // STUDENT_TRAIN_GRADIENT_SUM_H_
