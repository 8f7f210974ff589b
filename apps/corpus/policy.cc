// corpus policy: what the terms of teachers and sources allow.
#include "corpus/policy.h"

#include <algorithm>
#include <optional>

#include "commands.h"
#include "intent.h"
#include "job.h"
#include "report.h"
#include "common/terminal.h"

namespace corpus::cli {
namespace {

constexpr policy::Action kActions[] = {policy::Action::kTrain, policy::Action::kTrainCompeting,
                                       policy::Action::kRedistribute, policy::Action::kSell};

constexpr std::size_t kReason = 52;  // columns for a reason

std::string left(std::string s, std::size_t width) {
  s.resize(std::max(width, s.size()), ' ');
  return s;
}

// --- explain

void line(std::string& out, std::string_view name, const std::string& text) {
  if (text.empty()) return;
  out += "  " + left(std::string(name), 10) + wrapped(text, 80, 12) + '\n';
}

std::string explanation(const policy::Decision& d) {
  std::string out = (d.allowed ? "allowed: " : "denied: ") + d.subject + '\n';
  line(out, "why", d.why);
  line(out, "rule", d.rule + (d.section.empty() ? "" : ", " + d.section));
  line(out, "terms",
       d.title + (d.version.empty() ? "" : ", version " + d.version) +
           (d.reviewed.empty() ? "" : ", reviewed " + d.reviewed));
  line(out, "quote", d.quote.empty() ? "" : '"' + d.quote + '"');
  line(out, "url", d.url);
  for (const auto& duty : d.duties) line(out, "duty", duty.type + ": " + duty.how);
  for (const auto& how : d.how) line(out, "to do", how);
  for (const auto& id : d.lifted_by) line(out, "lifted by", "agreement " + id);
  return out;
}

Result<int> explain(const Args& args) {
  CORPUS_TRY(policy::Query query, intent_query(args));
  CORPUS_TRY(policy::Registry registry, policy_registry(args));
  std::optional<policy::Decision> decision;
  for (const auto& [flag, value] : args.given) {
    if (flag->name != "teacher" && flag->name != "licence") continue;
    policy::Decision one = flag->name == "teacher" ? registry.evaluate_teacher(query, value)
                                                   : registry.evaluate_licence(query, value);
    decision = decision ? policy::strictest(*std::move(decision), std::move(one)) : std::move(one);
  }
  if (!decision) {
    return Error{Code::kInvalidArgument,
                 "name what it is about: --teacher MODEL or --licence TEXT"};
  }
  CORPUS_CHECK(
      print(args.has("json") ? policy::to_json(*decision) + '\n' : explanation(*decision)));
  return decision->allowed ? kDone : kNo;
}

// --- list

Result<int> list(const Args& args) {
  CORPUS_TRY(policy::Registry registry, policy_registry(args));
  std::size_t width = 5;
  for (const auto& terms : registry.terms()) width = std::max(width, terms.id.size());
  std::string out, json;
  for (const auto& terms : registry.terms()) {
    std::string row = "  " + left(terms.id, width), effects;
    for (auto action : kActions) {
      const policy::Rule* rule = terms.find(action);
      std::string effect(policy::name(rule != nullptr ? rule->effect : policy::Effect::kUnknown));
      row += "  " + left(effect, 15);
      effects += ",\"" + std::string(policy::name(action)) + "\":\"" + effect + '"';
    }
    out += row + "  " + policy::to_string(terms.reviewed) + '\n';
    json += (json.empty() ? "" : ",\n") + ("{\"terms\":" + json_string(terms.id)) +
            ",\"title\":" + json_string(terms.title) + effects + ",\"reviewed\":\"" +
            policy::to_string(terms.reviewed) + "\"}";
  }
  if (args.has("json")) return print('[' + json + "]\n");
  std::string head = "  " + left("terms", width);
  for (auto action : kActions) head += "  " + left(std::string(policy::name(action)), 15);
  return print(head + "  reviewed\n" + out + "\nregistry " + registry.digest() + '\n');
}

// --- check

std::uint64_t count(const Value& v) {
  return v.if_int() != nullptr ? static_cast<std::uint64_t>(*v.if_int()) : 0;
}

std::string check_text(const Value& report) {
  std::string out;
  for (const auto& source : *report.find("sources")->if_array()) {
    out +=
        source.get("input", "") + (source.get("declared", false) ? "" : "  (not declared)") + '\n';
    out += "  " + left("allowed", kReason) + "  " + grouped(count(*source.find("passed"))) + '\n';
    for (const auto& [reason, n] : *source.find("rejected")->if_object()) {
      out += "  " + left(reason, kReason) + "  " + grouped(count(n)) + '\n';
    }
  }
  for (const auto& duty : *report.find("duties")->if_array()) {
    out += "duty of " + duty.get("rule", "") + ": " + duty.get("type", "") + '\n';
  }
  std::uint64_t passed = count(*report.find("passed")), rejected = count(*report.find("rejected"));
  return out + grouped(passed) + " of " + counted(passed + rejected, "record") + " allowed for " +
         report.get("intent", "") + " on " + report.get("date", "") + '\n';
}

Result<int> check(const Args& args, std::span<const std::string> inputs) {
  Recipe recipe;
  if (!args.has("intent")) return intent_query(args).error();
  CORPUS_CHECK(state_intent(recipe, args));
  CORPUS_CHECK(complete(recipe, args, inputs, "null:"));
  CORPUS_TRY(auto report, run_quietly(recipe, args));
  if (!report) return kDone;
  std::string json;
  for (const auto& [id, text] : report->summary.reports) {
    if (id == "policy.gate") json = text;
  }
  CORPUS_TRY(Value gate, parse_yaml(json, "policy.gate"));  // JSON is YAML
  CORPUS_CHECK(print(args.has("json") ? json + '\n' : check_text(gate)));
  return count(*gate.find("rejected")) == 0 ? kDone : kNo;
}

}  // namespace

Result<int> policy(const Args& args) {
  std::string verb = args.words.empty() ? "" : args.words[0];
  auto rest = std::span(args.words).subspan(args.words.empty() ? 0 : 1);
  if (verb == "check") return check(args, rest);
  if (verb == "explain" && rest.empty()) return explain(args);
  if (verb == "list" && rest.empty()) return list(args);
  return Error{Code::kInvalidArgument,
               "write corpus policy check IN..., corpus policy explain --teacher MODEL, or corpus "
               "policy list"};
}

}  // namespace corpus::cli
