#include "corpus/stage_set.h"

#include "capi/handles.h"

using namespace corpus;

struct corpus_stages {
  std::unique_ptr<const StageSet> set;
};

extern "C" {

corpus_status corpus_stages_create(const corpus_recipe* recipe, corpus_stages** out, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(recipe);
    CORPUS_NEED(out);
    CORPUS_TRY(auto set, StageSet::make(recipe->recipe));
    *out = new corpus_stages{std::move(set)};
    return {};
  });
}

corpus_status corpus_stages_apply(const corpus_stages* stages, const char* records, size_t size, char** reasons,
                                  size_t* reasons_size, char** lines, size_t* lines_size, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(stages);
    if (size != 0) CORPUS_NEED(records);
    CORPUS_TRY(auto applied, stages->set->apply(size != 0 ? std::string_view(records, size) : std::string_view()));
    Value::Array why;
    for (auto& reason : applied.reasons) why.push_back(reason.empty() ? Value() : Value(std::move(reason)));
    char* text = nullptr;
    if (reasons != nullptr) CORPUS_CHECK(capi::give(Value(std::move(why)).to_json(), &text, reasons_size));
    if (lines != nullptr) {
      auto given = capi::give(applied.lines, lines, lines_size);
      if (!given) {
        corpus_free(text);
        return given;
      }
    }
    if (reasons != nullptr) *reasons = text;
    return {};
  });
}

void corpus_stages_free(corpus_stages* stages) { delete stages; }

}  // extern "C"
