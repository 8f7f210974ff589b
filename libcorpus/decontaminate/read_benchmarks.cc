#include "decontaminate/read_benchmarks.h"

#include <algorithm>
#include <unordered_map>

#include "core/read_records.h"
#include "corpus/component.h"
#include "json/index.h"
#include "json/unescape.h"

namespace corpus {
namespace {

// Calls f(raw) for what stands between the quotes of each string of a good JSON text, keys included.
template <typename F>
void each_string(std::string_view json, json::Index& index, F&& f) {
  if (index.build(json.data(), json.size()) != json::Fault::kNone) return;
  for (const std::uint32_t* token = index.tokens(); *token < json.size(); ++token) {
    if (json[*token] != '"') continue;
    std::size_t end = std::min<std::size_t>(token[1], json.size());
    while (end > *token && json[end - 1] != '"') --end;
    if (end > *token + 1) f(Span{*token + 1, static_cast<std::uint32_t>(end - 1)});
  }
}

class Reader {
 public:
  Reader(BenchmarkIndex& out, Parts parts) : out_(out), parts_(parts) {}

  void add(const Record& record, const std::string& name) {
    auto [at, fresh] = numbers_.try_emplace(name, 0, 0);
    if (fresh) at->second.first = out_.add_benchmark(name);
    auto [benchmark, number] = at->second;
    ++at->second.second;
    for (const Turn& turn : record.turns) {
      bool answer = turn.role == Role::kAssistant || turn.role == Role::kReasoning;
      if (parts_ == (answer ? Parts::kPrompt : Parts::kAnswer)) continue;
      out_.add(benchmark, number, answer ? Part::kAnswer : Part::kPrompt, turn.text);
    }
    if (parts_ == Parts::kPrompt && !record.turns.empty()) return;
    Part rest = record.turns.empty() ? Part::kPrompt : Part::kOther;
    each_string(record.json, index_, [&](Span raw) {
      for (const Turn& turn : record.turns) {
        if (turn.raw.begin <= raw.begin && raw.end <= turn.raw.end) return;
      }
      arena_.reset();
      std::string_view text;
      bool lone = false;
      if (json::unescape(record.json.substr(raw.begin, raw.size()), arena_, &text, &lone)) {
        out_.add(benchmark, number, rest, text);
      }
    });
  }

 private:
  BenchmarkIndex& out_;
  Parts parts_;
  std::unordered_map<std::string, std::pair<std::uint32_t, std::uint32_t>> numbers_;
  json::Index index_;
  Arena arena_;
};

}  // namespace

Result<BenchmarkIndex> read_benchmarks(const std::vector<std::string>& paths, Parts parts) {
  BenchmarkIndex out;
  Reader reader(out, parts);
  Value input(Value::Object{});
  input.set("paths", Value::Array(paths.begin(), paths.end()));
  CORPUS_CHECK(read_records(input, Fields::kTurns,
                            [&](const Record& record, const std::string& name) -> Result<void> {
                              if (!record.drop) reader.add(record, name);
                              return {};
                            }));
  if (out.items().empty()) {
    return Error{Code::kInvalidArgument,
                 "no benchmark text was found in " + (paths.empty() ? "" : paths[0]) +
                     "; name files, folders or globs of records"};
  }
  return out;
}

}  // namespace corpus
