#include "provenance/teacher_facts.h"

#include <algorithm>

#include "provenance/policy_judge.h"

namespace corpus::policy {
namespace {

constexpr std::size_t kMostTeachers = 64;  // of a teacher, in all generations

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "gpt-4-0613" -> "0613", "claude-3-opus-20240229" -> "20240229", "gpt-4o-2024-05-13" ->
// "2024-05-13", "x@001" -> "001": the digits that end the name when they are a date or a number of
// three digits and more. "llama-2-70b" and "gpt-4" name sizes and families.
std::string snapshot(std::string_view model) {
  std::size_t begin = model.size();
  while (begin > 0 && (is_digit(model[begin - 1]) || model[begin - 1] == '-')) --begin;
  std::string_view tail = model.substr(begin);
  while (tail.starts_with('-')) tail.remove_prefix(1);
  bool whole_date =
      tail.size() >= 10 && tail[tail.size() - 3] == '-' && tail[tail.size() - 6] == '-';
  if (whole_date) return std::string(tail.substr(tail.size() - 10));
  if (auto dash = tail.rfind('-'); dash != std::string_view::npos) tail.remove_prefix(dash + 1);
  return tail.size() < 3 ? std::string() : std::string(tail);
}

bool add_once(std::vector<std::string>& to, const std::string& item) {
  if (std::find(to.begin(), to.end(), item) != to.end()) return false;
  to.push_back(item);
  return true;
}

void add_teachers(const Registry& registry, const Model* model, std::vector<std::string>& to) {
  if (model == nullptr) return;
  for (const auto& name : model->taught_by) {
    if (to.size() >= kMostTeachers || !add_once(to, name)) continue;
    auto [builtin, own] = registry.find_model(name);
    add_teachers(registry, builtin, to);
    add_teachers(registry, own, to);
  }
}

Value::Array to_array(const std::vector<std::string>& items) {
  return Value::Array(items.begin(), items.end());
}

}  // namespace

TeacherFacts teacher_facts(const Registry& registry, std::string_view model) {
  TeacherFacts out;
  out.model = short_text(model);
  out.endpoint = "unknown";
  if (model == kHuman) {
    out.endpoint = "human";
    return out;
  }
  out.version = snapshot(out.model);
  auto [builtin, own] = registry.find_model(model);
  for (const Model* one : {builtin, own}) {
    if (one == nullptr) continue;
    for (const auto& id : one->terms) {
      if (!add_once(out.terms, id)) continue;
      const Terms* terms = registry.find_terms(id);
      // Terms of service next to those of weights: it was got from the service.
      if (terms != nullptr && out.endpoint != "service" && terms->kind != "licence") {
        out.endpoint = terms->kind;
      }
    }
    add_teachers(registry, one, out.taught_by);
  }
  return out;
}

Value TeacherFacts::to_value() const {
  Value out;
  out.set("model", model);
  if (!version.empty()) out.set("version", version);
  out.set("endpoint", endpoint);
  if (!terms.empty()) out.set("terms", to_array(terms));
  if (!taught_by.empty()) out.set("taught_by", to_array(taught_by));
  return out;
}

std::vector<std::string> writers_of(std::string_view named,
                                    const std::vector<std::string>& declared) {
  if (named.empty()) return declared;
  return {std::string(named)};
}

}  // namespace corpus::policy
