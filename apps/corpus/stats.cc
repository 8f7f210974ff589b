// corpus stats: what stats.basic found, as its JSON or as tables.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "commands.h"
#include "job.h"
#include "common/terminal.h"

namespace corpus::cli {
namespace {

constexpr std::size_t kNames = 20;  // rows of one table; -v shows all
constexpr std::size_t kNameWidth = 34, kWidestName = 52;

std::string spaced(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

// A name out of the data, without what could steer a terminal.
std::string harmless(std::string name) {
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return name;
}

std::string left(std::string s, std::size_t width) {
  s.resize(std::max(width, s.size()), ' ');
  return s;
}
std::string right(const std::string& s, std::size_t width) {
  return s.size() < width ? std::string(width - s.size(), ' ') + s : s;
}

std::uint64_t count_of(const Value& v) {
  auto* n = v.if_int();
  return n != nullptr && *n > 0 ? static_cast<std::uint64_t>(*n) : 0;
}

std::string row(const std::string& name, std::uint64_t count, std::uint64_t whole,
                std::size_t width = kNameWidth) {
  std::string out = "  " + left(name, width) + right(grouped(count), 14);
  if (whole != 0) out += right(percent(double(count), double(whole)), 10);
  return out + '\n';
}

// Names with counts, the most frequent first.
std::string table(const std::string& title, const Value::Object& names, std::uint64_t whole,
                  bool all) {
  std::vector<std::pair<std::string, std::uint64_t>> rows;
  for (const auto& [name, v] : names) {
    bool reason = name.starts_with("malformed.");
    rows.emplace_back(harmless(reason ? name.substr(name.find('.') + 1) : name), count_of(v));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out = '\n' + spaced(title) + '\n';
  std::size_t shown = all || rows.size() <= kNames ? rows.size() : kNames;
  std::size_t width = kNameWidth;
  for (std::size_t i = 0; i < shown; ++i) width = std::max(width, rows[i].first.size());
  width = std::min(width, kWidestName);
  for (std::size_t i = 0; i < shown; ++i) out += row(rows[i].first, rows[i].second, whole, width);
  if (shown < rows.size()) {
    out += "  and " + grouped(rows.size() - shown) + " more; -v shows all\n";
  }
  return out;
}

// A length that at least `share` of the lengths do not exceed, to a power of two: the histogram
// tells no more.
std::string up_to(const Value& lengths, double share) {
  const Value* histogram = lengths.find("log2");
  if (histogram == nullptr || histogram->if_array() == nullptr) return "";
  double wanted = share * lengths.get("count", 0.0);
  std::uint64_t seen = 0, edge = 1;
  for (const auto& bucket : *histogram->if_array()) {
    seen += count_of(bucket);
    if (double(seen) >= wanted) break;
    edge *= 2;
  }
  const Value* most = lengths.find("max");
  return grouped(std::min(edge - 1, most != nullptr ? count_of(*most) : edge));
}

std::string lengths_row(const std::string& name, const Value& v) {
  std::string mean = grouped(static_cast<std::uint64_t>(v.get("mean", 0.0) + 0.5));
  auto n = [&](const char* key) { return grouped(count_of(v.find(key) ? *v.find(key) : Value())); };
  return "  " + left(spaced(name), 18) + right(n("min"), 10) + right(mean, 10) +
         right(up_to(v, 0.5), 12) + right(up_to(v, 0.9), 12) + right(n("max"), 14) + '\n';
}

std::string tables(const Value& stats, bool all) {
  const Value* total = stats.find("records");
  std::uint64_t records = total != nullptr ? count_of(*total) : 0;
  std::string top, counts, lengths;
  for (const auto& [name, v] : *stats.if_object()) {
    if (v.find("log2") != nullptr) {
      if (v.get("count", 0) != 0) lengths += lengths_row(name, v);
    } else if (auto* names = v.if_object()) {
      if (!names->empty()) counts += table(name, *names, name == "roles" ? 0 : records, all);
    } else if (name == "bytes") {
      top += "  " + left(name, kNameWidth) + right(bytes(double(count_of(v))), 14) + '\n';
    } else if (v.if_int() != nullptr) {
      bool about = name == "duplicates" && !stats.get("duplicates_exact", true);
      std::uint64_t whole = name == "records" ? 0 : records;
      top += row((about ? "about " : "") + spaced(name), count_of(v), whole);
    }
  }
  std::string out = "corpus\n" + top + counts;
  if (!lengths.empty()) {
    out += "\nlengths" + right("min", 23) + right("mean", 10) + right("half up to", 12) +
           right("90 % up to", 12) + right("max", 14) + '\n' + lengths;
  }
  return out;
}

// One row a number that the rules measure.
Result<int> signals(const Args& args) {
  Recipe recipe;
  for (const char* rules : {"gopher_quality", "gopher_repetition", "fineweb", "c4", "dclm", "nemo_english", "data_juicer"}) {
    Value options(Value::Object{});
    options.set("action", "tag");
    recipe.stages.push_back({std::string("filters.") + rules, std::move(options)});
  }
  recipe.stages.push_back({"stats.signals", Value(Value::Object{})});
  CORPUS_CHECK(complete(recipe, args, args.words, "null:"));
  CORPUS_TRY(auto report, run_quietly(recipe, args));
  if (!report) return kDone;
  std::string json;
  for (const auto& [id, text] : report->summary.reports) {
    if (id == "stats.signals") json = text;
  }
  if (args.has("json")) return print(json + '\n');
  CORPUS_TRY(Value found, parse_yaml(json, "signals"));
  constexpr std::size_t kColumn = 10;
  constexpr std::string_view kShown[] = {"min", "p5", "p25", "p50", "p75", "p95", "max"};
  constexpr std::size_t kSignalWidth = 44;
  std::string out = left("signal", kSignalWidth + 2);
  for (std::string_view column : kShown) out += right(std::string(column), kColumn);
  out += '\n';
  for (const auto& [name, v] : *found.find("signals")->if_object()) {
    out += "  " + left(name, kSignalWidth);
    for (std::string_view column : kShown) {
      char number[32];
      std::snprintf(number, sizeof number, "%.4g", v.get(column, 0.0));
      out += right(number, kColumn);
    }
    out += '\n';
  }
  if (const auto& verdicts = *found.find("verdicts")->if_object(); !verdicts.empty()) {
    out += table("would be dropped", verdicts, 0, args.has("verbose"));
  }
  return print(out);
}

}  // namespace

Result<int> stats(const Args& args) {
  Recipe recipe;
  if (args.has("signals")) return signals(args);
  recipe.stages.push_back({"stats.basic", Value(Value::Object{})});
  CORPUS_CHECK(complete(recipe, args, args.words, "null:"));
  CORPUS_TRY(auto report, run_quietly(recipe, args));
  if (!report) return kDone;
  std::string json;
  for (const auto& [id, text] : report->summary.reports) {
    if (id == "stats.basic") json = text;
  }
  if (args.has("json")) return print(json + '\n');     // schemas/output.stats.json
  CORPUS_TRY(Value stats, parse_yaml(json, "stats"));  // JSON is YAML
  return print(tables(stats, args.has("verbose")));
}

}  // namespace corpus::cli
