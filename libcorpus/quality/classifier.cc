#include "quality/classifier.h"

#include <algorithm>

#include "io/file.h"
#include "io/mapped_file.h"
#include "json/value.h"

namespace corpus::quality {
namespace {

constexpr std::uint64_t kLargestCard = std::uint64_t{16} << 20;

double number(const Value& value) {
  if (const auto* whole = value.if_int()) return static_cast<double>(*whole);
  const auto* real = value.if_double();
  return real != nullptr ? *real : -1;
}

Result<Calibration> calibration_of(const Value& card) {
  Calibration out;
  const Value* points = card.find("calibration");
  if (points == nullptr || points->if_array() == nullptr) return out;
  for (const Value& point : *points->if_array()) {
    const auto* pair = point.if_array();
    Calibration::Point read;
    if (pair != nullptr && pair->size() == 2) read = {number((*pair)[0]), number((*pair)[1])};
    bool rises = out.points.empty() || read.score > out.points.back().score;
    if (pair == nullptr || pair->size() != 2 || read.probability < 0 || read.probability > 1 ||
        !rises) {
      return Error{Code::kCorrupt,
                   "calibration: expected pairs of score and probability, scores rising"};
    }
    out.points.push_back(read);
  }
  return out;
}

}  // namespace

Result<Classifier> Classifier::open(const std::string& path, std::string_view positive,
                                    bool calibrated) {
  CORPUS_TRY(auto file, io::MappedFile::open(path));
  auto model = text::FastTextModel::parse(file.view());
  if (!model) return std::move(model).error().context(path);
  Classifier out;
  out.model_ = *std::move(model);
  std::string name(positive), card_path = path + ".json";
  if (io::exists(card_path)) {
    CORPUS_TRY(std::string text, io::read_all(card_path, kLargestCard));
    auto card = json::parse_value(text);
    if (!card) return std::move(card).error().context(card_path);
    if (card->get("version", 0) != 1) {
      return Error{Code::kUnsupported,
                   card_path + ": not of version 1; train the model again with this libcorpus"};
    }
    std::string good = card->get("positive", "");
    if (name.empty()) name = good;
    if (calibrated && name == good) {
      auto calibration = calibration_of(*card);
      if (!calibration) return std::move(calibration).error().context(card_path);
      out.calibration_ = *std::move(calibration);
    }
  }
  out.positive_ = out.model_.label_index(name);
  if (out.positive_ == out.model_.labels()) {
    std::string known;
    for (std::size_t i = 0; i < std::min<std::size_t>(out.model_.labels(), 20); ++i) {
      known += (i == 0 ? "" : ", ") + out.model_.label(i);
    }
    return Error{
        Code::kInvalidArgument,
        path + ": " +
            (name.empty() ? "has no " + card_path + " beside it" : "has no class " + name) +
            "; say with `label` which class is the good one: " + known};
  }
  return out;
}

Classifier::Verdict Classifier::judge(std::string_view text, Scratch& scratch) const {
  model_.probabilities(text, scratch.words, scratch.probabilities);
  const auto& p = scratch.probabilities;
  auto most = std::max_element(p.begin(), p.end());
  double score = calibration_(std::min(1.0F, p[positive_]));
  return {static_cast<std::size_t>(most - p.begin()), score};
}

}  // namespace corpus::quality
