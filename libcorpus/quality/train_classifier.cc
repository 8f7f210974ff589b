// Training a classifier: records to labelled lines, fastText, and what came of it on held-out
// records.
#include <algorithm>
#include <charconv>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include <fasttext/fasttext.h>

#include "base/hash.h"
#include "core/joined_turns.h"
#include "core/read_records.h"
#include "corpus/quality.h"
#include "io/file.h"
#include "quality/classifier.h"
#include "quality/field.h"
#include "quality/metrics.h"
#include "quality/model_card.h"
#include "quality/training_set.h"

namespace corpus::quality {
namespace {

constexpr std::string_view kPrefix = "__label__";

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

Error wrong(std::string what) { return {Code::kInvalidArgument, std::move(what)}; }

// Appends the text as one line. Words that fastText takes for a label or the end of a line are left
// out; quality.fasttext sees the same words but for these.
void append_line(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    std::string_view word = text.substr(begin, i - begin);
    if (!word.empty() && !word.starts_with(kPrefix) && word != "</s>")
      out.append(1, ' ').append(word);
    ++i;
  }
  out += '\n';
}

class Training {
 public:
  Training(const ClassifierOptions& options, Field field, ScrapFile read, ScrapFile train,
           ScrapFile held_out)
      : options_(options),
        field_(std::move(field)),
        split_(options.scope, options.calibrate, options.test),
        read_(std::move(read)),
        train_(std::move(train)),
        held_out_(std::move(held_out)) {}

  Result<std::string> run(const std::string& model) {
    CORPUS_CHECK(read_records(
        options_.input, Fields::kTurns,
        [&](const Record& record, const std::string& name) { return take(record, name); }));
    CORPUS_CHECK(read_.flush());
    CORPUS_CHECK(held_out_.flush());
    if (classes_.size() < 2) {
      return wrong("one class of records is not enough to learn from: " +
                   (classes_.empty() ? "no record has a label at " + options_.label
                                     : "all are " + classes_.begin()->first +
                                           (options_.threshold ? "; use another threshold" : "")));
    }
    if (classes_.find(options_.positive) == classes_.end()) {
      std::string known;
      for (const auto& [name, count] : classes_) known += (known.empty() ? "" : ", ") + name;
      return wrong("no record is of the class '" + options_.positive +
                   "'; say which one is the good one: " + known);
    }
    CORPUS_CHECK(write_ordered(read_, std::move(lines_), train_));
    CORPUS_CHECK(train(model));
    return measure(model);
  }

 private:
  Result<void> take(const Record& record, const std::string& name) {
    if (record.drop) {
      ++malformed_;
      return {};
    }
    std::string_view text = joined_turns(record, options_.scope, joined_);
    auto label = field_.find(record.json, scratch_);
    if (!label || text.empty()) {
      ++unlabelled_;
      return {};
    }
    std::string_view class_name = *label;
    if (options_.threshold) {
      auto number = to_number(*label);
      if (!number)
        return wrong(name + ": the label " + options_.label + " is no number: '" +
                     std::string(*label) + "'");
      class_name = *number >= *options_.threshold ? "high" : "low";
    }
    if (class_name.empty() || std::any_of(class_name.begin(), class_name.end(), is_space)) {
      return wrong(name + ": a class must be one word, not '" + std::string(class_name) + "'");
    }
    ++classes_[std::string(class_name)];
    if (classes_.size() > kMostClasses) {
      return wrong("more than " + std::to_string(kMostClasses) + " classes at " + options_.label +
                   "; are these numbers? Then give a threshold");
    }
    std::uint64_t key = 0;
    Part part = split_.part(record, &key);
    ++parts_[static_cast<std::size_t>(part)];
    line_.assign(part == Part::kTrain       ? ""
                 : part == Part::kCalibrate ? "c "
                                            : "t ")
        .append(kPrefix)
        .append(class_name);
    append_line(line_, text);
    if (part != Part::kTrain) return held_out_.append(line_);
    lines_.emplace_back(key, read_bytes_);
    read_bytes_ += line_.size();
    digest_.update(line_);
    return read_.append(line_);
  }

  // One thread and one seed: the same lines give the same bytes.
  Result<void> train(const std::string& model) {
    std::string unfinished = model + ".tmp";
    try {
      fasttext::Args args;
      args.input = train_.path();
      args.model = fasttext::model_name::sup;
      args.loss = fasttext::loss_name::softmax;
      args.dim = options_.dim;
      args.epoch = options_.epochs;
      args.lr = options_.rate;
      args.wordNgrams = options_.word_ngrams;
      args.bucket = options_.word_ngrams > 1 ? options_.buckets : 0;
      args.minn = args.maxn = 0;
      args.minCount = 1;
      args.seed = options_.seed + 1;  // its generator takes 0 for 1
      args.thread = 1;
      args.verbose = 0;
      fasttext::FastText trained;
      trained.train(args);
      trained.saveModel(unfinished);
    } catch (const std::exception& e) {  // fastText has no other way to say it
      static_cast<void>(io::remove_file(unfinished));
      return Error{Code::kInvalidArgument, std::string("training failed: ") + e.what()};
    }
    return io::rename(unfinished, model);
  }

  Result<std::string> measure(const std::string& model) {
    // Not the card of an earlier model of that name.
    CORPUS_CHECK(io::remove_file(model + ".json"));
    CORPUS_TRY(Classifier classifier, Classifier::open(model, options_.positive, false));
    std::vector<std::string> names;
    for (std::size_t i = 0; i < classifier.model().labels(); ++i)
      names.push_back(classifier.model().label(i));
    // A class may have no record to train on.
    for (const auto& [name, count] : classes_) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    auto number = [&](std::string_view name) {
      return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    };
    std::vector<Judged> to_calibrate, to_test;
    auto scratch = classifier.scratch();
    CORPUS_CHECK(for_each_line(held_out_.path(), [&](std::string_view line) -> Result<void> {
      std::string_view text = line.substr(2 + kPrefix.size());
      std::string_view name = text.substr(0, std::min(text.find(' '), text.size()));
      auto verdict = classifier.judge(text.substr(name.size()), scratch);
      (line[0] == 'c' ? to_calibrate : to_test)
          .push_back({number(name), verdict.label, verdict.score});
      return {};
    }));
    std::size_t positive = number(options_.positive);
    Calibration calibration = calibrate(to_calibrate, positive);

    CORPUS_TRY(Value card, begin_card("fasttext", model, options_.input, options_.scope));
    card.set("label", options_.label);
    if (options_.threshold) card.set("threshold", *options_.threshold);
    card.set("positive", options_.positive);
    Value classes(Value::Object{}), records(Value::Object{}), settings(Value::Object{});
    Value::Array scaling;
    for (const auto& [name, count] : classes_) classes.set(name, static_cast<std::int64_t>(count));
    card.set("classes", std::move(classes));
    records.set("train", static_cast<std::int64_t>(parts_[0]));
    records.set("calibrate", static_cast<std::int64_t>(parts_[1]));
    records.set("test", static_cast<std::int64_t>(parts_[2]));
    records.set("unlabelled", static_cast<std::int64_t>(unlabelled_));
    records.set("malformed", static_cast<std::int64_t>(malformed_));
    card.set("records", std::move(records));
    card.set("train_xxh3", hex(digest_.digest()));
    settings.set("dim", options_.dim);
    settings.set("epochs", options_.epochs);
    settings.set("rate", options_.rate);
    settings.set("word_ngrams", options_.word_ngrams);
    settings.set("buckets", options_.buckets);
    settings.set("seed", options_.seed);
    card.set("settings", std::move(settings));
    for (const auto& point : calibration.points)
      scaling.emplace_back(Value::Array{point.score, point.probability});
    card.set("calibration", std::move(scaling));
    card.set("test", describe(to_test, names, positive, calibration));
    return write_card(card, model);
  }

  static constexpr std::size_t kMostClasses = 1000;

  const ClassifierOptions& options_;
  Field field_;
  Field::Scratch scratch_;
  Split split_;
  ScrapFile read_, train_, held_out_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> lines_;  // of read_: key, position
  std::uint64_t read_bytes_ = 0;
  std::map<std::string, std::uint64_t> classes_;
  std::array<std::uint64_t, 3> parts_{};
  std::uint64_t unlabelled_ = 0, malformed_ = 0;
  Hasher128 digest_;
  std::string joined_, line_;
};

}  // namespace

Result<std::string> train_classifier(const ClassifierOptions& options, const std::string& model) {
  auto field = Field::parse(options.label);
  if (!field) return std::move(field).error().context("label");
  CORPUS_TRY(auto read, ScrapFile::create(model + ".read.tmp"));
  CORPUS_TRY(auto train, ScrapFile::create(model + ".train.tmp"));
  CORPUS_TRY(auto held_out, ScrapFile::create(model + ".test.tmp"));
  return Training(options, *std::move(field), std::move(read), std::move(train),
                  std::move(held_out))
      .run(model);
}

}  // namespace corpus::quality
