#include "eval/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <set>
#include <span>
#include <utility>

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

// A score of one question in each run: a sum over a sum, so that means, perplexities and bits per byte are one thing.
struct Scores {
  std::string metric;
  bool lower_is_better = false;
  double (*finish)(double) = [](double x) { return x; };
  // [run][question]
  std::vector<std::vector<double>> above, below;

  double of(std::size_t run, std::span<const std::uint32_t> weights) const {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < above[run].size(); ++i) {
      double w = weights.empty() ? 1 : weights[i];
      sum += w * above[run][i];
      count += w * below[run][i];
    }
    return finish(sum / count);
  }
};

using Joined = std::vector<std::vector<const RunRow*>>;  // [run][question]

// The questions that all runs have, with the same item.
Joined join(std::span<const RunFile> runs, const std::string& task, std::vector<std::string>& notes) {
  Joined out(runs.size());
  std::size_t missing = 0, changed = 0;
  std::set<std::string> ids;
  for (const auto& run : runs) {
    auto found = run.tasks.find(task);
    if (found == run.tasks.end()) continue;
    for (const auto& [id, row] : found->second) ids.insert(id);
  }
  for (const auto& id : ids) {
    std::vector<const RunRow*> rows;
    for (const auto& run : runs) {
      auto found = run.tasks.find(task);
      if (found == run.tasks.end()) continue;
      auto row = found->second.find(id);
      if (row != found->second.end()) rows.push_back(&row->second);
    }
    if (rows.size() < runs.size()) {
      ++missing;
    } else if (std::any_of(rows.begin(), rows.end(), [&](const RunRow* r) { return r->item != rows[0]->item; })) {
      ++changed;
    } else {
      for (std::size_t r = 0; r < runs.size(); ++r) out[r].push_back(rows[r]);
    }
  }
  auto note = [&](std::size_t n, const char* what) {
    if (n > 0)
      notes.push_back(task + ": does not count: " + std::to_string(n) + (n == 1 ? " question" : " questions") + what);
  };
  note(missing, " not in all runs");
  note(changed, " with one id and other contents");
  return out;
}

bool all_have(const Joined& rows, const std::string& metric) {
  for (const auto& run : rows) {
    for (const RunRow* row : run) {
      if (!row->metrics.contains(metric)) return false;
    }
  }
  return true;
}

std::vector<std::vector<double>> values(const Joined& rows, const std::string& metric) {
  std::vector<std::vector<double>> out;
  for (const auto& run : rows) {
    auto& list = out.emplace_back();
    for (const RunRow* row : run) list.push_back(row->metrics.at(metric));
  }
  return out;
}

std::vector<Scores> scores_of(const Joined& rows, const std::string& task, std::vector<std::string>& notes) {
  std::vector<Scores> out;
  const auto& metrics = rows[0][0]->metrics;
  if (metrics.contains("nats") && all_have(rows, "nats") && all_have(rows, "bytes") && all_have(rows, "tokens")) {
    auto nats = values(rows, "nats"), tokens = values(rows, "tokens"), bytes = values(rows, "bytes");
    if (std::all_of(tokens.begin(), tokens.end(), [&](const auto& run) { return run == tokens[0]; })) {
      out.push_back({"perplexity", true, [](double x) { return std::exp(x); }, nats, tokens});
    } else {
      notes.push_back(task + ": the runs have other tokens, so only bits per byte compare");
    }
    out.push_back({"bits_per_byte", true, [](double x) { return x / std::log(2.0); }, nats, bytes});
    return out;
  }
  for (const auto& [name, value] : metrics) {
    if (!all_have(rows, name)) {
      notes.push_back(task + ": " + name + " is not in all runs");
      continue;
    }
    Scores one{.metric = name, .above = values(rows, name)};
    for (const auto& run : one.above) one.below.emplace_back(run.size(), 1.0);
    out.push_back(std::move(one));
  }
  return out;
}

bool right_or_wrong(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
}

MetricRow measure(const std::string& task, const Scores& scores, std::size_t runs, const CompareOptions& options) {
  std::size_t n = scores.above[0].size();
  MetricRow row{.task = task, .metric = scores.metric, .lower_is_better = scores.lower_is_better, .questions = n};
  row.before = scores.of(0, {});
  if (runs == 1) {
    row.before_interval = bootstrap(n, options.resamples, options.seed, options.level,
                                    [&](auto weights) { return scores.of(0, weights); });
    return row;
  }
  row.after = scores.of(1, {});
  row.difference = bootstrap(n, options.resamples, options.seed, options.level,
                             [&](auto weights) { return scores.of(1, weights) - scores.of(0, weights); });
  if (!scores.lower_is_better && right_or_wrong(scores.above[0]) && right_or_wrong(scores.above[1])) {
    std::uint64_t lost = 0, won = 0;
    for (std::size_t i = 0; i < n; ++i) {
      lost += scores.above[0][i] > scores.above[1][i];
      won += scores.above[0][i] < scores.above[1][i];
    }
    row.mcnemar = mcnemar(lost, won);
  }
  if (runs < 3) return row;
  row.teacher = scores.of(2, {});
  double distance = *row.teacher - row.before;
  if (scores.lower_is_better ? distance < 0 : distance > 0) row.recovered = (*row.after - row.before) / distance;
  return row;
}

}  // namespace

Result<Comparison> compare(const std::vector<RunFile>& runs, const CompareOptions& options) {
  Comparison out;
  std::set<std::string> tasks;
  for (const auto& run : runs) {
    for (const auto& [name, rows] : run.tasks) tasks.insert(name);
    for (const auto& [name, why] : run.left_out) out.notes.push_back(run.name + ": " + name + " was left out: " + why);
  }
  for (const auto& task : tasks) {
    // A teacher that could not be asked, as one that only chats has no perplexity, takes nothing from the students.
    bool no_teacher = runs.size() == 3 && !runs[2].tasks.contains(task);
    std::span<const RunFile> some = std::span(runs).first(no_teacher ? 2 : runs.size());
    Joined rows = join(some, task, out.notes);
    if (rows[0].empty()) continue;
    for (const Scores& scores : scores_of(rows, task, out.notes))
      out.rows.push_back(measure(task, scores, some.size(), options));
  }
  if (out.rows.empty()) {
    std::string message = runs.size() == 1 ? "the run has no questions" : "the runs have no question in common";
    for (const auto& note : out.notes) message += "; " + note;
    return Error{Code::kInvalidArgument, message};
  }
  return out;
}

namespace {

std::string number(double x, bool share) {
  char out[32];
  std::snprintf(out, sizeof out, share ? "%.1f %%" : std::fabs(x) < 100 ? "%.3f" : "%.1f", share ? 100 * x : x);
  return out;
}

std::string interval(const Interval& i, bool share) {
  char out[64];
  std::snprintf(out, sizeof out, share ? "[%+.1f, %+.1f]" : "[%+.3f, %+.3f]", share ? 100 * i.low : i.low,
                share ? 100 * i.high : i.high);
  return out;
}

std::string p_value(double p) {
  char out[32];
  std::snprintf(out, sizeof out, p < 0.0001 ? "<0.0001" : "%.4f", p);
  return out;
}

}  // namespace

std::string as_table(const Comparison& comparison) {
  bool two = comparison.rows[0].after.has_value();
  bool three = std::any_of(comparison.rows.begin(), comparison.rows.end(),
                           [](const MetricRow& r) { return r.teacher.has_value(); });
  std::vector<std::vector<std::string>> cells;
  if (two) {
    cells.push_back({"task", "n", "before", "after", "difference (95 %)", "McNemar p"});
    if (three) cells[0].insert(cells[0].end(), {"teacher", "recovered"});
  } else {
    cells.push_back({"task", "n", "score", "95 %"});
  }
  for (const auto& row : comparison.rows) {
    bool share = !row.lower_is_better;
    auto& line = cells.emplace_back();
    line = {row.metric == "perplexity" ? row.task : row.task + ' ' + row.metric, std::to_string(row.questions),
            number(row.before, share)};
    if (!two) {
      char text[64];
      const auto& i = row.before_interval;
      std::snprintf(text, sizeof text, share ? "[%.1f, %.1f]" : "[%.3f, %.3f]", share ? 100 * i.low : i.low,
                    share ? 100 * i.high : i.high);
      line.push_back(text);
      continue;
    }
    line.push_back(number(*row.after, share));
    line.push_back(interval(row.difference, share));
    line.push_back(row.mcnemar ? p_value(*row.mcnemar) : "-");
    if (!three) continue;
    line.push_back(row.teacher ? number(*row.teacher, share) : "-");
    line.push_back(row.recovered ? number(*row.recovered, true) : "-");
  }
  std::vector<std::size_t> widths(cells[0].size());
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      std::string pad(widths[i] - line[i].size(), ' ');
      out += i == 0 ? line[i] + pad : "  " + pad + line[i];
    }
    out += '\n';
  }
  return out;
}

Json as_json(const Comparison& comparison) {
  Json rows = Json::array();
  auto pair = [](const Interval& i) { return Json::array({i.low, i.high}); };
  for (const auto& row : comparison.rows) {
    Json one = {{"task", row.task}, {"metric", row.metric}, {"lower_is_better", row.lower_is_better},
                {"questions", row.questions}, {row.after ? "before" : "score", row.before}};
    if (row.after) {
      one["after"] = *row.after;
      one["difference"] = *row.after - row.before;
      one["difference_interval"] = pair(row.difference);
      one["mcnemar_p"] = row.mcnemar ? Json(*row.mcnemar) : Json(nullptr);
    } else {
      one["interval"] = pair(row.before_interval);
    }
    if (row.teacher) {
      one["teacher"] = *row.teacher;
      one["recovered"] = row.recovered ? Json(*row.recovered) : Json(nullptr);
    }
    rows.push_back(std::move(one));
  }
  return {{"rows", rows}, {"notes", comparison.notes}};
}

}  // namespace student
