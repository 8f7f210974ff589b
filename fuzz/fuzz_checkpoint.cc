// Headers of checkpoints: what is accepted has a step, a run and sections that the file's size can be checked against.
#include <cstdint>
#include <cstdlib>

#include "train/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto header = student::parse_checkpoint_header({reinterpret_cast<const char*>(data), size});
  if (!header) {
    if (header.error().message.empty()) std::abort();
    return 0;
  }
  if (header->info.step < 0) std::abort();
  return 0;
}
