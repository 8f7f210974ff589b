#include "provenance/gate_count.h"

#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "provenance/policy_judge.h"

namespace corpus::policy {
namespace {

// (input, "policy.<rule>" of a stopped record or "+<rules>" of one that passed) -> records
using Counts = std::map<std::pair<std::uint32_t, std::string>, std::uint64_t>;

struct CountState : State {
  Counts counts;
  RecordJudge::Cache cache;
};

Value::Array to_array(const std::vector<std::string>& items) {
  Value::Array out;
  for (const auto& item : items) out.emplace_back(item);
  return out;
}

Value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// What the user has to do for the records that passed under this rule.
void add_duties(const Registry& registry, const Query& query, std::string_view rule,
                Value::Array& out) {
  auto dot = rule.rfind('.');
  const Terms* terms =
      dot == std::string_view::npos ? nullptr : registry.find_terms(rule.substr(0, dot));
  if (terms == nullptr) return;
  for (const auto& duty : judge(query, *terms, registry.agreements(), "").duties) {
    Value one;
    one.set("rule", duty.rule);
    one.set("type", duty.type);
    if (!duty.value.empty()) one.set("value", duty.value);
    out.push_back(std::move(one));
  }
}

class GateCount final : public Fold {
 public:
  explicit GateCount(std::shared_ptr<const RecordJudge> judge) : judge_(std::move(judge)) {}
  std::uint32_t fields() const override { return Fields::kTeacher; }
  bool observes_only() const override { return true; }
  std::unique_ptr<State> partial() const override { return std::make_unique<CountState>(); }

  Result<void> observe(const Batch& batch, State& state) const override {
    auto& own = static_cast<CountState&>(state);
    for (const Record& record : batch.records) {
      if (!record.drop) {
        ++own.counts[{record.pos.input(), '+' + judge_->judge(record, own.cache).rules}];
      } else if (record.drop.name().starts_with("policy.")) {
        ++own.counts[{record.pos.input(), std::string(record.drop.name())}];
      }
    }
    return {};
  }

  Result<void> merge(std::unique_ptr<State> state) override {
    for (const auto& [key, n] : static_cast<CountState&>(*state).counts) {
      counts_[key] += n;
      fresh_[key] += n;
    }
    return {};
  }

  Result<std::unique_ptr<Map>> finish() override { return std::unique_ptr<Map>(); }

  // Each item: input, length of the name, name, how many more.
  Result<void> save(const StateSink& sink) override {
    std::string out;
    for (const auto& [key, n] : fresh_) {
      auto size = static_cast<std::uint32_t>(key.second.size());
      out.append(reinterpret_cast<const char*>(&key.first), 4)
          .append(reinterpret_cast<const char*>(&size), 4);
      out.append(key.second).append(reinterpret_cast<const char*>(&n), 8);
    }
    fresh_.clear();
    return out.empty() ? Result<void>() : sink(out);
  }

  Result<void> load(std::string_view bytes) override {
    while (!bytes.empty()) {
      std::uint32_t input = 0, size = 0;
      std::uint64_t n = 0;
      if (bytes.size() < 8) return damaged();
      std::memcpy(&input, bytes.data(), 4);
      std::memcpy(&size, bytes.data() + 4, 4);
      if (bytes.size() < 16 + std::uint64_t{size}) return damaged();
      std::memcpy(&n, bytes.data() + 8 + size, 8);
      counts_[{input, std::string(bytes.substr(8, size))}] += n;
      bytes.remove_prefix(16 + size);
    }
    return {};
  }

  std::string report() const override {
    const Query& query = judge_->query();
    Value out;
    out.set("intent", std::string(name(query.action)));
    out.set("student", query.student);
    out.set("student_base", query.student_base);
    out.set("distribution", std::string(name(query.distribution)));
    out.set("commercial", query.commercial);
    out.set("accept", to_array(query.accept));
    out.set("date", to_string(query.date));
    out.set("registry_sha256", judge_->registry().digest());
    Value::Array agreements;
    for (const auto& agreement : judge_->registry().agreements()) {
      Value one;
      one.set("id", agreement.id);
      one.set("keyid", agreement.keyid);
      agreements.push_back(std::move(one));
    }
    out.set("agreements", std::move(agreements));
    std::uint64_t passed = 0, rejected = 0;
    for (const auto& [key, n] : counts_) (key.second.starts_with('+') ? passed : rejected) += n;
    out.set("passed", number(passed));
    out.set("rejected", number(rejected));
    out.set("sources", sources());
    out.set("duties", duties());
    return out.to_json();
  }

 private:
  static Error damaged() { return {Code::kCorrupt, "policy.gate: its saved counts are damaged"}; }

  Value::Array sources() const {
    Value::Array out;
    for (std::uint32_t i = 0; i < judge_->inputs().size(); ++i) {
      const SourceTerms& terms = judge_->sources()[i];
      std::uint64_t passed = 0;
      Value rejected = Value::Object();
      for (auto at = counts_.lower_bound({i, ""}); at != counts_.end() && at->first.first == i;
           ++at) {
        const std::string& what = at->first.second;
        if (what.starts_with('+'))
          passed += at->second;
        else
          rejected.set(what, number(at->second));
      }
      Value one;
      one.set("input", short_text(judge_->inputs()[i]));
      one.set("declared", terms.declared);
      one.set("licences", to_array(terms.licences));
      one.set("teachers", to_array(terms.teachers));
      if (!terms.urls.empty()) one.set("urls", to_array(terms.urls));
      if (!terms.collected.empty()) one.set("collected", to_array(terms.collected));
      one.set("passed", number(passed));
      one.set("rejected", std::move(rejected));
      out.push_back(std::move(one));
    }
    return out;
  }

  Value::Array duties() const {
    std::map<std::string, bool> rules;  // of records that passed, each once
    for (const auto& [key, n] : counts_) {
      if (!key.second.starts_with('+')) continue;
      std::string_view list = std::string_view(key.second).substr(1);
      while (!list.empty()) {
        auto blank = list.find(' ');
        rules.emplace(list.substr(0, blank), true);
        list.remove_prefix(blank == std::string_view::npos ? list.size() : blank + 1);
      }
    }
    Value::Array out;
    for (const auto& [rule, unused] : rules)
      add_duties(judge_->registry(), judge_->query(), rule, out);
    return out;
  }

  std::shared_ptr<const RecordJudge> judge_;
  Counts counts_, fresh_;
};

}  // namespace

std::unique_ptr<Fold> make_gate_count(std::shared_ptr<const RecordJudge> judge) {
  return std::make_unique<GateCount>(std::move(judge));
}

}  // namespace corpus::policy
