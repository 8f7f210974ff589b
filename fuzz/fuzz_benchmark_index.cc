// Any bytes as a saved benchmark index: reading never crashes, what is read is written the same again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "decontaminate/benchmark_index.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  // Half of the inputs get a right checksum, so that what lies behind it is reached.
  if (size % 2 == 0 && size > 16) {
    corpus::Key128 sum = corpus::hash128(std::string_view(bytes).substr(0, size - 16));
    for (int i = 0; i < 8; ++i) {
      bytes[size - 16 + static_cast<std::size_t>(i)] = static_cast<char>(sum.lo >> (8 * i));
      bytes[size - 8 + static_cast<std::size_t>(i)] = static_cast<char>(sum.hi >> (8 * i));
    }
  }
  auto index = corpus::BenchmarkIndex::from_bytes(bytes, "input");
  if (!index) return 0;
  if (index->to_bytes() != bytes) std::abort();
  index->finish({});
  corpus::Matcher matcher;
  (void)matcher.match(*index, "one two three four five six seven eight nine ten eleven twelve thirteen");
  return 0;
}
