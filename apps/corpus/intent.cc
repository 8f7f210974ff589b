#include "intent.h"

#include "flags.h"

#include <algorithm>

#include "commands.h"

namespace corpus::cli {
namespace {

constexpr std::string_view kGate = "policy.gate";
constexpr std::string_view kLineage = "tags.lineage";

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

// A corpus made for a stated purpose can be asked for each record's sources and teachers, whatever
// the recipe: tags.lineage comes last, with what the gate knows of the inputs.
void write_lineage(Recipe& recipe, const Value gate) {
  auto lineage = std::find_if(recipe.stages.begin(), recipe.stages.end(),
                              [](const StageSpec& stage) { return stage.id == kLineage; });
  if (lineage == recipe.stages.end()) {
    lineage = recipe.stages.insert(lineage, {std::string(kLineage), Value(Value::Object{})});
  }
  if (lineage->options.is_null()) lineage->options = Value::Object{};
  for (const char* option : {"sources", "table", "registry"}) {
    const Value* known = gate.find(option);
    if (known != nullptr && lineage->options.find(option) == nullptr) {
      lineage->options.set(option, *known);
    }
  }
}

}  // namespace

void leave_out_withdrawn(Recipe& recipe, const Args& args) {
  const auto* file = args.last("withdrawals");
  if (file == nullptr) return;
  Value options;
  options.set("list", *file);
  auto at = recipe.stages.begin();
  if (at != recipe.stages.end() && at->id == kGate) ++at;  // its counts are of what it stopped
  recipe.stages.insert(at, {"filters.withdrawn", std::move(options)});
}

Result<void> state_intent(Recipe& recipe, const Args& args) {
  auto gate = std::find_if(recipe.stages.begin(), recipe.stages.end(),
                           [](const StageSpec& stage) { return stage.id == kGate; });
  if (gate == recipe.stages.end()) {
    if (!args.has("intent")) {
      for (const auto& [flag, value] : args.given) {
        if ((flag->commands & ~(kCurate | kPolicy | kWithdraw)) == 0 && (flag->commands & kPolicy) != 0) {
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
  if (!args.has("intent")) return {};
  write_lineage(recipe, gate->options);
  // What was made for a purpose is signed next.
  if (recipe.output.find("digests") == nullptr) recipe.output.set("digests", true);
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
