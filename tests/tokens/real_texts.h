// Texts of the corpora below CORPUS_TEST_DATA (or ../shared/data), for tests; none where there are
// none.
#ifndef CORPUS_TESTS_REAL_TEXTS_H_
#define CORPUS_TESTS_REAL_TEXTS_H_

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "corpus/pipeline.h"

namespace corpus::test {

// The turns of the first records of `files` below the data folder, one text each.
inline std::vector<std::string> real_texts(std::initializer_list<const char*> files,
                                           std::size_t records) {
  struct Collect final : Sink {
    std::vector<std::string>* out = nullptr;
    std::uint32_t fields() const override { return Fields::kTurns; }
    Result<void> write(Batch& batch) override {
      for (const Record& record : batch.records) {
        for (const Turn& turn : record.turns) {
          if (!record.drop) out->emplace_back(turn.text);
        }
      }
      return {};
    }
    Result<void> close(const RunSummary&) override { return {}; }
  };
  const char* set = std::getenv("CORPUS_TEST_DATA");
  std::string data = set != nullptr ? set : CORPUS_SOURCE_DIR "/../shared/data";
  std::vector<std::string> out;
  for (const char* file : files) {
    std::string path = data + "/" + file;
    if (!std::filesystem::exists(path)) continue;
    Recipe recipe;
    recipe.input.set("paths", Value::Array{Value(path)});
    recipe.output.set("null", true);
    Value head;
    head.set("n", static_cast<std::int64_t>(records));
    recipe.stages.push_back({"select.head", std::move(head)});
    auto chain = build(recipe, 0);
    if (!chain) continue;
    auto sink = std::make_unique<Collect>();
    sink->out = &out;
    chain->sink = std::move(sink);
    (void)run(*chain, {.threads = 1}).has_value();
  }
  return out;
}

}  // namespace corpus::test

#endif  // CORPUS_TESTS_REAL_TEXTS_H_
