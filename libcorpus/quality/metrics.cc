#include "quality/metrics.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace corpus::quality {
namespace {

double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// Five digits are more than the records support.
double rounded(double x) { return std::round(x * 1e5) / 1e5; }

Value bins_of(const Reliability& found) {
  Value::Array out;
  for (const auto& bin : found.bins) {
    Value one(Value::Object{});
    one.set("n", static_cast<std::int64_t>(bin.n));
    one.set("score", rounded(bin.score));
    one.set("positive", rounded(bin.positive));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

double Calibration::operator()(double score) const {
  if (points.empty()) return score;
  auto above = std::upper_bound(points.begin(), points.end(), score,
                                [](double x, const Point& p) { return x < p.score; });
  if (above == points.begin()) return above->probability;
  if (above == points.end()) return points.back().probability;
  auto below = above - 1;
  double share = (score - below->score) / (above->score - below->score);
  return below->probability + share * (above->probability - below->probability);
}

Calibration calibrate(std::vector<Judged> judged, std::size_t positive) {
  constexpr std::size_t kMostBins = 20, kLeastRecords = 20;
  struct Bin {
    double n, score, positives;
  };
  std::size_t bins = std::min(kMostBins, judged.size() / kLeastRecords);
  if (bins < 2) return {};
  std::sort(judged.begin(), judged.end(),
            [](const Judged& a, const Judged& b) { return a.score < b.score; });
  std::vector<Bin> blocks;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    Bin block{0, 0, 0};
    for (std::size_t i = judged.size() * bin / bins; i < judged.size() * (bin + 1) / bins; ++i) {
      block.n += 1;
      block.score += judged[i].score;
      block.positives += judged[i].truth == positive;
    }
    // Pool adjacent violators: a block that is not better than the one below it joins it.
    for (;
         !blocks.empty() && block.positives * blocks.back().n <= blocks.back().positives * block.n;
         blocks.pop_back()) {
      block.n += blocks.back().n;
      block.score += blocks.back().score;
      block.positives += blocks.back().positives;
    }
    blocks.push_back(block);
  }
  Calibration out;
  for (const Bin& block : blocks) {
    Calibration::Point point{block.score / block.n, block.positives / block.n};
    if (out.points.empty() || point.score > out.points.back().score) out.points.push_back(point);
  }
  if (out.points.size() < 2) return {};
  // Nothing is certain: half a record of the other class in a bin that had none.
  auto& least = out.points.front().probability;
  auto& most = out.points.back().probability;
  if (least == 0) least = std::min(0.5 / blocks.front().n, out.points[1].probability / 2);
  if (most == 1)
    most = std::max(1 - 0.5 / blocks.back().n,
                    (1 + out.points[out.points.size() - 2].probability) / 2);
  // Beyond the outer means the probability moves on a little, so that the order is kept there, too.
  constexpr double kLittle = 0.01;
  auto first = out.points.front(), last = out.points.back();
  if (first.score > 0)
    out.points.insert(out.points.begin(), {0, first.probability * (1 - kLittle)});
  if (last.score < 1)
    out.points.push_back({1, last.probability + (1 - last.probability) * kLittle});
  return out;
}

double area_under_curve(const std::vector<Judged>& judged, std::size_t positive) {
  std::vector<Judged> sorted = judged;
  std::sort(sorted.begin(), sorted.end(),
            [](const Judged& a, const Judged& b) { return a.score < b.score; });
  double below = 0, wins = 0, positives = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    double here = 0, others = 0;
    for (double score = sorted[i].score; i < sorted.size() && sorted[i].score == score; ++i) {
      (sorted[i].truth == positive ? here : others) += 1;
    }
    wins += here * (below + others / 2);
    below += others;
    positives += here;
  }
  return positives == 0 || below == 0 ? 0.5 : wins / (positives * below);
}

Reliability reliability(const std::vector<Judged>& judged, std::size_t positive) {
  constexpr std::size_t kBins = 10;
  Reliability out;
  out.bins.resize(kBins);
  for (const auto& j : judged) {
    auto& bin =
        out.bins[std::min(kBins - 1, static_cast<std::size_t>(std::max(0.0, j.score) * kBins))];
    ++bin.n;
    bin.score += j.score;
    bin.positive += j.truth == positive;
  }
  for (auto& bin : out.bins) {
    if (bin.n == 0) continue;
    auto n = static_cast<double>(bin.n);
    out.error += std::abs(bin.score - bin.positive) / static_cast<double>(judged.size());
    bin.score /= n;
    bin.positive /= n;
  }
  return out;
}

Value describe(const std::vector<Judged>& judged, const std::vector<std::string>& classes,
               std::size_t positive, const Calibration& calibration) {
  std::vector<std::vector<std::int64_t>> confusion(classes.size(),
                                                   std::vector<std::int64_t>(classes.size()));
  double right = 0;
  for (const auto& j : judged) {
    ++confusion[j.truth][j.answer];
    right += j.truth == j.answer;
  }
  Value out(Value::Object{});
  out.set("records", static_cast<std::int64_t>(judged.size()));
  out.set("accuracy", rounded(ratio(right, static_cast<double>(judged.size()))));
  out.set("auc", rounded(area_under_curve(judged, positive)));
  Value per_class(Value::Object{});
  for (std::size_t c = 0; c < classes.size(); ++c) {
    double hits = static_cast<double>(confusion[c][c]), truths = 0, answers = 0;
    Value row(Value::Object{});
    for (std::size_t other = 0; other < classes.size(); ++other) {
      truths += static_cast<double>(confusion[c][other]);
      answers += static_cast<double>(confusion[other][c]);
      row.set(classes[other], confusion[c][other]);
    }
    double precision = ratio(hits, answers), recall = ratio(hits, truths);
    Value one(Value::Object{});
    one.set("records", static_cast<std::int64_t>(truths));
    one.set("precision", rounded(precision));
    one.set("recall", rounded(recall));
    one.set("f1", rounded(ratio(2 * precision * recall, precision + recall)));
    one.set("answered", std::move(row));
    per_class.set(classes[c], std::move(one));
  }
  out.set("classes", std::move(per_class));
  std::vector<Judged> calibrated = judged;
  for (auto& j : calibrated) j.score = calibration(j.score);
  Reliability before = reliability(judged, positive), after = reliability(calibrated, positive);
  out.set("calibration_error_raw", rounded(before.error));
  out.set("calibration_error", rounded(after.error));
  out.set("reliability", bins_of(after));
  return out;
}

}  // namespace corpus::quality
