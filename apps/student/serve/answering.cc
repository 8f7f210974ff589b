#include "serve/answering.h"

#include <algorithm>
#include <utility>

namespace student {

using corpus::Error;
using corpus::Result;

Answering::Answering(CompletionRequest request, ReplyHead head, std::shared_ptr<Reply> reply, Engine& engine,
                     const corpus::Tokenizer& tokenizer)
    : request_(std::move(request)), head_(std::move(head)), reply_(std::move(reply)), engine_(engine),
      tokenizer_(tokenizer) {}

void Answering::start(std::vector<std::vector<TokenId>> prompts, std::vector<TokenId> stop_ids) {
  prompts_ = std::move(prompts);
  auto n = static_cast<std::size_t>(request_.n);
  bool score = request_.echo && request_.logprobs >= 0;
  scored_.resize(prompts_.size());
  choices_.resize(prompts_.size() * n);
  open_ = choices_.size() + (score ? prompts_.size() : 0);
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    choices_[i].prompt = i / n;
    choices_[i].stream = std::make_unique<TextStream>(tokenizer_, prompts_[i / n].back(), request_.stop);
  }
  if (request_.stream) reply_->begin_events();
  // The callback may not keep this alive: the reply owns it, and this owns the reply.
  reply_->on_gone([weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    std::lock_guard lock(self->mutex_);
    self->over_ = true;
    for (std::uint64_t id : self->ids_) self->engine_.cancel(id);
  });
  auto self = shared_from_this();
  for (std::size_t i = 0; i < (score ? prompts_.size() : 0); ++i) {
    Scoring scoring{.tokens = prompts_[i], .top_logprobs = request_.logprobs};
    scoring.on_done = [self, i](Result<std::vector<Token>> tokens) { self->on_scored(i, std::move(tokens)); };
    if (auto sent = engine_.score(std::move(scoring)); !sent) return fail(sent.error());
  }
  std::int32_t unlimited = head_.chat ? engine_.options().max_length : 16;
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    Generation one;
    one.prompt = prompts_[choices_[i].prompt];
    one.max_tokens = request_.max_tokens.value_or(unlimited);
    one.sampling = {.temperature = request_.temperature, .top_k = request_.top_k, .top_p = request_.top_p,
                    .seed = request_.seed.value_or(0) + i % n};
    one.stop_ids = stop_ids;
    one.top_logprobs = request_.logprobs;
    one.on_token = [self, i](const Token& token) { return self->on_token(i, token); };
    one.on_done = [self, i](Result<Finish> how) { self->on_done(i, std::move(how)); };
    auto sent = engine_.submit(std::move(one));
    if (!sent) return fail(sent.error());
    std::lock_guard lock(mutex_);
    ids_.push_back(*sent);
    if (over_) engine_.cancel(*sent);
  }
}

bool Answering::over() {
  std::lock_guard lock(mutex_);
  return over_;
}

bool Answering::on_token(std::size_t which, const Token& token) {
  if (over()) return false;
  Choice& choice = choices_[which];
  ++choice.made;
  if (request_.logprobs >= 0) choice.tokens.push_back(token);
  std::string text = choice.stream->push(token.id);
  if (!request_.stream) {
    choice.text += text;
  } else if (!text.empty() || request_.logprobs >= 0) {
    send_piece(which, std::move(text));
  }
  return !choice.stream->stopped();
}

void Answering::on_done(std::size_t which, Result<Finish> how) {
  if (!how) return fail(how.error());
  Choice& choice = choices_[which];
  if (*how == Finish::kCancelled) return fail({corpus::Code::kCancelled, "the server is stopping"});
  choice.finish = *how == Finish::kStop ? "stop" : "length";
  std::string rest = choice.stream->finish();
  // The last token may complete a stop string whose beginning was held back.
  if (choice.stream->stopped()) choice.finish = "stop";
  if (!request_.stream) {
    choice.text += rest;
  } else if (!over()) {
    send_piece(which, std::move(rest));
  }
  one_less();
}

void Answering::on_scored(std::size_t prompt, Result<std::vector<Token>> tokens) {
  if (!tokens) return fail(tokens.error());
  scored_[prompt] = *std::move(tokens);
  one_less();
}

void Answering::send_piece(std::size_t which, std::string text) {
  Choice& choice = choices_[which];
  ReplyChoice piece{.index = which, .text = std::move(text), .finish = choice.finish,
                    .logprobs = request_.logprobs >= 0, .tokens = choice.tokens};
  reply_->event(stream_piece(head_, piece, !choice.begun, tokenizer_));
  choice.begun = true;
  choice.tokens.clear();
}

void Answering::one_less() {
  if (--open_ != 0 || over()) return;
  if (!request_.stream) return reply_whole();
  if (request_.usage_at_end) {
    Usage usage;
    for (const auto& prompt : prompts_) usage.prompt_tokens += prompt.size();
    for (const auto& choice : choices_) usage.completion_tokens += choice.made;
    reply_->event(stream_usage(head_, usage));
  }
  reply_->event("[DONE]");
  reply_->end_events();
}

void Answering::reply_whole() {
  Usage usage;
  std::vector<ReplyChoice> out;
  std::vector<std::vector<Token>> tokens(choices_.size());
  for (const auto& prompt : prompts_) usage.prompt_tokens += prompt.size();
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    Choice& choice = choices_[i];
    usage.completion_tokens += choice.made;
    ReplyChoice one{.index = i, .text = choice.text, .finish = choice.finish, .logprobs = request_.logprobs >= 0};
    if (request_.echo) {
      one.text.insert(0, request_.prompts[choice.prompt].tokenized ? tokenizer_.decode(prompts_[choice.prompt])
                                                                   : request_.prompts[choice.prompt].text);
      tokens[i] = scored_[choice.prompt];
      one.first_unknown = true;
    }
    tokens[i].insert(tokens[i].end(), choice.tokens.begin(), choice.tokens.end());
    one.tokens = tokens[i];
    out.push_back(std::move(one));
  }
  reply_->send(200, whole_reply(head_, out, usage, tokenizer_));
}

// Says why to the client, once, and ends the other choices.
void Answering::fail(const Error& error) {
  {
    std::lock_guard lock(mutex_);
    if (over_) return;
    over_ = true;
    for (std::uint64_t id : ids_) engine_.cancel(id);
  }
  HttpError out = http_error(error);
  if (!request_.stream) return reply_->send(out.status, out.json());
  reply_->event(out.json());
  reply_->end_events();
}

}  // namespace student
