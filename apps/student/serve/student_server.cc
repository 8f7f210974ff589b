#include "serve/student_server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <utility>

#include "serve/answering.h"
#include "serve/openai_error.h"
#include "serve/openai_reply.h"
#include "serve/openai_request.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Vectors of several inputs, until the last is there.
struct Embeddings {
  std::shared_ptr<Reply> reply;
  std::string model;
  bool base64 = false;
  std::size_t tokens = 0;
  std::mutex mutex;  // guards what follows
  std::vector<std::vector<float>> vectors;
  std::size_t open = 0;
  bool failed = false;

  void fail(const Error& error) {
    std::lock_guard lock(mutex);
    if (std::exchange(failed, true)) return;
    HttpError out = http_error(error);
    reply->send(out.status, out.json());
  }
  void done(std::size_t which, Result<std::vector<float>> vector) {
    if (!vector) return fail(vector.error());
    std::lock_guard lock(mutex);
    vectors[which] = *std::move(vector);
    if (--open == 0 && !failed) reply->send(200, embedding_reply(model, vectors, base64, tokens));
  }
};

class Server final : public StudentServer {
 public:
  Server(const Voice& voice, const ServerOptions& options) : voice_(voice), options_(options), created_(seconds_now()) {
    std::random_device random;
    seed_ = std::uint64_t{random()} << 32 | random();
  }

  ~Server() override {
    if (http_) http_->stop();
    engine_.reset();  // its callbacks hold replies, which need the HTTP server
  }

  Result<void> listen() {
    EngineOptions engine = options_.engine;
    engine.vocab = voice_.tokenizer->vocab_size();
    CORPUS_TRY(engine_, Engine::start(*voice_.model, engine));
    CORPUS_TRY(http_, HttpServer::start(options_.host, options_.port, options_.http,
                                        [this](HttpRequest request, std::shared_ptr<Reply> reply) {
                                          handle(std::move(request), std::move(reply));
                                        }));
    return {};
  }

  std::uint16_t port() const override { return http_->port(); }

 private:
  static void refuse(Reply& reply, const HttpError& error) { reply.send(error.status, error.json()); }

  void handle(HttpRequest request, std::shared_ptr<Reply> reply) {
    const std::string& path = request.path;
    bool get = path == "/v1/models" || path == "/health" || path.starts_with("/v1/models/");
    bool post = path == "/v1/completions" || path == "/v1/chat/completions" || path == "/v1/embeddings";
    if (!get && !post) {
      return refuse(*reply, {.status = 404, .message = "there is no " + path.substr(0, 100) +
                                                       " here; there are /v1/models, /v1/completions, "
                                                       "/v1/chat/completions and /v1/embeddings"});
    }
    std::string method = get ? "GET" : "POST";
    if (request.method != method) {
      return refuse(*reply,
                    {.status = 405, .message = path + " is for " + method + ", not " + request.method.substr(0, 20)});
    }
    if (path == "/health") return reply->send(200, R"({"status":"ok"})");
    if (path == "/v1/models") {
      return reply->send(200, model_list(options_.model_id, created_, options_.engine.max_length));
    }
    if (get) return one_model(path.substr(11), *reply);
    if (path == "/v1/embeddings") return embed(request.body, std::move(reply));
    complete(request.body, path == "/v1/chat/completions", std::move(reply));
  }

  void one_model(const std::string& name, Reply& reply) {
    if (auto error = check_model(name)) return refuse(reply, *error);
    reply.send(200, model_object(options_.model_id, created_, options_.engine.max_length));
  }

  HttpResult check_model(const std::string& name) const {
    if (name.empty() || name == options_.model_id) return {};
    return HttpError{.status = 404, .message = "there is no model '" + name.substr(0, 100) + "' here; there is '" +
                                               options_.model_id + "'",
                     .param = "model", .code = "model_not_found"};
  }

  HttpResult check_length(std::size_t tokens, const char* param) const {
    auto most = static_cast<std::size_t>(options_.engine.max_length) - 1;
    if (tokens <= most) return {};
    return HttpError{.message = "the model's context is " + std::to_string(options_.engine.max_length) +
                                " tokens, one of them for the answer; '" + param + "' has " + std::to_string(tokens) +
                                " tokens",
                     .param = param, .code = "context_length_exceeded"};
  }

  // The ids of each prompt, or why not.
  HttpResult encode(const CompletionRequest& request, std::vector<std::vector<TokenId>>& prompts) const {
    auto scratch = voice_.tokenizer->scratch();
    if (request.chat) {
      if (voice_.chat == nullptr) return HttpError{.message = "this model has no chat template; use /v1/completions"};
      std::vector<corpus::ChatTurn> turns;
      for (const auto& message : request.messages) turns.push_back({message.role, message.text});
      auto text = voice_.chat->apply(turns, true, *scratch);
      if (!text) return HttpError{.message = text.error().message, .param = "messages"};
      prompts.push_back(std::move(text->ids));
    }
    for (const auto& prompt : request.prompts) {
      auto& ids = prompts.emplace_back(prompt.ids);
      // A prompt of a completion is the model's own input: the client writes its special tokens.
      if (!prompt.tokenized) voice_.tokenizer->encode(prompt.text, true, *scratch, ids);
      if (ids.empty())
        return HttpError{.message = "'prompt' is empty: at least one token is needed", .param = "prompt"};
    }
    for (const auto& ids : prompts) {
      if (auto error = check_length(ids.size(), request.chat ? "messages" : "prompt")) return error;
    }
    return {};
  }

  void complete(const std::string& body, bool chat, std::shared_ptr<Reply> reply) {
    CompletionRequest request;
    std::vector<std::vector<TokenId>> prompts;
    if (auto error = parse_completion(body, chat, request)) return refuse(*reply, *error);
    if (auto error = check_model(request.model)) return refuse(*reply, *error);
    if (auto error = encode(request, prompts)) return refuse(*reply, *error);
    std::uint64_t number = count_++;
    if (!request.seed) request.seed = seed_ + (number << 16);
    std::vector<TokenId> stop_ids;
    if (voice_.chat != nullptr) stop_ids.assign(voice_.chat->stop_ids().begin(), voice_.chat->stop_ids().end());
    if (voice_.model->config().eos >= 0) stop_ids.push_back(voice_.model->config().eos);
    ReplyHead head{.chat = chat,
                   .id = (chat ? "chatcmpl-" : "cmpl-") + std::to_string(number),
                   .created = seconds_now(),
                   .model = options_.model_id};
    auto answering = std::make_shared<Answering>(std::move(request), std::move(head), std::move(reply), *engine_,
                                                 *voice_.tokenizer);
    answering->start(std::move(prompts), std::move(stop_ids));
  }

  void embed(const std::string& body, std::shared_ptr<Reply> reply) {
    EmbeddingRequest request;
    if (auto error = parse_embedding(body, request)) return refuse(*reply, *error);
    if (auto error = check_model(request.model)) return refuse(*reply, *error);
    auto scratch = voice_.tokenizer->scratch();
    std::vector<std::vector<TokenId>> inputs;
    auto job = std::make_shared<Embeddings>();
    for (const auto& input : request.inputs) {
      auto& ids = inputs.emplace_back(input.ids);
      if (!input.tokenized) voice_.tokenizer->encode(input.text, false, *scratch, ids);
      job->tokens += ids.size();
    }
    job->reply = std::move(reply);
    job->model = options_.model_id;
    job->base64 = request.base64;
    job->open = inputs.size();
    job->vectors.resize(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      auto sent =
          engine_->embed({.tokens = std::move(inputs[i]),
                          .on_done = [job, i](Result<std::vector<float>> vector) { job->done(i, std::move(vector)); }});
      if (!sent) return job->fail(sent.error());
    }
  }

  Voice voice_;
  ServerOptions options_;
  std::int64_t created_;
  std::uint64_t seed_ = 0;
  std::atomic<std::uint64_t> count_{1};
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<Engine> engine_;  // destroyed first
};

}  // namespace

Result<std::unique_ptr<StudentServer>> StudentServer::start(const Voice& voice, const ServerOptions& options) {
  auto server = std::make_unique<Server>(voice, options);
  CORPUS_CHECK(server->listen());
  return std::unique_ptr<StudentServer>(std::move(server));
}

}  // namespace student
