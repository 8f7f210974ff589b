// Training models that say how good a text is. What they are applied with are the components
// quality.fasttext, quality.perplexity and quality.top_percent.
//
//   auto card = quality::train_classifier({.input = input, .label = "/score", .threshold = 4},
//   "good.bin");
//
// Both write the model and, beside it, MODEL.json: what it was trained on, how, and what it was
// measured to be worth on records that were held out. The same inputs and options give the same
// bytes. Not reentrant on one output.
#ifndef CORPUS_QUALITY_H_
#define CORPUS_QUALITY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "corpus/component.h"
#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus::quality {

struct ClassifierOptions {
  Value input;  // as recipe.input: {paths: [...]}
  std::string
      label;  // JSON pointer to a record's label: a teacher's judgement, or the name of a class
  // With it labels are numbers, and those of at least it are "high", others "low".
  std::optional<double> threshold;
  std::string positive = "high";  // the class whose probability is the score
  Scope scope = Scope::kResponse;
  // Shares of the records, chosen by a hash of their text: equal texts are all on one side.
  double test = 0.1;       // measured on
  double calibrate = 0.1;  // the probabilities are calibrated on
  int dim = 64;
  int epochs = 5;
  int word_ngrams = 2;
  int buckets = 1 << 18;  // rows for word n-grams, dim * 4 bytes each
  double rate = 0.5;
  int seed = 0;
};

// A supervised fastText model. Returns what MODEL.json says.
Result<std::string> train_classifier(const ClassifierOptions& options, const std::string& model);

struct NgramOptions {
  Value input;
  Scope scope = Scope::kResponse;
  int order = 5;             // words of an n-gram
  double test = 0.1;         // the perplexity is measured on
  std::uint64_t memory = 0;  // for the counts, about 36 bytes for each distinct n-gram; 0: no limit
};

// An n-gram model in ARPA form, with modified Kneser-Ney smoothing. Returns what MODEL.json says.
Result<std::string> train_ngrams(const NgramOptions& options, const std::string& model);

// "fasttext" or "ngram", by how the file begins.
Result<std::string> model_kind(const std::string& path);

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_H_
