#include "provenance/gate_judge.h"

#include <algorithm>
#include <utility>

#include "provenance/policy_judge.h"

namespace corpus::policy {
namespace {

constexpr std::size_t kMaxCached = 4096;

std::vector<std::string> teachers_of(const SourceTerms& source, std::string_view named) {
  if (named.empty()) return source.teachers;
  std::string normal = normal_name(named);
  std::vector<std::string> out = {std::string(named)};
  bool listed = std::any_of(source.teachers.begin(), source.teachers.end(),
                            [&](const std::string& t) { return normal_name(t) == normal; });
  if (!listed) out.insert(out.end(), source.teachers.begin(), source.teachers.end());
  return out;
}

}  // namespace

RecordJudge::RecordJudge(Registry registry, Query query, std::vector<std::string> inputs,
                         const Sources& sources)
    : registry_(std::move(registry)), query_(std::move(query)), inputs_(std::move(inputs)) {
  for (const auto& input : inputs_) sources_.push_back(sources.find(input));
}

Verdict RecordJudge::decide(std::uint32_t input, std::string_view teacher) const {
  static const SourceTerms kNone;
  const SourceTerms& source = input < sources_.size() ? sources_[input] : kNone;
  Decision d = registry_.evaluate(query_, teachers_of(source, teacher), source.licences);
  if (!source.declared && !d.allowed && d.rule == kUnknownLicence) {
    d.rule = kUndeclaredSource;
    d.why = "Nothing is declared about this file: neither a licence nor who wrote it.";
    d.subject = input < inputs_.size() ? short_text(inputs_[input]) : std::string();
    d.how = {"Declare it in the gate's option `sources`, or in a table named by `table`."};
  }
  Verdict out;
  for (const auto& rule : d.rules) out.rules += (out.rules.empty() ? "" : " ") + rule;
  if (d.allowed) return out;
  out.reason = Reason::intern("policy." + d.rule);
  out.strictness = strictness(d);
  out.tag = to_json(d);
  return out;
}

const Verdict& RecordJudge::judge(const Record& record, Cache& cache) const {
  thread_local std::string key;
  std::uint32_t input = record.pos.input();
  key.assign(reinterpret_cast<const char*>(&input), sizeof input);
  key += record.teacher;
  auto found = cache.find(key);
  if (found != cache.end()) return found->second;
  if (cache.size() >= kMaxCached) cache.clear();
  return cache.emplace(key, decide(input, record.teacher)).first->second;
}

}  // namespace corpus::policy
