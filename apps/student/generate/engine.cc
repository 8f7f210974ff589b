#include "generate/engine.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

namespace student {

using corpus::Code;
using corpus::Error;

Engine::Engine(Model& model, const EngineOptions& options, std::unique_ptr<Decoder> decoder)
    : model_(model), options_(options), decoder_(std::move(decoder)) {
  std::int32_t vocab = model.config().vocab;
  options_.vocab = options.vocab > 0 ? std::min(options.vocab, vocab) : vocab;
  for (std::int32_t slot = options_.slots; slot-- > 0;) free_slots_.push_back(slot);
}

Result<std::unique_ptr<Engine>> Engine::start(Model& model, const EngineOptions& options) {
  assert(options.slots > 0 && options.max_length > 1 && options.prompt_piece > 0);
  CORPUS_TRY(auto decoder, model.decoder(options.slots, options.max_length));
  std::unique_ptr<Engine> engine(new Engine(model, options, std::move(decoder)));
  engine->thread_ = std::thread([raw = engine.get()] { raw->run(); });
  return engine;
}

Engine::~Engine() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<void> Engine::check(std::span<const TokenId> tokens, std::size_t most, const char* what) const {
  if (tokens.empty())
    return Error{Code::kInvalidArgument, std::string(what) + " is empty: at least one token is needed"};
  if (tokens.size() > most) {
    return Error{Code::kInvalidArgument, std::string(what) + " has " + std::to_string(tokens.size()) +
                                             " tokens; at most " + std::to_string(most) + " fit here"};
  }
  for (TokenId id : tokens) {
    if (id < 0 || id >= model_.config().vocab) {
      return Error{Code::kInvalidArgument, std::string(what) + ": " + std::to_string(id) +
                                               " is no token of this model; ids are below " +
                                               std::to_string(model_.config().vocab)};
    }
  }
  return {};
}

namespace {
Error full() { return {Code::kLimit, "the queue is full; try again later"}; }
}  // namespace

Result<std::uint64_t> Engine::submit(Generation request) {
  // One position is left for a token of the answer.
  CORPUS_CHECK(check(request.prompt, static_cast<std::size_t>(options_.max_length) - 1, "the prompt"));
  std::uint64_t id = 0;
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.max_queue) return full();
    id = next_id_++;
    queue_.push_back({.id = id, .request = std::move(request)});
  }
  wake_.notify_one();
  return id;
}

Result<void> Engine::score(Scoring request) {
  auto most = static_cast<std::size_t>(model_.options().max_tokens);
  if (request.top_logprobs > 0) {
    most = std::min(most, options_.max_logits / static_cast<std::size_t>(model_.config().vocab));
  }
  CORPUS_CHECK(check(request.tokens, most, "the text"));
  {
    std::lock_guard lock(mutex_);
    if (scores_.size() >= options_.max_queue) return full();
    scores_.push_back(std::move(request));
  }
  wake_.notify_one();
  return {};
}

Result<void> Engine::embed(Embedding request) {
  CORPUS_CHECK(check(request.tokens, static_cast<std::size_t>(model_.options().max_tokens), "the input"));
  {
    std::lock_guard lock(mutex_);
    if (embeddings_.size() >= options_.max_queue) return full();
    embeddings_.push_back(std::move(request));
  }
  wake_.notify_one();
  return {};
}

void Engine::cancel(std::uint64_t id) {
  {
    std::lock_guard lock(mutex_);
    cancelled_.push_back(id);
  }
  wake_.notify_one();
}

Engine::Load Engine::load() {
  std::lock_guard lock(mutex_);
  return {.queued = queue_.size() + scores_.size() + embeddings_.size(), .running = running_count_};
}

void Engine::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] {
        return stopping_ || !running_.empty() || !queue_.empty() || !scores_.empty() || !embeddings_.empty() ||
               !cancelled_.empty();
      });
      if (stopping_) break;
    }
    admit();
    prefill_one();
    score_batch();
    embed_one();
    step_all();
  }
  for (auto& running : running_) finish(running, Finish::kCancelled);
  for (auto& waiting : queue_) finish(waiting, Finish::kCancelled);
  Error stopped{Code::kCancelled, "the engine was stopped"};
  for (auto& waiting : scores_) waiting.on_done(stopped);
  for (auto& waiting : embeddings_) waiting.on_done(stopped);
}

// Ends what was cancelled, then gives free slots to those who have waited longest.
void Engine::admit() {
  std::vector<Running> ended;
  {
    std::lock_guard lock(mutex_);
    for (std::uint64_t id : cancelled_) {
      for (auto& running : running_) {
        if (running.id == id) running.done = true;
      }
      auto waiting = std::find_if(queue_.begin(), queue_.end(), [&](const Running& r) { return r.id == id; });
      if (waiting != queue_.end()) {
        ended.push_back(std::move(*waiting));
        queue_.erase(waiting);
      }
    }
    cancelled_.clear();
  }
  for (auto& waiting : ended) finish(waiting, Finish::kCancelled);
  for (auto& running : running_) {
    if (running.done) finish(running, Finish::kCancelled);
  }
  drop_done();
  std::lock_guard lock(mutex_);
  while (!free_slots_.empty() && !queue_.empty()) {
    running_.push_back(std::move(queue_.front()));
    queue_.pop_front();
    running_.back().slot = free_slots_.back();
    free_slots_.pop_back();
    decoder_->reset(running_.back().slot);
  }
  running_count_ = running_.size();
}

// The next piece of the prompt that came first.
void Engine::prefill_one() {
  auto waits = [](const Running& r) { return r.prefilled < r.request.prompt.size(); };
  auto first = std::find_if(running_.begin(), running_.end(), waits);
  if (first == running_.end()) return;
  std::span<const TokenId> rest = std::span(first->request.prompt).subspan(first->prefilled);
  auto piece = rest.first(std::min(rest.size(), static_cast<std::size_t>(options_.prompt_piece)));
  auto logits = decoder_->prefill(first->slot, piece);
  if (!logits) return finish(*first, std::move(logits).error()), drop_done();
  first->prefilled += piece.size();
  if (!waits(*first)) {
    if (first->request.max_tokens <= 0) {
      finish(*first, Finish::kLength);
    } else {
      choose(*first, *logits);
    }
  }
  drop_done();
}

// One token for everyone who is past the prompt.
void Engine::step_all() {
  std::vector<std::int32_t> slots;
  std::vector<TokenId> tokens;
  std::vector<std::size_t> who;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (running_[i].next < 0) continue;
    who.push_back(i);
    slots.push_back(running_[i].slot);
    tokens.push_back(running_[i].next);
  }
  if (who.empty()) return;
  auto logits = decoder_->step(slots, tokens);
  for (std::size_t k = 0; k < who.size(); ++k) {
    Running& running = running_[who[k]];
    if (!logits) {
      finish(running, Error(logits.error()));
      continue;
    }
    auto vocab = static_cast<std::size_t>(model_.config().vocab);
    choose(running, logits->subspan(k * vocab, vocab));
  }
  drop_done();
}

void Engine::choose(Running& running, std::span<const float> logits) {
  const Generation& request = running.request;
  auto known = logits.first(static_cast<std::size_t>(options_.vocab));
  Token token;
  token.id = sampler_.pick(known, request.sampling, static_cast<std::uint64_t>(running.made));
  if (token.id < 0) {
    return finish(running, Error{Code::kCorrupt, "the model's logits are not numbers; its weights are damaged"});
  }
  if (std::find(request.stop_ids.begin(), request.stop_ids.end(), token.id) != request.stop_ids.end()) {
    return finish(running, Finish::kStop);
  }
  if (request.top_logprobs >= 0) {
    double total = log_sum_exp(logits);
    token.logprob = static_cast<float>(logits[static_cast<std::size_t>(token.id)] - total);
    if (request.top_logprobs > 0) sampler_.best(known, total, request.top_logprobs, token.top);
  }
  running.made++;
  running.next = token.id;
  if (!request.on_token(token)) return finish(running, Finish::kStop);
  auto used = request.prompt.size() + static_cast<std::size_t>(running.made);
  if (running.made >= request.max_tokens || used >= static_cast<std::size_t>(options_.max_length)) {
    finish(running, Finish::kLength);
  }
}

void Engine::finish(Running& running, Result<Finish> how) {
  running.done = true;
  running.next = -1;
  running.request.on_done(std::move(how));
}

void Engine::drop_done() {
  for (const auto& running : running_) {
    if (running.done) free_slots_.push_back(running.slot);
  }
  std::erase_if(running_, [](const Running& r) { return r.done; });
  std::lock_guard lock(mutex_);
  running_count_ = running_.size();
}

// As many texts as fit into one packed batch.
void Engine::score_batch() {
  std::vector<Scoring> batch;
  {
    std::lock_guard lock(mutex_);
    std::size_t tokens = 0, most = static_cast<std::size_t>(model_.options().max_tokens);
    while (!scores_.empty()) {
      bool top = scores_.front().top_logprobs > 0 || (!batch.empty() && batch.front().top_logprobs > 0);
      std::size_t fits =
          top ? std::min(most, options_.max_logits / static_cast<std::size_t>(model_.config().vocab)) : most;
      if (!batch.empty() && tokens + scores_.front().tokens.size() > fits) break;
      if (!batch.empty() && (scores_.front().top_logprobs > 0) != (batch.front().top_logprobs > 0)) break;
      tokens += scores_.front().tokens.size();
      batch.push_back(std::move(scores_.front()));
      scores_.pop_front();
    }
  }
  if (batch.empty()) return;
  auto scored = score_packed(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (scored) {
      batch[i].on_done(std::move((*scored)[i]));
    } else {
      batch[i].on_done(Error(scored.error()));
    }
  }
}

Result<std::vector<std::vector<Token>>> Engine::score_packed(std::span<const Scoring> requests) {
  std::vector<std::int32_t> tokens, targets, starts = {0};
  for (const auto& request : requests) {
    tokens.insert(tokens.end(), request.tokens.begin(), request.tokens.end());
    targets.insert(targets.end(), request.tokens.begin() + 1, request.tokens.end());
    targets.push_back(-1);
    starts.push_back(static_cast<std::int32_t>(tokens.size()));
  }
  PackedBatch batch{.tokens = tokens, .targets = targets, .starts = starts};
  std::vector<std::vector<Token>> out(requests.size());
  bool top = requests.front().top_logprobs > 0;
  std::vector<float> logits;
  std::span<const float> losses;
  if (top) {
    CORPUS_TRY(logits, model_.logits(batch));
  } else {
    CORPUS_TRY(losses, model_.token_losses(batch));
  }
  auto stride = static_cast<std::size_t>(model_.config().vocab), row = std::size_t{0};
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& ids = requests[i].tokens;
    out[i].push_back({.id = ids[0]});
    for (std::size_t k = 1; k < ids.size(); ++k) {
      Token token{.id = ids[k]};
      std::size_t from = row + k - 1;  // the row that predicts token k
      if (top) {
        auto line = std::span<const float>(logits).subspan(from * stride, stride);
        double total = log_sum_exp(line);
        token.logprob = static_cast<float>(line[static_cast<std::size_t>(ids[k])] - total);
        sampler_.best(line.first(static_cast<std::size_t>(options_.vocab)), total, requests[i].top_logprobs, token.top);
      } else {
        token.logprob = -losses[from];
      }
      out[i].push_back(std::move(token));
    }
    row += ids.size();
  }
  return out;
}

void Engine::embed_one() {
  Embedding request;
  {
    std::lock_guard lock(mutex_);
    if (embeddings_.empty()) return;
    request = std::move(embeddings_.front());
    embeddings_.pop_front();
  }
  std::vector<std::int32_t> targets(request.tokens.size(), -1);
  std::vector<std::int32_t> starts = {0, static_cast<std::int32_t>(request.tokens.size())};
  auto hidden = model_.hidden({.tokens = request.tokens, .targets = targets, .starts = starts});
  if (!hidden) return request.on_done(std::move(hidden).error());
  auto width = static_cast<std::size_t>(model_.config().width);
  std::vector<double> mean(width);
  for (std::size_t i = 0; i < hidden->size(); ++i) mean[i % width] += (*hidden)[i];
  double length = 0;
  for (double x : mean) length += x * x;
  length = std::sqrt(length);
  std::vector<float> out(width);
  for (std::size_t i = 0; i < width; ++i) out[i] = static_cast<float>(length > 0 ? mean[i] / length : 0);
  request.on_done(std::move(out));
}

}  // namespace student
