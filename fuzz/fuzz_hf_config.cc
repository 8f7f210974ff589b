// config.json from strangers: what is accepted is printed, and read back as it was.
#include <cstdint>
#include <cstdlib>

#include "io/hf_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = student::parse_hf_config({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!config) return 0;
  const auto again = student::parse_hf_config(student::print_hf_config(*config, student::DType::kF32), "printed");
  if (!again || !(*again == *config)) std::abort();
  return 0;
}
