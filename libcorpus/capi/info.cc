#include <cstdlib>

#include "capi/call.h"
#include "corpus/registry.h"
#include "corpus/value.h"
#include "corpus/version.h"

using namespace corpus;

extern "C" {

void corpus_free(void* out) { std::free(out); }
const char* corpus_version(void) { return kLibraryVersion.data(); }
uint32_t corpus_abi_version(void) { return CORPUS_ABI_VERSION; }

int corpus_has(const char* feature) {
  if (feature == nullptr) return 0;
  std::string_view name = feature;
  return name == "arrow" || name == "stages" || name == "stream" || name == "tokenizer" || name == "policy" ||
         find_component(name) != nullptr;
}

corpus_status corpus_components(char** out, size_t* size, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    std::string json = "[";
    for (const auto& info : components()) {
      if (json.size() > 1) json += ',';
      json += "{\"id\":" + Value(std::string(info.id)).to_json() +
              ",\"summary\":" + Value(std::string(info.summary)).to_json() + ",\"schema\":" + std::string(info.schema) + '}';
    }
    return capi::give(json + ']', out, size);
  });
}

}  // extern "C"
