// The programs of this folder run on machines that have CUDA and nothing else: they leave the cpu backend out,
// and with it oneDNN.
#include "backend/registry.h"

namespace student {

Result<std::unique_ptr<Backend>> make_cpu_backend(const BackendOptions&) {
  return corpus::Error{corpus::Code::kUnsupported, "this program was built without the cpu backend"};
}

}  // namespace student
