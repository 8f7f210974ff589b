// Policy files of the user, tables of sources and the free text in them. The first byte says which.
// Whatever the text, nothing that the built-in registry forbids becomes allowed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "corpus/policy.h"
#include "provenance/sources.h"

using namespace corpus;
using namespace corpus::policy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Registry builtin = *Registry::builtin();
  static const Query query = [] {
    Query q;
    q.action = Action::kTrainCompeting;
    q.date = *parse_date("2026-12-01");
    return q;
  }();
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0: {
      Registry registry = builtin;
      (void)registry.add_text(text, "fuzz.yaml");
      if (registry.evaluate_teacher(query, "gpt-4").allowed) std::abort();
      if (registry.evaluate_licence(query, "CC-BY-NC-4.0").allowed) std::abort();
      break;
    }
    case 1:
      (void)to_json(builtin.evaluate_licence(query, text));
      break;
    case 2: {
      for (const auto& name : split_teachers(builtin.phrases(), text)) {
        (void)to_json(builtin.evaluate_teacher(query, name));
      }
      break;
    }
    default: {
      Sources sources;
      if (sources.add_table_text(text, "/data/t.tsv", builtin.phrases()))
        (void)sources.find("/data/a");
    }
  }
  return 0;
}
