#include "report.h"

#include <algorithm>
#include <vector>

#include "common/terminal.h"

namespace corpus::cli {
namespace {

constexpr std::string_view kGate = "policy.gate";  // its reasons begin with "policy."

struct Row {
  std::string name;
  std::uint64_t count;
  bool indented;
  std::string_view sign;
};

// The drops whose reasons begin with "<stage>.", as one row and a row for each reason.
void stage_rows(std::vector<Row>& rows, const RunSummary& summary, const std::string& stage) {
  std::string prefix = stage == kGate ? "policy." : stage + '.';
  std::vector<Row> reasons;
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : summary.dropped) {
    if (!reason.starts_with(prefix)) continue;
    sum += count;
    reasons.push_back({reason.substr(prefix.size()), count, true, ""});
  }
  if (sum == 0) return;
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Row& a, const Row& b) { return a.count > b.count; });
  rows.push_back({stage, sum, false, "-"});
  rows.insert(rows.end(), reasons.begin(), reasons.end());
}

// "filters.length.empty" -> "filters.length"; "malformed.json" -> "malformed".
std::string stage_of(const std::string& reason) {
  if (reason.starts_with("policy.")) return std::string(kGate);
  auto dot = reason.find('.');
  if (reason.starts_with("malformed.") || dot == std::string::npos) return reason.substr(0, dot);
  return reason.substr(0, reason.find('.', dot + 1));
}

// What policy.gate checked; it alone knows how many records it saw.
std::string policy(const RunSummary& summary) {
  for (const auto& [stage, text] : summary.reports) {
    if (stage != kGate) continue;
    auto report = parse_yaml(text, stage);  // JSON is YAML
    if (!report) break;
    auto n = [&](const char* key) { return static_cast<std::uint64_t>(report->get(key, 0)); };
    return "checked for " + report->get("intent", "") + " on " + report->get("date", "") + ": " +
           grouped(n("passed")) + " of " + counted(n("passed") + n("rejected"), "record") +
           " allowed";
  }
  return "unchecked (no intent was stated)";
}

}  // namespace

std::string funnel(const Report& report, const Recipe& recipe) {
  const RunSummary& summary = report.summary;
  std::vector<std::string> order = {"malformed"};
  auto add = [&](const std::string& stage) {
    if (std::find(order.begin(), order.end(), stage) == order.end()) order.push_back(stage);
  };
  // A reason that belongs to no stage of the recipe comes from the reading end.
  for (const auto& [reason, count] : summary.dropped) {
    std::string stage = stage_of(reason);
    bool listed = std::any_of(recipe.stages.begin(), recipe.stages.end(),
                              [&](const StageSpec& s) { return s.id == stage; });
    if (!listed) add(stage);
  }
  for (const auto& stage : recipe.stages) add(stage.id);

  std::vector<Row> rows = {{"in", summary.records, false, ""}};
  for (const auto& stage : order) stage_rows(rows, summary, stage);
  rows.push_back({"kept", summary.kept, false, ""});

  std::size_t name_width = 24, count_width = 0;
  for (const auto& row : rows) {
    name_width = std::max(name_width, row.name.size() + (row.indented ? 2 : 0));
    count_width = std::max(count_width, row.sign.size() + grouped(row.count).size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string name = (row.indented ? "  " : "") + row.name;
    std::string count = std::string(row.sign) + grouped(row.count);
    std::string share = row.name == "in" ? "" : percent(double(row.count), double(summary.records));
    name.resize(name_width, ' ');
    // The reasons' numbers stand a little to the right, below the sum they make up.
    std::string line = "  " + name + "  " + std::string(count_width - count.size(), ' ') + count;
    if (!share.empty()) line += std::string(share.size() < 9 ? 9 - share.size() : 1, ' ') + share;
    out += line + '\n';
  }
  double rate = report.seconds > 0 ? double(summary.bytes_in) / report.seconds : 0;
  out += "\n  " + bytes(double(summary.bytes_in)) + " in, " + bytes(double(report.bytes_out)) +
         " out, " + duration(report.seconds) + ", " + bytes(rate) + "/s, peak memory " +
         bytes(double(report.peak_rss)) + '\n';
  if (report.resumed)
    out += "  continued an interrupted run: counts are of the whole, time is not\n";
  return out + "  policy: " + policy(summary) + '\n';
}

std::string json_string(std::string_view text) { return Value(std::string(text)).to_json(); }

std::string run_json(const Report& report) { return to_json(report) + '\n'; }

}  // namespace corpus::cli
