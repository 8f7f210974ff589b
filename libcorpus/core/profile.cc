// The built-in recipes. Stages go from cheap to dear: what a filter drops need not be hashed.
#include "corpus/nearest.h"
#include "corpus/recipe.h"

namespace corpus {
namespace {

struct Profile {
  std::string_view name;
  std::string_view yaml;
};

constexpr Profile kProfiles[] = {
    {"sft",
     R"(# Answers of a teacher to learn from: conversations that are whole, useful and said once.
corpus: 1
input: {unknown: reject}
stages:
  - filters.encoding: {}
  - filters.length: {}
  - filters.truncated: {}
  - filters.loop: {}
  - filters.refusal: {}
  - dedup.exact: {}
  - dedup.minhash: {}
  - tags.source: {}
  - tags.content_id: {}
)"},
    {"pretrain", R"(# Running text: shape and manners do not matter.
corpus: 1
stages:
  - filters.encoding: {}
  - filters.length: {}
  - filters.loop: {}
  - dedup.exact: {}
  - dedup.minhash: {}
)"},
    {"code",
     R"(# Programs: they repeat themselves and hold odd bytes, so neither counts against them.
corpus: 1
stages:
  - filters.length: {}
  - filters.truncated: {}
  - filters.refusal: {}
  - dedup.exact: {}
  - dedup.minhash: {scope: text}
)"},
};

}  // namespace

std::vector<std::string> profiles() {
  std::vector<std::string> out;
  for (const auto& p : kProfiles) out.emplace_back(p.name);
  return out;
}

Result<Recipe> profile(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& p : kProfiles) {
    if (p.name == name) return parse_recipe(p.yaml, "profile " + std::string(name));
    names.push_back(p.name);
  }
  return Error{Code::kNotFound,
               "unknown profile '" + std::string(name) + "'" + suggestion(name, names, "profiles")};
}

}  // namespace corpus
