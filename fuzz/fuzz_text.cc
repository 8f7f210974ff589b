// Any bytes through everything that looks at text: normalisation and the filters. The parse stage
// lets only UTF-8 in; these may misjudge anything else but must not read beyond it, and normalising
// twice is the same as once when it was UTF-8.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "corpus/registry.h"
#include "json/escape.h"
#include "text/content_key.h"
#include "text/fold.h"
#include "text/words.h"

namespace {

using namespace corpus;

struct Filters {
  Filters() {
    BuildContext context{.memory = &memory};
    for (const char* id : {"filters.encoding", "filters.length", "filters.loop", "filters.refusal",
                           "filters.truncated", "tags.content_id"}) {
      auto made = find_component(id)->make(Value(Value::Object{}), context);
      if (!made) std::abort();
      for (auto& stage : *made) stages.push_back(std::move(std::get<std::unique_ptr<Map>>(stage)));
    }
  }
  MemoryBudget memory;
  std::vector<std::unique_ptr<Map>> stages;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string scratch, again;
  std::string once(text::normalise(bytes, scratch));
  if (json::valid_utf8(bytes) && text::normalise(once, again) != once) std::abort();

  std::string folded;
  text::fold(bytes, folded);
  if (folded.size() > bytes.size()) std::abort();

  std::vector<std::uint32_t> edges;
  std::size_t covered = 0;
  text::for_each_word(bytes, edges, [&](std::string_view word) { covered += word.size(); });
  if (covered > size) std::abort();

  static Filters filters;
  Turn turn{.text = bytes, .role = Role::kAssistant};
  for (auto& stage : filters.stages) {
    Batch batch;
    Record record;
    record.turns = {&turn, 1};
    batch.records.push_back(record);
    auto state = stage->scratch();
    if (!stage->run(batch, state.get())) std::abort();
  }
  return 0;
}
