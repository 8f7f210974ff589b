// What a classifier's answers on held-out records are worth.
#ifndef CORPUS_QUALITY_METRICS_H_
#define CORPUS_QUALITY_METRICS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "corpus/value.h"

namespace corpus::quality {

struct Judged {
  std::size_t truth = 0, answer = 0;  // classes
  double score = 0;                   // probability of the positive class
};

// From a model's probabilities to calibrated ones: isotonic regression (Zadrozny and Elkan, 2002)
// over at most twenty bins of equally many records, linear between the bins' means, so that order
// is kept.
struct Calibration {
  struct Point {
    double score = 0, probability = 0;
  };
  std::vector<Point> points;  // ascending in both; none: the identity
  double operator()(double score) const;
};
// The identity where there is too little to learn from: less than two bins, or one class.
Calibration calibrate(std::vector<Judged> judged, std::size_t positive);

// Probability that a positive record has a higher score than another one, ties counted half. 0.5
// when they are all of one class.
double area_under_curve(const std::vector<Judged>& judged, std::size_t positive);

// Expected calibration error over ten bins of equal width, and those bins.
struct Reliability {
  struct Bin {
    std::uint64_t n = 0;
    double score = 0, positive = 0;  // means
  };
  double error = 0;
  std::vector<Bin> bins;
};
Reliability reliability(const std::vector<Judged>& judged, std::size_t positive);

// All of it for MODEL.json: accuracy, per class precision, recall and F1, the confusion matrix,
// AUC, the calibration error with and without `calibration`.
Value describe(const std::vector<Judged>& judged, const std::vector<std::string>& classes,
               std::size_t positive, const Calibration& calibration);

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_METRICS_H_
