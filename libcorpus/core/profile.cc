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
  - tags.lineage: {}
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
    {"math",
     R"(# Worked solutions: they repeat themselves; where there is a reference, the result has to be right.
corpus: 1
input: {unknown: reject}
stages:
  - filters.length: {}
  - filters.truncated: {}
  - filters.refusal: {}
  - filters.structure: {}
  - check.math: {action: drop}
  - dedup.exact: {}
  - dedup.minhash: {scope: text}
)"},
    {"sft-en", R"(# English instructions by Data-Juicer's recipe for Alpaca-CoT.
corpus: 1
input: {unknown: reject}
stages:
  - filters.data_juicer: {scope: text}
  - dedup.exact: {}
  - dedup.simhash: {shingle: 3, bits: 7}
)"},
    {"gopher", R"(# English text by the rules of Gopher (Rae et al. 2021).
corpus: 1
stages:
  - filters.gopher_quality: {}
  - filters.gopher_repetition: {}
)"},
    {"c4", R"(# English text by the rules of C4 (Raffel et al. 2020), which take lines out.
corpus: 1
stages:
  - filters.c4: {}
)"},
    {"fineweb", R"(# English text as FineWeb makes it (Penedo et al. 2024), from extracted text on.
corpus: 1
stages:
  - filters.gopher_repetition: {}
  - filters.gopher_quality: {}
  - filters.c4: {terminal_punct: false}
  - filters.fineweb: {}
  - dedup.minhash: {scope: text}
)"},
    {"dclm", R"(# English text by the rules of DCLM-Baseline (Li et al. 2024), from extracted text on.
corpus: 1
stages:
  - filters.gopher_quality: {distinct_stop_words: false}
  - filters.gopher_repetition: {}
  - filters.dclm: {}
)"},
    {"nemo", R"(# English text by the heuristics of NeMo Curator.
corpus: 1
stages:
  - filters.nemo_english: {}
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
