// A fastText model as a judge of quality: what class a text is of, and a score for the good one.
//
// Beside a model that train_classifier() made stands MODEL.json, which says what the good class is
// and how to calibrate its probability; models of others have none. Immutable; threads may share
// one, each with its own scratch.
#ifndef CORPUS_QUALITY_CLASSIFIER_H_
#define CORPUS_QUALITY_CLASSIFIER_H_

#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "quality/metrics.h"
#include "text/fasttext_model.h"

namespace corpus::quality {

class Classifier {
 public:
  // `positive`: the class whose probability is the score; empty: the one that MODEL.json names.
  static Result<Classifier> open(const std::string& path, std::string_view positive,
                                 bool calibrated);

  struct Scratch {
    text::FastTextModel::Scratch words;
    std::vector<float> probabilities;
  };
  Scratch scratch() const {
    return {text::FastTextModel::Scratch(model_), std::vector<float>(model_.labels())};
  }

  struct Verdict {
    std::size_t label = 0;  // the most likely class
    double score = 0;
  };
  Verdict judge(std::string_view text, Scratch& scratch) const;
  const text::FastTextModel& model() const { return model_; }

 private:
  text::FastTextModel model_;
  std::size_t positive_ = 0;
  Calibration calibration_;
};

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_CLASSIFIER_H_
