#include "corpus/registry.h"

#include <algorithm>
#include <array>

namespace corpus {

extern const std::pair<std::string_view, std::string_view> kSchemas[];  // generated, sorted
extern const unsigned kSchemaCount;

#define COMPONENT(id, function, summary) Result<Stages> function(const Value&, BuildContext&);
#include "core/registry.inc"
#undef COMPONENT

std::string_view schema(std::string_view name) {
  auto end = kSchemas + kSchemaCount;
  auto found = std::find_if(kSchemas, end, [&](const auto& s) { return s.first == name; });
  return found == end ? std::string_view() : found->second;
}

std::span<const ComponentInfo> components() {
  static const auto table = [] {
    std::array list = {
#define COMPONENT(id, function, summary) ComponentInfo{id, summary, schema(id), function},
#include "core/registry.inc"
#undef COMPONENT
    };
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return list;
  }();
  return table;
}

const ComponentInfo* find_component(std::string_view id) {
  auto list = components();
  auto it = std::lower_bound(list.begin(), list.end(), id,
                             [](const ComponentInfo& c, std::string_view x) { return c.id < x; });
  return it != list.end() && it->id == id ? &*it : nullptr;
}

}  // namespace corpus
