// corpus decontaminate: drops what must not be learned before it is tested.
#include <cstdio>
#include <memory>

#include "commands.h"
#include "common/terminal.h"
#include "job.h"

namespace corpus::cli {
namespace {

constexpr std::string_view kStage = "decontaminate.ngram";

Result<void> write_report(const std::string& path, const std::string& json) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  std::string line = json + '\n';
  bool good = file && std::fwrite(line.data(), 1, line.size(), file.get()) == line.size() &&
              std::fclose(file.release()) == 0;
  if (good) return {};
  return Error{Code::kIo, "--report: " + path + " cannot be written; name a file in a folder that exists"};
}

// One line a benchmark of which something was found.
Result<std::string> found(const std::string& json) {
  CORPUS_TRY(Value report, parse_yaml(json, "report"));  // JSON is YAML
  std::string out;
  for (const auto& [name, counts] : *report.find("benchmarks")->if_object()) {
    auto n = [&, &c = counts](const char* key) { return grouped(static_cast<std::uint64_t>(c.get(key, 0))); };
    if (counts.get("found", 0) == 0) continue;
    out += "  " + name + ": " + n("found") + " of " + n("items") + " items, in " + n("records") + " records\n";
  }
  return out.empty() ? "no benchmark item was found\n" : "found\n" + out;
}

}  // namespace

Result<int> decontaminate(const Args& args) {
  Recipe recipe;
  Value options(Value::Object{});
  Value::Array against;
  for (const auto& [flag, value] : args.given) {
    if (flag->name == "against") against.emplace_back(value);
  }
  if (against.empty() && !args.has("against-index")) {
    return Error{Code::kInvalidArgument, "name the benchmarks with --against or --against-index"};
  }
  if (!against.empty()) options.set("against", std::move(against));
  recipe.stages.push_back({std::string(kStage), std::move(options)});
  CORPUS_CHECK(complete(recipe, args, args.words, ""));
  std::string report;
  CORPUS_TRY(int status, run_job(recipe, args, kStage, &report));
  if (report.empty()) return status;
  if (const auto* path = args.last("report")) CORPUS_CHECK(write_report(*path, report));
  if (!args.has("quiet") && !args.has("json")) {
    CORPUS_TRY(std::string text, found(report));
    std::fputs(text.c_str(), stderr);
  }
  return status;
}

}  // namespace corpus::cli
