// GGUF files from strangers: metadata, tensors, and what is made of them.
#include <cstdint>
#include <cstdlib>

#include "io/gguf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto parts = student::parse_gguf(bytes, "fuzz");
  if (!parts) return 0;
  std::size_t sum = 0;
  for (auto& [name, tensor] : parts->tensors) {
    if (tensor.bytes.data() < bytes.data() || tensor.bytes.data() + tensor.bytes.size() > bytes.data() + size) {
      std::abort();
    }
    sum += tensor.bytes.size();
    tensor.interleaved_heads = static_cast<std::int32_t>(size % 3);
    (void)student::gguf_values(tensor, "fuzz");
  }
  if (sum > size) std::abort();  // tensors do not overlap
  (void)student::gguf_config(*parts, "fuzz");
  (void)student::gguf_tokenizer_json(*parts, "fuzz");
  return 0;
}
