// Weights, which come from strangers: whatever is accepted lies inside the file, tensor after tensor.
#include <cstdint>
#include <cstdlib>

#include "io/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto tensors = student::parse_safetensors(bytes, "fuzz");
  if (!tensors) return 0;
  std::size_t sum = 0;
  for (const auto& [name, tensor] : *tensors) {
    if (tensor.bytes.data() < bytes.data() || tensor.bytes.data() + tensor.bytes.size() > bytes.data() + size) {
      std::abort();
    }
    sum += tensor.bytes.size();
    const auto values = student::to_floats(tensor, name);
    if (values && static_cast<std::int64_t>(values->size()) != tensor.elements()) std::abort();
  }
  if (sum + 8 > size) std::abort();  // tensors do not overlap
  return 0;
}
