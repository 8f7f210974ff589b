// Registry: every component by its id. Adding one is its folder, its schema, its test and one line
// of core/registry.inc.
#ifndef CORPUS_REGISTRY_H_
#define CORPUS_REGISTRY_H_

#include <span>
#include <string_view>

#include "corpus/component.h"

namespace corpus {

struct ComponentInfo {
  std::string_view id;       // folder.file
  std::string_view summary;  // one line
  std::string_view schema;   // JSON Schema of its options
  Factory make;
};

std::span<const ComponentInfo> components();        // sorted by id
const ComponentInfo* find_component(std::string_view id);  // null when unknown
// JSON Schema text of anything in schemas/ ("recipe", "manifest", ...); empty when unknown.
std::string_view schema(std::string_view name);

}  // namespace corpus

#endif  // CORPUS_REGISTRY_H_
