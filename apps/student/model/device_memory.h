// Memory of a backend that is freed with its owner.
#ifndef STUDENT_MODEL_DEVICE_MEMORY_H_
#define STUDENT_MODEL_DEVICE_MEMORY_H_

#include <utility>

#include "backend/backend.h"

namespace student {

class DeviceMemory {
 public:
  DeviceMemory() = default;
  static Result<DeviceMemory> make(Backend& backend, std::size_t bytes) {
    CORPUS_TRY(void* memory, backend.alloc(bytes));
    DeviceMemory out;
    out.backend_ = &backend;
    out.memory_ = memory;
    return out;
  }
  ~DeviceMemory() {
    if (memory_ != nullptr) backend_->free(memory_);
  }
  DeviceMemory(DeviceMemory&& o) noexcept : backend_(o.backend_), memory_(std::exchange(o.memory_, nullptr)) {}
  DeviceMemory& operator=(DeviceMemory&& o) noexcept {
    std::swap(backend_, o.backend_);
    std::swap(memory_, o.memory_);
    return *this;
  }

  void* get() const { return memory_; }

 private:
  Backend* backend_ = nullptr;
  void* memory_ = nullptr;
};

}  // namespace student

#endif  // STUDENT_MODEL_DEVICE_MEMORY_H_
