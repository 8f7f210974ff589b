// Formulas, results, calculations and JSON in answers, from any bytes: what is found lies in the
// text, a result equals itself, work is bounded, and JSON that the strict reader takes is whole.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "check/expression.h"
#include "check/math_answer.h"
#include "filters/json_text.h"
#include "filters/pii_scan.h"
#include "json/value.h"
#include "text/fences.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool lies_in(std::string_view part, std::string_view text) {
  return part.empty() ||
         (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corpus;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string_view result = check::final_result(text);
  require(lies_in(result, text));
  require(lies_in(check::wrong_calculation(text), text));
  require(check::compare(text, text) == check::Match::kRight);
  std::string_view first = text.substr(0, text.find('\n')),
                   second = text.substr(std::min(first.size() + 1, size));
  check::compare(first, second);
  if (auto formula = check::parse_formula(text))
    require(check::equal(formula->value, formula->value) || !formula->value.number());

  std::size_t end = 0;
  JsonEnd json = read_json(text, &end);
  require(end <= size);
  if (json::parse_value(text)) require(json == JsonEnd::kWhole);

  text::walk_fences(text, [&](std::string_view info, std::string_view body) {
    require(lies_in(info, text) && lies_in(body, text));
  });
  std::vector<PiiFound> found;
  find_pii(text, ~0U, found);
  std::size_t behind = 0;
  for (const auto& one : found) {
    require(behind <= one.begin && one.begin < one.end && one.end <= size);
    behind = one.end;
  }
  return 0;
}
