#include "corpus/recipe.h"

namespace corpus {

Result<void> check_recipe(const Recipe&, std::string_view) { return {}; }
std::string Recipe::digest() const { return {}; }

}  // namespace corpus
