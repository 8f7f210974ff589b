#include "provenance/policy_judge.h"

#include <algorithm>

#include "json/escape.h"
#include "provenance/policy_text.h"

namespace corpus::policy {

const DutyType* find_duty(std::string_view type) {
  for (const auto& duty : duty_types()) {
    if (duty.type == type) return &duty;
  }
  return nullptr;
}

namespace {

bool is_met(const Condition& c, const Query& q) {
  if (c.when_shared && q.distribution == Distribution::kPrivate) return true;
  if (c.type == "name_prefix") return normal_name(q.student).starts_with(normal_name(c.value));
  if (c.type == "students_only") {
    return matches_any(c.value, normal_name(q.student_base.empty() ? q.student : q.student_base));
  }
  if (c.type == "non_commercial") return !q.commercial && q.action != Action::kSell;
  return std::find(q.accept.begin(), q.accept.end(), c.type) != q.accept.end();
}

void add_once(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

const Agreement* find_agreement(std::span<const Agreement> all, const std::string& rule,
                                const Query& q) {
  for (const auto& a : all) {
    bool named = std::find(a.lifts.begin(), a.lifts.end(), rule) != a.lifts.end();
    bool student = a.students.empty() || matches_any(a.students, normal_name(q.student));
    if (named && student && a.from <= q.date && q.date <= a.until) return &a;
  }
  return nullptr;
}

std::string shown(const Condition& c) {
  return c.value.empty() ? c.type : c.type + " \"" + c.value + '"';
}

// Conditions: what is not met denies, what is met by an undertaking becomes a duty.
void judge_conditions(const Rule& rule, const Query& query, Decision& d) {
  for (const auto& c : rule.conditions) {
    const DutyType* type = find_duty(c.type);
    Duty duty{c.type, c.value, type != nullptr ? std::string(type->how) : std::string(), rule.id};
    if (!is_met(c, query)) {
      d.unmet.push_back(std::move(duty));
    } else if (type != nullptr && (!type->checked || c.type == "non_commercial")) {
      if (!(c.when_shared && query.distribution == Distribution::kPrivate))
        d.duties.push_back(std::move(duty));
    }
  }
  d.allowed = d.unmet.empty();
  if (d.allowed) return;
  d.why = "The terms allow it under conditions that are not met:";
  for (std::size_t i = 0; i < d.unmet.size(); ++i) {
    const Duty& u = d.unmet[i];
    d.why += (i == 0 ? " " : ", ") + shown({u.type, u.value});
    std::string how = u.how + (u.value.empty() ? "" : " (" + u.value + ")");
    const DutyType* type = find_duty(u.type);
    if (type != nullptr && !type->checked) how += " Then say so: accept " + u.type + '.';
    add_once(d.how, how);
  }
}

}  // namespace

Decision judge(const Query& query, const Terms& terms, std::span<const Agreement> agreements,
               std::string_view subject) {
  Decision d;
  d.rule = terms.id + '.' + std::string(name(query.action));
  d.rules = {d.rule};
  d.subject = subject;
  d.terms = terms.id;
  d.title = terms.title;
  d.url = terms.url;
  if (terms.version != Date{}) d.version = to_string(terms.version);
  d.reviewed = to_string(terms.reviewed);
  const Rule* rule = terms.find(query.action);
  d.effect = rule != nullptr ? rule->effect : Effect::kUnknown;
  if (rule != nullptr) {
    d.quote = rule->quote;
    d.section = rule->section;
  }
  std::string what = std::string(name(query.action)) + " under \"" + terms.title + '"';
  if (const Agreement* agreement = find_agreement(agreements, d.rule, query)) {
    d.allowed = true;
    d.lifted_by = {agreement->id};
    d.why = "Agreement " + agreement->id + " with " + agreement->counterparty + " permits " + what +
            '.';
    return d;
  }
  auto age = (query.date - terms.reviewed).count();
  bool stale = !terms.fixed && age > query.max_review_age;
  if (d.effect == Effect::kDeny) {
    d.why = "The terms forbid " + what + '.';
    d.how = {
        "Take a teacher or source whose terms allow it, or get a signed agreement that lifts " +
        d.rule + '.'};
  } else if (d.effect == Effect::kUnknown) {
    d.why = "Nobody has found a clause that allows " + what + '.';
    d.how = {
        "Read the terms and add what they say in a policy file of your own, or get a signed "
        "agreement that lifts " +
        d.rule + '.'};
  } else if (stale) {
    d.effect = Effect::kUnknown;
    d.why = "The terms were last reviewed on " + d.reviewed + ", " + std::to_string(age) +
            " days before; older than " + std::to_string(query.max_review_age) +
            " days is not relied on.";
    d.how = {"Update the registry, or review the terms and add them to a policy file of your own."};
  } else if (d.effect == Effect::kAllow) {
    d.allowed = true;
    d.why = "The terms allow " + what + '.';
  } else {
    d.why = "The terms allow " + what + " and every condition is met.";
    judge_conditions(*rule, query, d);
  }
  return d;
}

std::string short_text(std::string_view text) {
  std::string_view head = text.substr(0, kMaxQuote);
  // Not in the middle of a character.
  while (head.size() < text.size() && !head.empty() && (text[head.size()] & 0xC0) == 0x80)
    head.remove_suffix(1);
  std::string out(head);
  if (json::valid_utf8(out)) return out;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

}  // namespace corpus::policy
