// Any bytes as a manifest and as JSON: what is accepted prints as JSON that is accepted again and,
// once numbers have the spelling that Value gives them, stays as it is.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/value.h"
#include "writers/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)corpus::parse_manifest(text, "manifest.json");
  auto value = corpus::json::parse_value(text);
  if (!value) return 0;
  auto again = corpus::json::parse_value(value->to_json());
  if (!again) std::abort();
  auto third = corpus::json::parse_value(again->to_json());
  if (!third || !(*third == *again)) std::abort();
  return 0;
}
