// Any text as a recipe: refused with a message, or a recipe that is printed and read back the same.
// Texts that begin with "set " are assignments to a good recipe.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "corpus/recipe.h"

namespace {

void require(bool held) {
  if (!held) std::abort();
}

void assign(std::string_view text) {
  auto recipe = corpus::profile("sft");
  require(recipe.has_value());
  if (auto done = set(*recipe, text); !done) {
    require(!done.error().message.empty());
    return;
  }
  require(check_recipe(*recipe, "fuzz").has_value());
  recipe->digest();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with("set ")) {
    assign(text.substr(4));
    return 0;
  }
  auto recipe = corpus::parse_recipe(text, "fuzz");
  if (!recipe) {
    require(!recipe.error().message.empty());
    return 0;
  }
  std::string printed = recipe->to_value().to_json();
  auto again = corpus::parse_recipe(printed, "printed");
  // What is no text in any encoding cannot be printed as JSON; the parser may refuse it.
  if (again) require(again->digest() == recipe->digest());
  return 0;
}
