#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "eval/subject.h"
#include "generate/text_stream.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

// How many requests are under way, so that the engine's queue is never full; and the first error.
class Flight {
 public:
  Flight(std::size_t most, std::size_t all, const Subject::Progress& progress)
      : most_(most), all_(all), progress_(progress) {}
  ~Flight() { wait(0); }
  void begin() {
    wait(most_ - 1);
    std::lock_guard lock(mutex_);
    ++open_;
  }
  void end(const Error* error) {
    std::lock_guard lock(mutex_);
    if (error != nullptr && !error_) error_ = *error;
    --open_;
    ++done_;
    changed_.notify_all();
  }
  Result<void> land() {
    wait(0);
    if (error_) return *error_;
    return {};
  }
  bool failed() {
    std::lock_guard lock(mutex_);
    return error_.has_value();
  }

 private:
  void wait(std::size_t open) {
    std::unique_lock lock(mutex_);
    while (open_ > open) {
      changed_.wait(lock);
      if (progress_) progress_(done_, all_);
    }
  }
  std::size_t most_, all_;
  const Subject::Progress& progress_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_ = 0, done_ = 0;
  std::optional<Error> error_;
};

class Local final : public Subject {
 public:
  Local(Model& model, const corpus::Tokenizer& tokenizer, const corpus::ChatTemplate* chat, bool as_turns,
        std::unique_ptr<Engine> engine, Json description)
      : model_(model),
        tokenizer_(tokenizer),
        chat_(as_turns ? chat : nullptr),
        engine_(std::move(engine)),
        scratch_(tokenizer.scratch()),
        description_(std::move(description)) {
    const Config& config = model.config();
    if (chat != nullptr) stop_ids_.assign(chat->stop_ids().begin(), chat->stop_ids().end());
    if (config.eos >= 0) stop_ids_.push_back(config.eos);
    before_text_ = config.bos >= 0 ? config.bos : config.eos;
  }

  Json describe() const override { return description_; }
  bool chats() const override { return chat_ != nullptr; }

  Result<std::vector<Said>> answer(std::span<const Ask> questions, const Progress& progress) override {
    std::vector<Said> out(questions.size());
    std::vector<std::unique_ptr<TextStream>> streams(questions.size());
    Flight flight(engine_->options().max_queue, questions.size(), progress);
    for (std::size_t i = 0; i < questions.size() && !flight.failed(); ++i) {
      const Ask& ask = questions[i];
      Generation one;
      CORPUS_TRY(one.prompt, prompt_ids(ask.prompt));
      one.max_tokens = std::min(ask.max_tokens, engine_->options().max_length / 2);
      out[i].truncated = cut(one.prompt, engine_->options().max_length - one.max_tokens);
      one.sampling = ask.sampling;
      one.stop_ids = stop_ids_;
      streams[i] = std::make_unique<TextStream>(tokenizer_, one.prompt.back(), ask.stop);
      one.on_token = [said = &out[i], stream = streams[i].get(), &ask](const Token& token) {
        std::string text = stream->push(token.id);
        if (ask.on_text) ask.on_text(text);
        said->text += text;
        return !stream->stopped();
      };
      one.on_done = [&flight, said = &out[i], stream = streams[i].get(), &ask](Result<Finish> how) {
        if (!how) return flight.end(&how.error());
        std::string rest = stream->finish();
        if (ask.on_text) ask.on_text(rest);
        said->text += rest;
        said->finish = *how == Finish::kStop || stream->stopped() ? "stop" : "length";
        flight.end(nullptr);
      };
      flight.begin();
      if (auto sent = engine_->submit(std::move(one)); !sent) flight.end(&sent.error());
    }
    CORPUS_CHECK(flight.land());
    return out;
  }

  Result<std::vector<Chosen>> choose(std::span<const Choose> questions, const Progress& progress) override {
    std::vector<Chosen> out(questions.size());
    std::size_t all = 0;
    for (const auto& question : questions) all += question.choices.size();
    Flight flight(engine_->options().max_queue, all, progress);
    for (std::size_t i = 0; i < questions.size() && !flight.failed(); ++i) {
      out[i].logprobs.resize(questions[i].choices.size());
      std::vector<std::vector<TokenId>> whole;
      std::vector<std::size_t> from;
      bool one_token = !questions[i].choices.empty();
      for (const auto& choice : questions[i].choices) {
        CORPUS_TRY(auto ids, continued(questions[i].context, choice));
        whole.push_back(std::move(ids.first));
        from.push_back(ids.second);
        one_token =
            one_token && from.back() + 1 == whole.back().size() && from.back() == from[0] &&
            std::equal(whole[0].begin(), whole[0].begin() + static_cast<std::ptrdiff_t>(from[0]), whole.back().begin());
      }
      if (one_token) {
        choose_token(whole, from[0], out[i], flight);
      } else {
        for (std::size_t k = 0; k < whole.size(); ++k) score(std::move(whole[k]), from[k], out[i], k, flight);
      }
    }
    CORPUS_CHECK(flight.land());
    return out;
  }

  Result<std::vector<TextLoss>> losses(std::span<const std::string> texts, const Progress& progress) override {
    std::vector<TextLoss> out(texts.size());
    Flight flight(engine_->options().max_queue, texts.size(), progress);
    auto window =
        static_cast<std::size_t>(std::min<std::int64_t>(engine_->options().max_length, model_.options().max_tokens));
    std::mutex mutex;
    for (std::size_t i = 0; i < texts.size() && !flight.failed(); ++i) {
      std::vector<TokenId> ids;
      if (before_text_ >= 0) ids.push_back(before_text_);
      tokenizer_.encode(texts[i], false, *scratch_, ids);
      // Windows share one token, so that every token but the very first is predicted once.
      for (std::size_t begin = 0; begin + 1 < ids.size(); begin += window - 1) {
        auto end = std::min(ids.size(), begin + window);
        Scoring one{.tokens = {ids.begin() + static_cast<std::ptrdiff_t>(begin),
                               ids.begin() + static_cast<std::ptrdiff_t>(end)}};
        one.on_done = [&flight, &mutex, loss = &out[i]](Result<std::vector<Token>> tokens) {
          if (!tokens) return flight.end(&tokens.error());
          {
            std::lock_guard lock(mutex);
            for (std::size_t k = 1; k < tokens->size(); ++k) loss->nats -= (*tokens)[k].logprob;
            loss->tokens += static_cast<std::int64_t>(tokens->size()) - 1;
          }
          flight.end(nullptr);
        };
        flight.begin();
        if (auto sent = engine_->score(std::move(one)); !sent) flight.end(&sent.error());
      }
    }
    CORPUS_CHECK(flight.land());
    return out;
  }

 private:
  Result<std::vector<TokenId>> prompt_ids(std::string_view prompt) {
    if (chat_ != nullptr) {
      corpus::ChatTurn turn{.role = "user", .text = prompt};
      CORPUS_TRY(auto text, chat_->apply(std::span(&turn, 1), true, *scratch_));
      return std::move(text.ids);
    }
    std::vector<TokenId> ids;
    tokenizer_.encode(prompt, false, *scratch_, ids);
    if (ids.empty() && before_text_ >= 0) ids.push_back(before_text_);
    if (ids.empty()) return Error{Code::kInvalidArgument, "a prompt has no tokens"};
    return ids;
  }

  // Keeps the end of a prompt that is too long, as lm-eval does.
  static bool cut(std::vector<TokenId>& ids, std::int32_t most) {
    if (std::ssize(ids) <= most) return false;
    ids.erase(ids.begin(), ids.end() - most);
    return true;
  }

  // The ids of context and choice, and where those of the choice begin. As lm-eval does it: blanks at the end of the
  // context belong to the choice, and both are encoded together.
  Result<std::pair<std::vector<TokenId>, std::size_t>> continued(std::string context, std::string choice) {
    auto blanks = context.size() - (context.find_last_not_of(" \t\n") + 1);
    choice.insert(0, context.substr(context.size() - blanks));
    context.resize(context.size() - blanks);
    std::vector<TokenId> before, whole;
    if (chat_ != nullptr) {
      CORPUS_TRY(before, prompt_ids(context));
      whole = before;
      tokenizer_.encode(choice.substr(std::min(choice.size(), choice.find_first_not_of(' '))), false, *scratch_, whole);
    } else {
      tokenizer_.encode(context, false, *scratch_, before);
      tokenizer_.encode(context + choice, false, *scratch_, whole);
      if (before.empty() && before_text_ >= 0) {
        before.push_back(before_text_);
        whole.insert(whole.begin(), before_text_);
      }
    }
    if (before.empty() || before.size() >= whole.size()) {
      return Error{Code::kInvalidArgument, "a choice has no tokens of its own behind its question"};
    }
    return std::pair(std::move(whole), before.size());
  }

  // All choices are one token: one look at the logits behind the question.
  void choose_token(const std::vector<std::vector<TokenId>>& whole, std::size_t from, Chosen& out, Flight& flight) {
    Generation one;
    one.prompt.assign(whole[0].begin(), whole[0].begin() + static_cast<std::ptrdiff_t>(from));
    out.truncated = cut(one.prompt, engine_->options().max_length - 1);
    one.max_tokens = 1;
    one.top_logprobs = engine_->options().vocab;
    std::vector<TokenId> ids;
    for (const auto& w : whole) ids.push_back(w[from]);
    one.on_token = [ids, &out](const Token& token) {
      for (std::size_t k = 0; k < ids.size(); ++k) {
        auto found = std::find_if(token.top.begin(), token.top.end(), [&](const Ranked& r) { return r.id == ids[k]; });
        out.logprobs[k] = found->logprob;
      }
      return true;
    };
    auto count = ids.size();
    one.on_done = [&flight, count](Result<Finish> how) {
      for (std::size_t k = 0; k < count; ++k) flight.end(how ? nullptr : &how.error());
    };
    for (std::size_t k = 0; k < count; ++k) flight.begin();
    if (auto sent = engine_->submit(std::move(one)); !sent) {
      for (std::size_t k = 0; k < count; ++k) flight.end(&sent.error());
    }
  }

  void score(std::vector<TokenId> ids, std::size_t from, Chosen& out, std::size_t k, Flight& flight) {
    auto most = static_cast<std::int32_t>(model_.options().max_tokens);
    std::size_t choice = ids.size() - from;
    out.truncated = cut(ids, most) || out.truncated;
    from = ids.size() > choice ? ids.size() - choice : 1;
    Scoring one{.tokens = std::move(ids)};
    one.on_done = [&flight, &out, k, from](Result<std::vector<Token>> tokens) {
      if (!tokens) return flight.end(&tokens.error());
      double sum = 0;
      for (std::size_t i = from; i < tokens->size(); ++i) sum += (*tokens)[i].logprob;
      out.logprobs[k] = sum;
      flight.end(nullptr);
    };
    flight.begin();
    if (auto sent = engine_->score(std::move(one)); !sent) flight.end(&sent.error());
  }

  Model& model_;
  const corpus::Tokenizer& tokenizer_;
  const corpus::ChatTemplate* chat_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<corpus::Tokenizer::Scratch> scratch_;
  std::vector<TokenId> stop_ids_;
  TokenId before_text_ = -1;
  Json description_;
};

}  // namespace

Result<std::unique_ptr<Subject>> local_subject(Model& model, const corpus::Tokenizer& tokenizer,
                                               const corpus::ChatTemplate* chat, bool as_turns,
                                               const EngineOptions& options, Json description) {
  EngineOptions engine = options;
  engine.vocab = tokenizer.vocab_size();
  CORPUS_TRY(auto started, Engine::start(model, engine));
  return std::unique_ptr<Subject>(
      std::make_unique<Local>(model, tokenizer, chat, as_turns, std::move(started), std::move(description)));
}

}  // namespace student
