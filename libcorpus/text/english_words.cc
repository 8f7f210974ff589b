#include "text/english_words.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_map>

namespace corpus {
namespace {

using Size = std::string_view::size_type;
using Cuts = EnglishCuts;

// Stems and the endings that are cut from each; "dve", "llve", "ntve" and "ma" are cut once more.
struct Contraction {
  std::string_view stems;
  std::string_view endings;
};
constexpr Contraction kContractions[] = {
    {"i", "d m ma ve dve llve"},
    {"you they", "d dve ll llve re ve"},
    {"we", "d dve llve ve"},
    {"he", "d dve llve s"},
    {"she", "dve llve s"},
    {"it", "d dve ll llve"},
    {"how there what when where why", "d dve ll llve re s ve"},
    {"these those", "d dve ll llve re ve"},
    {"that this", "d dve ll llve s"},
    {"who", "d dve ll llve s ve"},
    {"ai are dare has have is was were", "nt"},
    {"ca could did do does had may might must need ought sha should wo would", "nt ntve"},
    {"could might must not should would", "ve"},
    {"can", "not"},
    {"gon", "na"},
    {"got", "ta"},
    {"y", "all"},
};

constexpr std::string_view kUnits[] = {
    "cm",   "cm\u00B2", "cm\u00B3", "dm", "dm\u00B2", "dm\u00B3", "ft", "g",    "gb",      "ha",
    "in",   "kb",       "kg",       "km", "km\u00B2", "km\u00B3", "kmh", "lb",  "m",       "m\u00B2",
    "m\u00B3", "mb",    "mbar",     "mg", "mm",       "mm\u00B2", "mm\u00B3", "mph", "nm", "oz",
    "t",    "tb",       "yd",       "\u00B5g"};

template <typename F>
void each_part(std::string_view list, F f) {
  while (true) {
    Size space = list.find(' ');
    f(list.substr(0, space));
    if (space == std::string_view::npos) return;
    list.remove_prefix(space + 1);
  }
}

const std::unordered_map<std::string, Cuts>& contractions() {
  static const auto* table = [] {
    auto* out = new std::unordered_map<std::string, Cuts>;
    for (const auto& [stems, endings] : kContractions) {
      each_part(stems, [&, all = endings](std::string_view stem) {
        each_part(all, [&](std::string_view ending) {
          std::string word = std::string(stem) + std::string(ending);
          Cuts cuts{stem.size(), word.size()};
          if (ending == "ma") cuts.second = stem.size() + 1;
          if (ending.size() > 2 && ending.ends_with("ve")) cuts.second = word.size() - 2;
          out->emplace(std::move(word), cuts);
        });
      });
    }
    return out;
  }();
  return *table;
}

}  // namespace

EnglishCuts cut_english(std::string_view word) {
  constexpr Size kLongest = 10;  // "shouldntve"
  if (word.size() <= kLongest) {
    auto found = contractions().find(std::string(word));
    if (found != contractions().end()) return found->second;
  }
  Size digit = word.find_last_of("0123456789");
  if (digit == std::string_view::npos || digit + 1 == word.size()) {
    return {word.size(), word.size()};
  }
  bool unit = std::find(std::begin(kUnits), std::end(kUnits), word.substr(digit + 1)) != std::end(kUnits);
  return {unit ? digit + 1 : word.size(), word.size()};
}

}  // namespace corpus
