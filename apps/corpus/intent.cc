#include "intent.h"

#include "flags.h"

#include <algorithm>

#include "commands.h"

namespace corpus::cli {
namespace {

constexpr std::string_view kGate = "policy.gate";

// Flags that are options of the gate under another name or the same.
struct Option {
  std::string_view flag;
  std::string_view option;
};
constexpr Option kOptions[] = {{"intent", "intent"},
                               {"student", "student"},
                               {"student-base", "student_base"},
                               {"distribution", "distribution"},
                               {"date", "date"},
                               {"policy-table", "table"}};

std::vector<std::string> values(const Args& args, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& [flag, value] : args.given) {
    if (flag->name == name) out.push_back(value);
  }
  return out;
}

Value list(const std::vector<std::string>& items) {
  return Value(Value::Array(items.begin(), items.end()));
}

}  // namespace

Result<void> state_intent(Recipe& recipe, const Args& args) {
  auto gate = std::find_if(recipe.stages.begin(), recipe.stages.end(),
                           [](const StageSpec& stage) { return stage.id == kGate; });
  if (gate == recipe.stages.end()) {
    if (!args.has("intent")) {
      for (const auto& [flag, value] : args.given) {
        if ((flag->commands & ~(kCurate | kPolicy)) == 0 && (flag->commands & kPolicy) != 0) {
          return Error{Code::kInvalidArgument,
                       "--" + std::string(flag->name) + ": state what is intended with --intent"};
        }
      }
      return {};
    }
    gate =
        recipe.stages.insert(recipe.stages.begin(), {std::string(kGate), Value(Value::Object{})});
  }
  if (gate->options.is_null()) gate->options = Value::Object{};
  for (const auto& [flag, option] : kOptions) {
    if (const auto* value = args.last(flag)) gate->options.set(option, *value);
  }
  if (args.has("non-commercial")) gate->options.set("commercial", false);
  if (args.has("accept")) gate->options.set("accept", list(values(args, "accept")));
  if (args.has("policy-file")) gate->options.set("registry", list(values(args, "policy-file")));
  if (gate->options.get("date", "").empty()) {
    gate->options.set("date", policy::to_string(policy::today()));
  }
  return {};
}

Result<policy::Query> intent_query(const Args& args) {
  if (!args.has("intent")) {
    return Error{Code::kInvalidArgument,
                 "state what is intended: --intent train, train_competing, redistribute or sell"};
  }
  policy::Query query;
  CORPUS_TRY(query.action, policy::parse_action(*args.last("intent")));
  CORPUS_TRY(query.distribution, policy::parse_distribution(args.get("distribution", "released")));
  query.student = args.get("student", "");
  query.student_base = args.get("student-base", "");
  query.commercial = !args.has("non-commercial");
  query.accept = values(args, "accept");
  if (const auto* date = args.last("date")) {
    auto parsed = policy::parse_date(*date);
    if (!parsed) return std::move(parsed).error().context("--date");
    query.date = *parsed;
  }
  return query;
}

Result<policy::Registry> policy_registry(const Args& args) {
  CORPUS_TRY(policy::Registry registry, policy::Registry::builtin());
  for (const auto& path : values(args, "policy-file")) CORPUS_CHECK(registry.add_file(path));
  return registry;
}

}  // namespace corpus::cli
