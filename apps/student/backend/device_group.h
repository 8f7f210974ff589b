// Processes with a device each, whose backend can add up what the devices hold without the host (cuda: NCCL).
// One belongs to a backend and lives as long; its sums take their place among the backend's operations.
// Threads: as the backend. Errors: no library, a device or process that is gone.
#ifndef STUDENT_BACKEND_DEVICE_GROUP_H_
#define STUDENT_BACKEND_DEVICE_GROUP_H_

#include <corpus/result.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tensor/tensor.h"

namespace student {

inline constexpr int kSilence = 600;  // seconds that a process waits for the others before it gives up

class DeviceGroup {
 public:
  virtual ~DeviceGroup() = default;
  // Of a new group, at most kAddressBytes: one process asks for it and tells the others. kUnsupported: why there is none.
  static constexpr std::size_t kAddressBytes = 256;
  virtual corpus::Result<std::string> address() = 0;
  // Returns when all have come.
  virtual corpus::Result<void> join(std::string_view address, std::int32_t rank, std::int32_t world) = 0;
  // x[1,n], f32: becomes the sum over the processes, the same bytes in each. Waits. After join().
  virtual corpus::Result<void> sum(Tensor x) = 0;
};

}  // namespace student

#endif  // STUDENT_BACKEND_DEVICE_GROUP_H_
