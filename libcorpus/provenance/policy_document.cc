// Registry files (schemas/policy.json) to Terms, Models and Phrases.
#include <algorithm>

#include "core/schema.h"
#include "corpus/policy.h"
#include "corpus/recipe.h"

namespace corpus::policy {
namespace {

Error wrong(std::string_view name, const Value& at, const std::string& what) {
  std::string where(name);
  if (at.line() > 0) where += ':' + std::to_string(at.line());
  return {Code::kInvalidArgument, where + ": " + what};
}

bool is_id(std::string_view id) {
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

Result<Date> date_of(std::string_view name, const Value& object, std::string_view key) {
  const Value* v = object.find(key);
  if (v == nullptr) return Date{};
  auto date = parse_date(object.get(key, ""));
  if (!date) return wrong(name, *v, std::move(date).error().message);
  return date;
}

Effect effect_of(std::string_view text) {
  for (Effect e : {Effect::kAllow, Effect::kConditional, Effect::kDeny}) {
    if (name(e) == text) return e;
  }
  return Effect::kUnknown;
}

Result<Rule> rule_of(std::string_view file, const Value& v) {
  Rule rule;
  rule.effect = effect_of(v.get("effect", ""));
  rule.quote = v.get("quote", "");
  rule.section = v.get("section", "");
  if (const Value* list = v.find("conditions"); list != nullptr && list->if_array() != nullptr) {
    for (const auto& c : *list->if_array()) {
      rule.conditions.push_back(
          {c.get("type", ""), c.get("value", ""), c.get("when_shared", false)});
    }
  }
  // A rule that allows under no conditions, or forbids under some, is a slip of the writer.
  if ((rule.effect == Effect::kConditional) == rule.conditions.empty()) {
    return wrong(file, v, "conditions belong to a conditional rule, and it needs them");
  }
  return rule;
}

Result<Terms> terms_of(std::string_view file, const Value& v) {
  Terms out;
  out.id = v.get("id", "");
  if (!is_id(out.id)) return wrong(file, v, "id '" + out.id + "': use a-z, 0-9, '-' and '.'");
  out.kind = v.get("kind", "");
  out.title = v.get("title", "");
  out.provider = v.get("provider", "");
  out.spdx = v.get("spdx", "");
  out.url = v.get("url", "");
  out.text_sha256 = v.get("text_sha256", "");
  out.basis = v.get("basis", "");
  out.reviewed_by = v.get("reviewed_by", "");
  out.fixed = v.get("fixed", false);
  out.note = v.get("note", "");
  out.names = v.strings("names");
  CORPUS_TRY(out.version, date_of(file, v, "version"));
  CORPUS_TRY(out.reviewed, date_of(file, v, "reviewed"));
  for (const auto& item : *v.find("rules")->if_array()) {
    CORPUS_TRY(Rule rule, rule_of(file, item));
    for (const auto& text : item.strings("action")) {
      CORPUS_TRY(rule.action, parse_action(text));
      rule.id = out.id + '.' + text;
      if (out.find(rule.action) != nullptr)
        return wrong(file, item, rule.id + ": there is a rule for this action already");
      out.rules.push_back(rule);
    }
  }
  return out;
}

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

Result<void> Registry::add_document(std::string_view text, std::string_view file, bool builtin) {
  CORPUS_TRY(Value all, parse_yaml(text, file));
  if (auto problem = find_problem(all, *parsed_schema("policy"), "")) return problem->error(file);
  if (const Value* list = all.find("terms")) {
    for (const auto& item : *list->if_array()) {
      CORPUS_TRY(Terms one, terms_of(file, item));
      if (find_terms(one.id) != nullptr) {
        return wrong(file, item, "terms '" + one.id + "' exist already; give yours another id");
      }
      one.builtin = builtin;
      auto at = std::lower_bound(terms_.begin(), terms_.end(), one.id,
                                 [](const Terms& t, const std::string& id) { return t.id < id; });
      terms_.insert(at, std::move(one));
    }
  }
  if (const Value* list = all.find("models")) {
    for (const auto& item : *list->if_array()) {
      models_.push_back({item.strings("names"), item.strings("terms"), item.strings("taught_by"),
                         item.get("note", ""), builtin});
    }
  }
  // How free text is read is no matter of the user's: a phrase could make a licence vanish.
  if (builtin) {
    append(phrases_.neutral, all.strings("neutral"));
    append(phrases_.human, all.strings("human"));
    append(phrases_.doubt, all.strings("doubt"));
  } else if (all.find("neutral") != nullptr || all.find("human") != nullptr ||
             all.find("doubt") != nullptr) {
    return wrong(file, all,
                 "neutral, human and doubt are the built-in registry's alone; remove them");
  }
  digests_.emplace_back(file, provenance::hex(provenance::sha256(text)));
  return {};
}

}  // namespace corpus::policy
