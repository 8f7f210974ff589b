#include "corpus/recipe.h"

#include "capi/handles.h"
#include "corpus/registry.h"

using namespace corpus;

extern "C" {

corpus_status corpus_recipe_parse(const char* text, size_t size, const char* name, corpus_recipe** out,
                                  corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(text);
    CORPUS_NEED(out);
    CORPUS_TRY(auto recipe, parse_recipe({text, size}, name != nullptr ? name : "recipe"));
    *out = new corpus_recipe{std::move(recipe)};
    return {};
  });
}

corpus_status corpus_recipe_profile(const char* name, corpus_recipe** out, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(name);
    CORPUS_NEED(out);
    CORPUS_TRY(auto recipe, profile(name));
    *out = new corpus_recipe{std::move(recipe)};
    return {};
  });
}

corpus_status corpus_recipe_set(corpus_recipe* recipe, const char* assignment, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(recipe);
    CORPUS_NEED(assignment);
    return set(recipe->recipe, assignment);
  });
}

corpus_status corpus_recipe_add(corpus_recipe* recipe, const char* id, const char* options, size_t size,
                                corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(recipe);
    CORPUS_NEED(id);
    StageSpec stage{.id = id, .options = Value(Value::Object())};
    if (options != nullptr && size != 0) {
      CORPUS_TRY(stage.options, parse_yaml({options, size}, id));
    }
    Recipe longer = recipe->recipe;
    longer.stages.push_back(std::move(stage));
    CORPUS_CHECK(check_recipe(longer, "recipe"));
    recipe->recipe = std::move(longer);
    return {};
  });
}

corpus_status corpus_recipe_json(const corpus_recipe* recipe, char** out, size_t* size, corpus_error* error) {
  return capi::call(error, [&]() -> Result<void> {
    CORPUS_NEED(recipe);
    return capi::give(recipe->recipe.to_value().to_json(), out, size);
  });
}

void corpus_recipe_free(corpus_recipe* recipe) { delete recipe; }

}  // extern "C"
