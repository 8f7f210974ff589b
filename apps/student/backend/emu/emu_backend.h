// The kernels of kernels/*.cuh as a backend, run by the emulator of shim.h. For tests; slow.
#ifndef STUDENT_BACKEND_EMU_EMU_BACKEND_H_
#define STUDENT_BACKEND_EMU_EMU_BACKEND_H_

#include <memory>

#include "backend/backend.h"
#include "backend/emu/shim.h"

namespace student {

// Also gives access to the emulator, which make_backend("emu") does not.
class EmuAccess {
 public:
  virtual ~EmuAccess() = default;
  virtual emu::Emulator& emulator() = 0;
};

// kInvalidArgument for a schedule that does not exist.
Result<std::unique_ptr<Backend>> make_emu_backend(const BackendOptions& options);
// The emulator of a backend that make_emu_backend made.
emu::Emulator& emulator_of(Backend& backend);

}  // namespace student

#endif  // STUDENT_BACKEND_EMU_EMU_BACKEND_H_
