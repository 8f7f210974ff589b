#include "data/dataset.h"

#include <corpus/pipeline.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "data/best_path.h"
#include "data/teacher_topk.h"

namespace student {
namespace {

using corpus::Batch;
using corpus::Code;
using corpus::Error;

// What one batch of records became.
struct Piece {
  std::vector<TokenId> tokens;
  std::vector<std::uint8_t> learn;
  std::vector<std::uint32_t> lengths;
  std::vector<TokenId> topk_ids;
  std::vector<float> topk_logprobs;
  std::uint64_t records = 0, malformed = 0, unanswered = 0, too_long = 0, longest = 0;
  std::uint64_t with_teacher = 0, teacher_differs = 0;
};

struct Encoder : corpus::State {
  explicit Encoder(const corpus::Tokenizer& tokenizer) : scratch(tokenizer.scratch()) {}
  std::unique_ptr<corpus::Tokenizer::Scratch> scratch;
  BestPath path;
  std::vector<TokenId> ids;
};

// The end of a chain that reads: turns records into documents, on all threads, and keeps them in input order.
class Collect : public corpus::Sink {
 public:
  Collect(const corpus::Tokenizer& tokenizer, const corpus::ChatTemplate& chat, const DatasetOptions& options,
          Dataset& out)
      : tokenizer_(tokenizer), chat_(chat), options_(options), out_(out) {
    if (options.topk > 0) teacher_.emplace(tokenizer, options.topk);
    out_.topk = options.topk;
  }

  std::uint32_t fields() const override { return corpus::Fields::kTurns; }
  std::unique_ptr<corpus::State> scratch() const override { return std::make_unique<Encoder>(tokenizer_); }

  Result<void> prepare(Batch& batch, corpus::State* state) const override {
    auto& encoder = static_cast<Encoder&>(*state);
    Piece piece;
    for (const corpus::Record& record : batch.records) {
      ++piece.records;
      if (record.drop || record.turns.empty()) {
        ++piece.malformed;
      } else {
        CORPUS_CHECK(add(record, encoder, piece));
      }
    }
    std::lock_guard lock(mutex_);
    waiting_[batch.seq] = std::move(piece);
    return {};
  }

  Result<void> write(Batch& batch) override {
    Piece piece;
    {
      std::lock_guard lock(mutex_);
      auto found = waiting_.find(batch.seq);
      piece = std::move(found->second);
      waiting_.erase(found);
    }
    auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(out_.tokens, piece.tokens);
    append(out_.learn, piece.learn);
    append(out_.topk_ids, piece.topk_ids);
    append(out_.topk_logprobs, piece.topk_logprobs);
    for (std::uint32_t length : piece.lengths) out_.starts.push_back(out_.starts.back() + length);
    out_.records += piece.records;
    out_.malformed += piece.malformed;
    out_.unanswered += piece.unanswered;
    out_.too_long += piece.too_long;
    out_.longest = std::max(out_.longest, piece.longest);
    out_.with_teacher += piece.with_teacher;
    out_.teacher_differs += piece.teacher_differs;
    return {};
  }

  Result<void> close(const corpus::RunSummary& summary) override {
    for (const auto& input : summary.inputs) out_.inputs.push_back({input.name, input.records, input.xxh3});
    // The first token of a document is nobody's target.
    for (std::size_t i = 0; i < out_.size(); ++i) {
      const auto* learn = out_.learn.data();
      out_.learned += static_cast<std::uint64_t>(
          std::count(learn + out_.starts[i] + 1, learn + out_.starts[i + 1], std::uint8_t{1}));
    }
    return {};
  }

 private:
  Result<void> add(const corpus::Record& record, Encoder& encoder, Piece& piece) const {
    encoder.path.find(record.turns);
    if (encoder.path.is_text) {
      add_text(encoder.path.text, encoder, piece);
      return {};
    }
    if (encoder.path.turns.empty()) {
      ++piece.unanswered;
      return {};
    }
    CORPUS_TRY(auto document, chat_.apply(encoder.path.turns, false, *encoder.scratch));
    std::size_t length = document.ids.size();
    if (length > options_.length) {
      ++piece.too_long;
      piece.longest = std::max<std::uint64_t>(piece.longest, length);
      return {};
    }
    if (teacher_) add_teacher(record, document, piece);
    piece.tokens.insert(piece.tokens.end(), document.ids.begin(), document.ids.end());
    piece.learn.insert(piece.learn.end(), document.learn.begin(), document.learn.end());
    piece.lengths.push_back(static_cast<std::uint32_t>(length));
    return {};
  }

  void add_teacher(const corpus::Record& record, const corpus::TemplatedText& document, Piece& piece) const {
    switch (teacher_->append(record.json, document, piece.topk_ids, piece.topk_logprobs)) {
      case TeacherMatch::kNone: break;
      case TeacherMatch::kSame: ++piece.with_teacher; break;
      case TeacherMatch::kDiffers: ++piece.teacher_differs; break;
    }
  }

  void add_text(std::string_view text, Encoder& encoder, Piece& piece) const {
    encoder.ids.clear();
    tokenizer_.encode(text, false, *encoder.scratch, encoder.ids);
    if (options_.end_of_text >= 0) encoder.ids.push_back(options_.end_of_text);
    for (std::size_t at = 0; at + 1 < encoder.ids.size(); at += options_.length) {
      std::size_t n = std::min<std::size_t>(options_.length, encoder.ids.size() - at);
      piece.tokens.insert(piece.tokens.end(), encoder.ids.begin() + static_cast<std::ptrdiff_t>(at),
                          encoder.ids.begin() + static_cast<std::ptrdiff_t>(at + n));
      piece.learn.insert(piece.learn.end(), n, 1);
      piece.lengths.push_back(static_cast<std::uint32_t>(n));
      if (teacher_) teacher_->append_none(n, piece.topk_ids, piece.topk_logprobs);
    }
  }

  const corpus::Tokenizer& tokenizer_;
  const corpus::ChatTemplate& chat_;
  const DatasetOptions& options_;
  std::optional<TeacherReader> teacher_;
  Dataset& out_;
  mutable std::mutex mutex_;  // of waiting_: taken twice a batch
  mutable std::unordered_map<std::uint64_t, Piece> waiting_;  // by Batch::seq, from prepare() to write()
};

}  // namespace

Result<Dataset> read_dataset(const std::vector<std::string>& paths, const corpus::Tokenizer& tokenizer,
                             const corpus::ChatTemplate& chat, const DatasetOptions& options) {
  corpus::Recipe recipe;
  corpus::Value::Array names(paths.begin(), paths.end());
  recipe.input.set("paths", corpus::Value(std::move(names)));
  recipe.output.set("null", true);
  CORPUS_TRY(corpus::Chain chain, corpus::build(recipe, 0));
  Dataset out;
  chain.sink = std::make_unique<Collect>(tokenizer, chat, options, out);
  CORPUS_CHECK(corpus::run(chain, {.threads = options.threads}));
  if (out.learned == 0) {
    return Error{Code::kInvalidArgument,
                 "nothing to learn in " + std::to_string(out.records) + " records: " +
                     std::to_string(out.malformed) + " malformed, " + std::to_string(out.unanswered) +
                     " without an answer, " + std::to_string(out.too_long) + " longer than --length " +
                     std::to_string(options.length)};
  }
  return out;
}

}  // namespace student
