// corpus quality: trains models that tell good text from bad, and applies them.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "commands.h"
#include "common/terminal.h"
#include "corpus/quality.h"
#include "job.h"

namespace corpus::cli {
namespace {

Error wrong(std::string what) { return {Code::kInvalidArgument, std::move(what)}; }

// The words behind the verb.
std::vector<std::string> inputs_of(const Args& args) {
  return {args.words.begin() + 1, args.words.end()};
}

Result<Value> input_of(const Args& args) {
  if (args.words.size() < 2)
    return wrong("no input: name files, folders, globs or - for standard input");
  Value input(Value::Object{});
  Value::Array paths;
  for (auto& path : inputs_of(args)) paths.emplace_back(std::move(path));
  input.set("paths", std::move(paths));
  return input;
}

Result<std::string> train_classifier(const Args& args, const std::string& model) {
  quality::ClassifierOptions options;
  CORPUS_TRY(options.input, input_of(args));
  options.label = *args.last("label");
  if (args.has("threshold")) {
    CORPUS_TRY(options.threshold, number(args, "threshold", 0, -1e300, 1e300));
  }
  options.positive = args.get("positive", options.positive);
  CORPUS_TRY(options.scope, parse_scope(args.get("scope", "response")));
  CORPUS_TRY(options.test, number(args, "test", options.test, 0, 0.5));
  options.calibrate = options.test;
  CORPUS_TRY(double epochs, number(args, "epochs", options.epochs, 1, 1000));
  options.epochs = static_cast<int>(epochs);
  CORPUS_TRY(double dim, number(args, "dim", options.dim, 1, 1024));
  options.dim = static_cast<int>(dim);
  CORPUS_TRY(double seed, number(args, "seed", options.seed, 0, 1 << 30));
  options.seed = static_cast<int>(seed);
  return quality::train_classifier(options, model);
}

Result<std::string> train_ngrams(const Args& args, const std::string& model) {
  quality::NgramOptions options;
  CORPUS_TRY(options.input, input_of(args));
  CORPUS_TRY(options.scope, parse_scope(args.get("scope", "response")));
  CORPUS_TRY(options.test, number(args, "test", options.test, 0, 0.5));
  CORPUS_TRY(double order, number(args, "order", options.order, 1, 8));
  options.order = static_cast<int>(order);
  if (const auto* memory = args.last("memory")) {
    auto bytes = parse_bytes(*memory);
    if (!bytes) return std::move(bytes).error().context("--memory");
    options.memory = *bytes;
  }
  return quality::train_ngrams(options, model);
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

// What MODEL.json says, for people.
Result<std::string> told(const std::string& card_text) {
  CORPUS_TRY(Value card, parse_yaml(card_text, "card"));  // JSON is YAML
  const Value &test = *card.find("test"), &records = *card.find("records");
  auto count = [](const Value& of, const char* key) {
    return grouped(static_cast<std::uint64_t>(of.get(key, 0)));
  };
  std::string out = "trained on " + count(records, "train") + " records";
  if (card.get("model", "") == "ngram") {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", test.get("perplexity", 0.0));
    return out + ", tested on " + count(records, "test") + "\nperplexity " + text +
           ", unknown words " +
           percent(static_cast<double>(test.get("unknown", 0)) /
                   static_cast<double>(std::max<std::int64_t>(1, test.get("words", 0)))) +
           "\n";
  }
  out += ", calibrated on " + count(records, "calibrate") + ", tested on " +
         count(records, "test") + "\n";
  out += "accuracy " + percent(test.get("accuracy", 0.0)) + ", area under the curve " +
         percent(test.get("auc", 0.0)) + ", calibration error " +
         percent(test.get("calibration_error", 0.0)) + " (uncalibrated " +
         percent(test.get("calibration_error_raw", 0.0)) + ")\n";
  for (const auto& [name, row] : *test.find("classes")->if_object()) {
    out += "  " + name + ": " + count(row, "records") + " records, precision " +
           percent(row.get("precision", 0.0)) + ", recall " + percent(row.get("recall", 0.0)) +
           "\n";
  }
  return out;
}

Result<int> train(const Args& args) {
  const auto* model = args.last("output");
  if (model == nullptr) return wrong("name the model to write: -o MODEL");
  auto card = args.has("label") ? train_classifier(args, *model) : train_ngrams(args, *model);
  if (!card) return std::move(card).error();
  if (args.has("json")) return print(*card);
  CORPUS_TRY(std::string text, told(*card));
  return args.has("quiet") ? kDone : print(text);
}

Result<int> apply(const Args& args) {
  const auto* model = args.last("model");
  if (model == nullptr)
    return wrong("say which model: --model FILE, as corpus quality train writes it");
  auto kind = quality::model_kind(*model);
  if (!kind) return std::move(kind).error().context("--model");
  bool ngram = *kind == "ngram";
  Recipe recipe;
  Value options(Value::Object{});
  options.set("model", *model);
  options.set("scope", args.get("scope", "response"));
  if (args.has("min-score")) {
    if (ngram)
      return wrong(
          "--min-score is for classifiers; this is an n-gram model: use --max-perplexity or "
          "--top-percent");
    CORPUS_TRY(double least, number(args, "min-score", 0, 0, 1));
    options.set("min_score", least);
  }
  if (args.has("max-perplexity")) {
    if (!ngram)
      return wrong(
          "--max-perplexity is for n-gram models; this is a classifier: use --min-score or "
          "--top-percent");
    CORPUS_TRY(double most, number(args, "max-perplexity", 0, 0, 1e300));
    options.set("max", most);
  }
  recipe.stages.push_back({ngram ? "quality.perplexity" : "quality.fasttext", std::move(options)});
  if (args.has("top-percent")) {
    CORPUS_TRY(double share, number(args, "top-percent", 100, 0, 100));
    Value best(Value::Object{});
    best.set("percent", share);
    if (ngram) {
      best.set("score", "/corpus/perplexity");
      best.set("best", "low");
    }
    recipe.stages.push_back({"quality.top_percent", std::move(best)});
  }
  CORPUS_CHECK(complete(recipe, args, inputs_of(args), ""));
  return run_job(recipe, args);
}

}  // namespace

Result<int> quality(const Args& args) {
  std::string_view verb = args.words.empty() ? std::string_view() : args.words[0];
  if (verb == "train") return train(args);
  if (verb == "apply") return apply(args);
  return wrong("say what to do: corpus quality train|apply");
}

}  // namespace corpus::cli
