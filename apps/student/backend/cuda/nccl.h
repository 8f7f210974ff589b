// NCCL's all-reduce, from a library that is looked for when a run has several processes: a program has to start
// without it. Built without nccl.h (nccl_absent.cc) it is not there.
#ifndef STUDENT_BACKEND_CUDA_NCCL_H_
#define STUDENT_BACKEND_CUDA_NCCL_H_

#include <cuda_runtime_api.h>

#include <memory>

#include "backend/device_group.h"

namespace student::cuda {

// Sums are made in `stream`, which outlives it. Null where it was not built.
std::unique_ptr<DeviceGroup> make_nccl(cudaStream_t stream);

}  // namespace student::cuda

#endif  // STUDENT_BACKEND_CUDA_NCCL_H_
