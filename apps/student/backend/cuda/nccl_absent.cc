#include "backend/cuda/nccl.h"

namespace student::cuda {

std::unique_ptr<DeviceGroup> make_nccl(cudaStream_t /*stream*/) { return nullptr; }

}  // namespace student::cuda
