#include <string>

#include "core/joined_turns.h"
#include "core/read_records.h"
#include "corpus/quality.h"
#include "io/file.h"
#include "io/mapped_file.h"
#include "quality/kneser_ney.h"
#include "quality/model_card.h"
#include "quality/ngram_model.h"
#include "quality/training_set.h"
#include "text/fasttext_model.h"

namespace corpus::quality {

Result<std::string> train_ngrams(const NgramOptions& options, const std::string& model) {
  if (options.order < 1 || options.order > static_cast<int>(NgramModel::kMaxOrder)) {
    return Error{Code::kInvalidArgument,
                 "the order of an n-gram model is 1 to " + std::to_string(NgramModel::kMaxOrder)};
  }
  MemoryBudget memory(options.memory);
  KneserNey counts(static_cast<std::size_t>(options.order), &memory);
  Split split(options.scope, 0, options.test);
  CORPUS_TRY(auto held_out, ScrapFile::create(model + ".test.tmp"));
  std::string joined;
  std::uint64_t trained = 0, tested = 0, malformed = 0;
  CORPUS_CHECK(read_records(options.input, Fields::kTurns,
                            [&](const Record& record, const std::string&) -> Result<void> {
                              if (record.drop) {
                                ++malformed;
                                return {};
                              }
                              std::string_view text = joined_turns(record, options.scope, joined);
                              if (split.part(record) == Part::kTest) {
                                ++tested;
                                CORPUS_CHECK(held_out.append(text));
                                return held_out.append("\n");
                              }
                              ++trained;
                              return counts.add(text);
                            }));
  CORPUS_CHECK(held_out.flush());

  std::string unfinished = model + ".tmp";
  CORPUS_TRY(auto file, io::File::create(unfinished));
  auto written = counts.finish([&](std::string_view bytes) { return file.write(bytes); });
  if (written) written = file.sync();
  if (written) written = file.close();
  if (written) written = io::rename(unfinished, model);
  if (!written) {
    static_cast<void>(io::remove_file(unfinished));
    return std::move(written).error();
  }

  CORPUS_TRY(auto made, io::MappedFile::open(model));
  CORPUS_TRY(auto parsed, NgramModel::parse_arpa(made.view()));
  CORPUS_TRY(auto test_text, io::MappedFile::open(held_out.path()));
  auto score = parsed.score(test_text.view());
  CORPUS_TRY(Value card, begin_card("ngram", model, options.input, options.scope));
  card.set("order", options.order);
  auto set = [](Value& to, const char* key, std::uint64_t n) {
    to.set(key, static_cast<std::int64_t>(n));
  };
  Value records(Value::Object{}), test(Value::Object{});
  set(records, "train", trained);
  set(records, "test", tested);
  set(records, "malformed", malformed);
  card.set("records", std::move(records));
  set(card, "words", counts.words());
  set(card, "sentences", counts.sentences());
  Value::Array ngrams;
  for (int n = 1; n <= options.order; ++n)
    ngrams.emplace_back(static_cast<std::int64_t>(counts.ngrams(static_cast<std::size_t>(n))));
  card.set("ngrams", std::move(ngrams));
  set(test, "words", score.words);
  set(test, "unknown", score.unknown);
  test.set("perplexity", score.perplexity());
  card.set("test", std::move(test));
  return write_card(card, model);
}

Result<std::string> model_kind(const std::string& path) {
  CORPUS_TRY(auto file, io::MappedFile::open(path));
  if (text::FastTextModel::sniff(file.view())) return std::string("fasttext");
  if (NgramModel::sniff(file.view())) return std::string("ngram");
  return Error{Code::kUnsupported,
               path + ": neither a fastText model nor an n-gram model in ARPA form"};
}

}  // namespace corpus::quality
