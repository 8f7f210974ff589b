#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "eval/subject.h"

namespace student {
namespace {

using corpus::Code;
using corpus::Error;
using corpus::Result;

constexpr std::size_t kMaxReply = 64 << 20;

struct Url {
  std::string origin;  // "http://host:port"
  std::string base;    // "/v1"
  bool local = false;  // this machine
  bool tls = false;
};

Result<Url> parse_url(const std::string& text) {
  Url out;
  out.tls = text.starts_with("https://");
  if (!out.tls && !text.starts_with("http://")) {
    return Error{Code::kInvalidArgument, "--endpoint: '" + text + "' does not begin with http:// or https://"};
  }
  auto host = text.find("//") + 2, slash = text.find('/', host);
  out.origin = text.substr(0, slash);
  out.base = slash == std::string::npos ? "" : text.substr(slash);
  while (out.base.ends_with('/')) out.base.pop_back();
  std::string name = out.origin.substr(host);
  if (name.empty() || name.find('@') != std::string::npos) {
    return Error{Code::kInvalidArgument,
                 "--endpoint: no host in the URL, or a password; keys belong into STUDENT_API_KEY"};
  }
  out.local = name.starts_with("127.") || name.starts_with("localhost") || name.starts_with("[::1]");
  return out;
}

class Endpoint final : public Subject {
 public:
  Endpoint(EndpointOptions options, Url url) : options_(std::move(options)), url_(std::move(url)) {}

  Result<void> greet() {
    if (!options_.key.empty() && !url_.tls && !url_.local) {
      return Error{Code::kInvalidArgument, "--endpoint: a key is not sent over http to another machine; use https://"};
    }
    if (!options_.model.empty()) return {};
    CORPUS_TRY(Json list, call("/models", nullptr));
    if (!list.contains("data") || !list["data"].is_array() || list["data"].empty() || !list["data"][0].contains("id")) {
      return Error{Code::kCorrupt, options_.url + "/models lists no model; name one with --endpoint-model"};
    }
    CORPUS_TRY(options_.model, string_member(list["data"][0], "id"));
    return {};
  }

  Json describe() const override {
    return {{"endpoint", url_.origin + url_.base}, {"model", options_.model}, {"chat", options_.chat}};
  }
  bool chats() const override { return options_.chat; }

  Result<std::vector<Said>> answer(std::span<const Ask> questions, const Progress& progress) override {
    std::vector<Said> out(questions.size());
    CORPUS_CHECK(in_parallel(questions.size(), progress, [&](std::size_t i) -> Result<void> {
      const Ask& ask = questions[i];
      Json body = prompt_of(ask.prompt);
      body["max_tokens"] = ask.max_tokens;
      body["temperature"] = ask.sampling.temperature;
      if (ask.sampling.top_p < 1) body["top_p"] = ask.sampling.top_p;
      body["seed"] = ask.sampling.seed & 0x7fffffff;
      // OpenAI's own service takes at most four; the others are found in the answer.
      if (!ask.stop.empty())
        body["stop"] =
            std::vector(ask.stop.begin(), ask.stop.begin() + std::min<std::ptrdiff_t>(4, std::ssize(ask.stop)));
      CORPUS_TRY(Json reply, call(place(), &body));
      CORPUS_TRY(Json choice, first_choice(reply));
      const Json& holder = options_.chat ? choice["message"] : choice;
      const char* name = options_.chat ? "content" : "text";
      if (holder.contains(name) && holder[name].is_string()) out[i].text = holder[name].get<std::string>();
      if (choice.contains("finish_reason") && choice["finish_reason"].is_string()) {
        out[i].finish = choice["finish_reason"].get<std::string>();
      }
      std::size_t end = std::string::npos;
      for (const auto& stop : ask.stop) end = std::min(end, out[i].text.find(stop));
      if (end != std::string::npos) out[i].text.resize(end);
      return {};
    }));
    return out;
  }

  Result<std::vector<Chosen>> choose(std::span<const Choose> questions, const Progress& progress) override {
    std::vector<Chosen> out(questions.size());
    CORPUS_CHECK(in_parallel(questions.size(), progress, [&](std::size_t i) -> Result<void> {
      const Choose& question = questions[i];
      if (options_.chat) return choose_letter(question, out[i]);
      for (const auto& choice : question.choices) {
        CORPUS_TRY(TextLoss loss, score(question.context, choice));
        out[i].logprobs.push_back(-loss.nats);
      }
      return {};
    }));
    return out;
  }

  Result<std::vector<TextLoss>> losses(std::span<const std::string> texts, const Progress& progress) override {
    if (options_.chat) return Error{Code::kUnsupported, "a chat endpoint does not tell the likelihood of a text"};
    std::vector<TextLoss> out(texts.size());
    CORPUS_CHECK(in_parallel(texts.size(), progress, [&](std::size_t i) -> Result<void> {
      CORPUS_TRY(out[i], score("", texts[i]));
      return {};
    }));
    return out;
  }

 private:
  std::string place() const { return options_.chat ? "/chat/completions" : "/completions"; }

  Json prompt_of(const std::string& prompt) const {
    Json body = {{"model", options_.model}};
    if (options_.chat) {
      body["messages"] = Json::array({{{"role", "user"}, {"content", prompt}}});
    } else {
      body["prompt"] = prompt;
    }
    return body;
  }

  static Result<Json> first_choice(const Json& reply) {
    if (!reply.is_object() || !reply.contains("choices") || !reply["choices"].is_array() || reply["choices"].empty() ||
        !reply["choices"][0].is_object()) {
      return Error{Code::kCorrupt, "the endpoint's reply has no choices"};
    }
    return reply["choices"][0];
  }

  // The loss of the tokens of `text` that begin behind `context`, by asking for an echo with log-probabilities.
  Result<TextLoss> score(std::string context, std::string text) {
    auto keep = context.find_last_not_of(" \t\n") + 1;
    text.insert(0, context.substr(keep));
    context.resize(keep);
    Json body = prompt_of(context + text);
    body.update(Json{{"max_tokens", 1}, {"temperature", 0}, {"logprobs", 1}, {"echo", true}});
    CORPUS_TRY(Json reply, call(place(), &body));
    CORPUS_TRY(Json choice, first_choice(reply));
    Error none{Code::kUnsupported, "the endpoint gives no log-probabilities of the prompt (echo and logprobs)"};
    if (!choice.contains("logprobs") || !choice["logprobs"].is_object()) return none;
    const Json& logprobs = choice["logprobs"];
    if (!logprobs.contains("text_offset") || !logprobs.contains("token_logprobs")) return none;
    const Json &offsets = logprobs["text_offset"], &values = logprobs["token_logprobs"];
    if (!offsets.is_array() || !values.is_array() || offsets.size() != values.size()) return none;
    auto characters = [](std::string_view s) {
      return static_cast<std::int64_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    };
    std::int64_t begin = characters(context), end = begin + characters(text);
    TextLoss out;
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      if (!offsets[i].is_number_integer() || !values[i].is_number()) continue;  // the first token has no value
      auto at = offsets[i].get<std::int64_t>();
      if (at < begin || at >= end) continue;
      out.nats -= values[i].get<double>();
      ++out.tokens;
    }
    if (out.tokens == 0) return none;
    return out;
  }

  // A model that only chats is asked for one letter, which is read from what it writes.
  Result<void> choose_letter(const Choose& question, Chosen& out) {
    if (!question.letters) return Error{Code::kUnsupported, "a chat endpoint does not tell the likelihood of a text"};
    Json body = prompt_of(question.context + "\n\nAnswer with one letter.");
    body.update(Json{{"max_tokens", 16}, {"temperature", 0}});
    CORPUS_TRY(Json reply, call(place(), &body));
    CORPUS_TRY(Json choice, first_choice(reply));
    if (choice.contains("message") && choice["message"].contains("content") &&
        choice["message"]["content"].is_string()) {
      out.said = choice["message"]["content"].get<std::string>();
    }
    return {};
  }

  // One request, tried again when it fails for a reason that may pass. `body` null: GET.
  Result<Json> call(const std::string& path, const Json* body) {
    std::string text = body != nullptr ? body->dump(-1, ' ', false, Json::error_handler_t::replace) : "";
    for (int attempt = 1;; ++attempt) {
      httplib::Client client(url_.origin);
      client.set_connection_timeout(10);
      client.set_read_timeout(options_.timeout_seconds);
      client.set_follow_location(false);  // the key is for this host
      if (!options_.key.empty()) client.set_bearer_token_auth(options_.key.c_str());
      std::string reply;
      auto take = [&](const char* bytes, std::size_t n) {
        reply.append(bytes, n);
        return reply.size() <= kMaxReply;
      };
      httplib::Request request;
      request.method = body != nullptr ? "POST" : "GET";
      request.path = url_.base + path;
      request.headers = {{"Content-Type", "application/json"}};
      request.body = text;
      request.content_receiver = [&](const char* bytes, std::size_t n, std::uint64_t, std::uint64_t) {
        return take(bytes, n);
      };
      auto result = client.send(request);
      int status = result ? result->status : 0;
      if (status == 200) {
        Json out = Json::parse(reply, nullptr, false);
        if (out.is_discarded()) return Error{Code::kCorrupt, options_.url + path + ": the reply is not JSON"};
        return out;
      }
      bool may_pass = status == 0 ? reply.size() <= kMaxReply : status == 408 || status == 429 || status >= 500;
      if (!may_pass || attempt >= options_.tries) return failed(path, status, reply, result.error());
      double wait = std::pow(2.0, attempt - 1);
      if (result && result->has_header("Retry-After")) {
        wait = std::clamp(std::atof(result->get_header_value("Retry-After").c_str()), 0.0, 60.0);
      }
      std::this_thread::sleep_for(std::chrono::duration<double>(wait));
    }
  }

  Error failed(const std::string& path, int status, const std::string& reply, httplib::Error error) const {
    std::string message = options_.url + path + ": ";
    if (status == 0) return {Code::kIo, message + httplib::to_string(error)};
    Json parsed = Json::parse(reply, nullptr, false);
    std::string why = reply.substr(0, 200);
    if (parsed.is_object() && parsed.contains("error") && parsed["error"].is_object() &&
        parsed["error"].contains("message") && parsed["error"]["message"].is_string()) {
      why = parsed["error"]["message"].get<std::string>();
    }
    return {Code::kIo, message + "HTTP " + std::to_string(status) + ": " + why};
  }

  // Of several errors the one of the first question is told.
  template <typename F>
  Result<void> in_parallel(std::size_t all, const Progress& progress, F work) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::size_t done = 0, failed_at = all;
    std::optional<Error> error;
    auto run = [&] {
      for (std::size_t i; (i = next++) < all;) {
        auto result = work(i);
        std::lock_guard lock(mutex);
        ++done;
        if (progress) progress(done, all);
        if (!result && i < failed_at) {
          failed_at = i;
          error = std::move(result).error();
          next = all;
        }
      }
    };
    std::vector<std::thread> threads;
    for (int t = 1; t < options_.parallel; ++t) threads.emplace_back(run);
    run();
    for (auto& thread : threads) thread.join();
    if (error) return *error;
    return {};
  }

  EndpointOptions options_;
  Url url_;
};

}  // namespace

Result<std::unique_ptr<Subject>> endpoint_subject(const EndpointOptions& options) {
  CORPUS_TRY(Url url, parse_url(options.url));
  auto endpoint = std::make_unique<Endpoint>(options, std::move(url));
  CORPUS_CHECK(endpoint->greet());
  return std::unique_ptr<Subject>(std::move(endpoint));
}

}  // namespace student
