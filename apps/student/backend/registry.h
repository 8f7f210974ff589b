// The backends that this program was built with. Each lives in a folder of its own and defines one of
// these functions; CMake defines STUDENT_HAS_EMU and STUDENT_HAS_CUDA where the folder is built.
#ifndef STUDENT_BACKEND_REGISTRY_H_
#define STUDENT_BACKEND_REGISTRY_H_

#include <memory>

#include "backend/backend.h"

namespace student {

Result<std::unique_ptr<Backend>> make_cpu_backend(const BackendOptions& options);
Result<std::unique_ptr<Backend>> make_emu_backend(const BackendOptions& options);
// kUnsupported with the reason where no device can be used.
Result<std::unique_ptr<Backend>> make_cuda_backend(const BackendOptions& options);

}  // namespace student

#endif  // STUDENT_BACKEND_REGISTRY_H_
