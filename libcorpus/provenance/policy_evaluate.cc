// The evaluator: from a query, teachers and licences to a decision. The order of strictness is
//   deny > a condition that the query breaks > unknown (or reviewed too long ago) > duties not yet
//   undertaken > allow.
#include <algorithm>

#include "corpus/policy.h"
#include "provenance/policy_judge.h"
#include "provenance/policy_text.h"

namespace corpus::policy {
namespace {

constexpr int kMaxTeachers = 16;  // links of a chain of teachers; longer is a circle or nonsense

}  // namespace

int strictness(const Decision& d) {
  if (d.allowed) return 0;
  if (d.effect == Effect::kDeny) return 4;
  if (d.effect == Effect::kUnknown) return 2;
  bool broken = std::any_of(d.unmet.begin(), d.unmet.end(), [](const Duty& u) {
    const DutyType* type = find_duty(u.type);
    return type == nullptr || type->checked;
  });
  return broken ? 3 : 1;
}

namespace {

template <typename T>
void add_all(std::vector<T>& to, std::vector<T>& from) {
  for (auto& item : from) {
    if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(std::move(item));
  }
}

Decision unknown_decision(std::string_view rule, std::string_view subject, std::string why) {
  Decision d;
  d.rule = rule;
  d.rules = {d.rule};
  d.subject = subject;
  d.why = std::move(why);
  return d;
}

}  // namespace

Decision strictest(Decision a, Decision b) {
  int left = strictness(a), right = strictness(b);
  bool swap = right > left || (right == left && a.rule.empty());
  Decision& top = swap ? b : a;
  Decision& other = swap ? a : b;
  if (!top.allowed && left == right) {
    add_all(top.unmet, other.unmet);
    add_all(top.how, other.how);
  }
  add_all(top.duties, other.duties);
  add_all(top.lifted_by, other.lifted_by);
  add_all(top.rules, other.rules);
  return std::move(top);
}

namespace {

// The user may know what the built-in registry does not, but not better than what it knows.
std::optional<Decision> layered(std::optional<Decision> builtin, std::optional<Decision> own) {
  if (!builtin || !own) return builtin ? std::move(builtin) : std::move(own);
  bool knows_nothing = !builtin->allowed && builtin->effect == Effect::kUnknown;
  return knows_nothing ? std::move(own) : strictest(*std::move(builtin), *std::move(own));
}

}  // namespace

Decision Registry::evaluate_model(const Query& query, const Model& model,
                                  const std::string& subject, int depth) const {
  std::optional<Decision> out;
  auto add = [&](Decision d) {
    out = out ? strictest(std::move(*out), std::move(d)) : std::move(d);
  };
  for (const auto& id : model.terms) {
    if (const Terms* terms = find_terms(id)) add(judge(query, *terms, agreements_, subject));
  }
  if (model.terms.empty()) {
    Decision d =
        unknown_decision(kUnknownTeacher, subject, "No terms are known for this model's text.");
    d.how = {"Find out which terms hold for it and add them to a policy file of your own."};
    add(std::move(d));
  }
  for (const auto& teacher : model.taught_by) {
    std::string line = subject + " <- " + teacher;
    if (depth >= kMaxTeachers) {
      Decision d = unknown_decision(kUnknownTeacher, line, "The chain of teachers does not end.");
      d.how = {"Remove the circle from `taught_by` in the policy file."};
      add(std::move(d));
    } else {
      add(evaluate_teacher_line(query, teacher, line, depth + 1));
    }
  }
  return *std::move(out);
}

Decision Registry::evaluate_teacher_line(const Query& query, std::string_view model,
                                         const std::string& subject, int depth) const {
  if (normal_name(model) == kHuman) {
    Decision d;
    d.allowed = true;
    d.effect = Effect::kAllow;
    d.subject = subject;
    d.why = "No model wrote it.";
    return d;
  }
  auto [builtin, own] = find_model(model);
  if (model.empty() || (builtin == nullptr && own == nullptr)) {
    Decision d = unknown_decision(kUnknownTeacher, subject,
                                  model.empty() ? "It is not known which model wrote it."
                                                : "No terms are known for this teacher.");
    d.quote = short_text(model);
    d.how = {"Name the model that wrote it, or add its terms to a policy file of your own."};
    return d;
  }
  auto judge_one = [&, line = subject](const Model* m) -> std::optional<Decision> {
    if (m == nullptr) return std::nullopt;
    return evaluate_model(query, *m, line, depth);
  };
  return *layered(judge_one(builtin), judge_one(own));
}

Decision Registry::evaluate_teacher(const Query& query, std::string_view model) const {
  return evaluate_teacher_line(query, model, short_text(model), 0);
}

Decision Registry::evaluate_licence(const Query& query, std::string_view stated) const {
  std::optional<Decision> best;  // of the alternatives the user may choose from
  for (const auto& choice : read_licence(*this, stated)) {
    std::optional<Decision> all;
    auto add = [&](Decision d) {
      all = all ? strictest(std::move(*all), std::move(d)) : std::move(d);
    };
    for (const auto& layers : choice.terms) {
      auto judge_one = [&](const Terms* terms) -> std::optional<Decision> {
        if (terms == nullptr) return std::nullopt;
        Decision d = judge(query, *terms, agreements_, short_text(stated));
        if (d.quote.empty()) d.quote = short_text(stated);
        return d;
      };
      add(*layered(judge_one(layers.first), judge_one(layers.second)));
    }
    for (const auto& clause : choice.unread) {
      Decision d = unknown_decision(kUnknownLicence, short_text(stated),
                                    "Nobody knows what these words allow.");
      d.quote = short_text(clause);
      d.how = {
          "State the licence by its SPDX id, or add these words to a policy file of your own as "
          "names of terms."};
      add(std::move(d));
    }
    if (!all) {
      all = unknown_decision(kUnknownLicence, short_text(stated), "No licence is stated.");
      all->quote = short_text(stated);
      all->how = {"State the licence of the source by its SPDX id."};
    }
    if (!best || strictness(*all) < strictness(*best)) best = std::move(all);
  }
  return *std::move(best);
}

Decision Registry::evaluate(const Query& query, std::span<const std::string> teachers,
                            std::span<const std::string> licences) const {
  std::optional<Decision> out;
  auto add = [&](Decision d) {
    out = out ? strictest(std::move(*out), std::move(d)) : std::move(d);
  };
  for (const auto& teacher : teachers) add(evaluate_teacher(query, teacher));
  if (teachers.empty()) add(evaluate_teacher(query, ""));
  for (const auto& licence : licences) add(evaluate_licence(query, licence));
  if (licences.empty()) add(evaluate_licence(query, ""));
  return *std::move(out);
}

}  // namespace corpus::policy
