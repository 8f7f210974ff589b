#include "commands.h"
#include "job.h"
#include "report.h"
#include "terminal.h"

namespace corpus::cli {
namespace {

// The report of stats.basic is one JSON object; records, malformed and bytes go before its members.
std::string stats_json(const RunSummary& summary, std::string_view basic) {
  std::string out = "{\"records\":" + std::to_string(summary.records) +
                    ",\"malformed\":" + std::to_string(summary.malformed) +
                    ",\"bytes\":" + std::to_string(summary.bytes_in);
  std::string_view members = basic.size() > 2 ? basic.substr(1, basic.size() - 2) : "";
  if (!members.empty()) out += ',' + std::string(members);
  return out + "}\n";
}

}  // namespace

Result<int> stats(const Args& args) {
  Recipe recipe;
  recipe.stages.push_back({"stats.basic", Value(Value::Object{})});
  CORPUS_CHECK(complete(recipe, args, args.words, "null:"));
  CORPUS_TRY(auto report, run_quietly(recipe, args));
  if (!report) return kDone;
  std::string basic;
  for (const auto& [id, json] : report->summary.reports) {
    if (id == "stats.basic") basic = json;
  }
  return print(stats_json(report->summary, basic));
}

}  // namespace corpus::cli
