#include <cstdlib>
#include <cstring>
#include <vector>

#include "capi/handles.h"
#include "corpus/record_keys.h"

using namespace corpus;

struct corpus_keys {
  std::unique_ptr<const RecordKeys> keys;
};

extern "C" {

corpus_status corpus_keys_create(const corpus_recipe* recipe, corpus_keys** out, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(recipe);
    CORPUS_NEED(out);
    if (recipe->recipe.stages.size() != 1) {
      return Error{Code::kInvalidArgument, "keys are of one stage, and the recipe has " +
                                               std::to_string(recipe->recipe.stages.size())};
    }
    CORPUS_TRY(auto keys, make_record_keys(recipe->recipe.stages.front()));
    *out = new corpus_keys{std::move(keys)};
    return {};
  });
}

size_t corpus_keys_words(const corpus_keys* keys) { return keys != nullptr ? keys->keys->words() : 0; }

corpus_status corpus_keys_of(const corpus_keys* keys, const corpus_batch* batch, uint64_t** rows, size_t* count,
                             corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(keys);
    CORPUS_NEED(batch);
    CORPUS_NEED(batch->batch);
    CORPUS_NEED(rows);
    CORPUS_NEED(count);
    std::vector<std::uint64_t> found;
    keys->keys->append(*batch->batch, found);
    std::size_t bytes = found.size() * sizeof found[0];
    auto* copy = static_cast<uint64_t*>(std::malloc(bytes + 1));
    if (copy == nullptr) return Error{Code::kLimit, "out of memory"};
    if (bytes != 0) std::memcpy(copy, found.data(), bytes);
    *rows = copy;
    *count = found.size() / (1 + keys->keys->words());
    return {};
  });
}

void corpus_keys_free(corpus_keys* keys) { delete keys; }

}  // extern "C"
