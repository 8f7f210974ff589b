#include "serve/student_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "student/serve/client.h"
#include "student/support/fakes.h"

namespace student {
namespace {

using nlohmann::json;
using test::ask;
using test::FakeModel;

struct Served {
  FakeModel model;
  test::FakeTokenizer tokenizer;
  test::FakeTemplate chat;
  std::unique_ptr<StudentServer> server;

  explicit Served(test::Rule rule = test::hashed, ServerOptions options = {}, std::chrono::microseconds pause = {})
      : model(std::move(rule), pause) {
    options.port = 0;
    options.model_id = "tiny";
    options.engine.max_length = 256;
    auto started = StudentServer::start({&model, &tokenizer, &chat}, options);
    EXPECT_TRUE(started) << started.error().message;
    server = *std::move(started);
  }
  json post(const std::string& path, const json& body, int status = 200) {
    auto answer = ask(server->port(), "POST", path, body.dump());
    EXPECT_EQ(answer.status, status) << answer.body;
    return json::parse(answer.body, nullptr, false);
  }
  // The objects of a stream, without [DONE], which has to be the last.
  std::vector<json> stream(const std::string& path, json body) {
    body["stream"] = true;
    auto answer = ask(server->port(), "POST", path, body.dump());
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<json> out;
    std::string_view rest = answer.body;
    bool done = false;
    while (rest.starts_with("data: ")) {
      auto end = rest.find("\n\n");
      auto data = rest.substr(6, end - 6);
      EXPECT_FALSE(done);
      if (data == "[DONE]") {
        done = true;
      } else {
        out.push_back(json::parse(data));
      }
      rest.remove_prefix(end + 2);
    }
    EXPECT_TRUE(done && rest.empty()) << answer.body;
    return out;
  }
};

const json kHello = {{"messages", {{{"role", "user"}, {"content", "hello"}}}}};
// The fake template writes special tokens, which says() shows as |.
test::Rule greets(std::string answer) { return test::says("||assistant\n", std::move(answer)); }

TEST(StudentServer, ModelsAndHealth) {
  Served s;
  auto list = json::parse(ask(s.server->port(), "GET", "/v1/models").body);
  EXPECT_EQ(list["object"], "list");
  EXPECT_EQ(list["data"][0]["id"], "tiny");
  EXPECT_EQ(ask(s.server->port(), "GET", "/v1/models/tiny").status, 200);
  EXPECT_EQ(ask(s.server->port(), "GET", "/v1/models/other").status, 404);
  EXPECT_EQ(ask(s.server->port(), "GET", "/health").body, R"({"status":"ok"})");
}

TEST(StudentServer, WrongPlacesAreNamed) {
  Served s;
  auto answer = ask(s.server->port(), "GET", "/v2/models");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(json::parse(answer.body)["error"]["type"], "invalid_request_error");
  EXPECT_EQ(ask(s.server->port(), "GET", "/v1/completions").status, 405);
  EXPECT_EQ(ask(s.server->port(), "POST", "/v1/models", "{}").status, 405);
}

TEST(StudentServer, ChatCompletion) {
  Served s(greets("hi there"));
  auto got = s.post("/v1/chat/completions", kHello);
  EXPECT_EQ(got["object"], "chat.completion");
  EXPECT_EQ(got["model"], "tiny");
  EXPECT_EQ(got["choices"][0]["message"], json({{"role", "assistant"}, {"content", "hi there"}}));
  EXPECT_EQ(got["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(got["usage"]["completion_tokens"], 8);
  json more = kHello;
  more["max_tokens"] = 2;
  more["logprobs"] = true;
  more["top_logprobs"] = 2;
  got = s.post("/v1/chat/completions", more);
  EXPECT_EQ(got["choices"][0]["message"]["content"], "hi");
  EXPECT_EQ(got["choices"][0]["finish_reason"], "length");
  auto content = got["choices"][0]["logprobs"]["content"];
  ASSERT_EQ(content.size(), 2u);
  EXPECT_EQ(content[0]["token"], "h");
  EXPECT_EQ(content[0]["bytes"], json({104}));
  EXPECT_EQ(content[0]["top_logprobs"].size(), 2u);
  EXPECT_NEAR(content[0]["logprob"].get<double>(), 0, 1e-5);
}

TEST(StudentServer, StreamsCharactersAndStopsBeforeTheStopString) {
  Served s(greets("gr\xC3\xBC\xC3\x9F dich<END>never"));
  json body = kHello;
  body["stop"] = "<END>";
  body["stream_options"] = {{"include_usage", true}};
  auto pieces = s.stream("/v1/chat/completions", body);
  std::string text;
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    const auto& choice = pieces[i]["choices"][0];
    EXPECT_EQ(pieces[i]["object"], "chat.completion.chunk");
    EXPECT_EQ(choice["delta"].contains("role"), i == 0);
    if (choice["delta"].contains("content")) text += choice["delta"]["content"].get<std::string>();
    EXPECT_EQ(choice["finish_reason"], i + 2 == pieces.size() ? json("stop") : json(nullptr));
  }
  EXPECT_EQ(text, "gr\xC3\xBC\xC3\x9F dich");
  EXPECT_TRUE(pieces.back()["choices"].empty());
  EXPECT_GT(pieces.back()["usage"]["total_tokens"], 10);
  // The same as a whole.
  body.erase("stream_options");
  EXPECT_EQ(s.post("/v1/chat/completions", body)["choices"][0]["message"]["content"], text);
}

TEST(StudentServer, CompletionsOfSeveralPrompts) {
  Served s(test::says("q", "answer"));
  auto got = s.post("/v1/completions", {{"prompt", {"q", "xq"}}, {"n", 2}, {"max_tokens", 3}, {"seed", 1}});
  ASSERT_EQ(got["choices"].size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(got["choices"][i]["index"], i);
    EXPECT_EQ(got["choices"][i]["text"], "ans");
    EXPECT_EQ(got["choices"][i]["logprobs"], nullptr);
  }
  EXPECT_EQ(got["usage"], json({{"prompt_tokens", 3}, {"completion_tokens", 12}, {"total_tokens", 15}}));
}

// What lm-eval's local-completions sends to score a text, and how it reads the answer: all but the last token, which
// was made and not given; is_greedy where the token is the most likely one.
TEST(StudentServer, EchoWithLogprobs) {
  Served s;
  auto got = s.post("/v1/completions", {{"prompt", {{104, 105, 33}, {97, 98}}}, {"temperature", 0}, {"max_tokens", 1},
                                        {"logprobs", 1}, {"seed", 1234}, {"echo", true}});
  ASSERT_EQ(got["choices"].size(), 2u);
  auto choice = got["choices"][0];
  auto logprobs = choice["logprobs"];
  ASSERT_EQ(logprobs["tokens"].size(), 4u);
  EXPECT_EQ(logprobs["tokens"][0], "h");
  EXPECT_EQ(logprobs["token_logprobs"][0], nullptr);
  EXPECT_EQ(logprobs["top_logprobs"][0], nullptr);
  EXPECT_TRUE(choice["text"].get<std::string>().starts_with("hi!"));
  EXPECT_EQ(logprobs["text_offset"], json({0, 1, 2, 3}));
  std::vector<float> logits(test::kFakeVocab);
  test::hashed(std::vector<TokenId>{104}, logits);
  double sum = 0;
  for (float l : logits) sum += std::exp(l);
  EXPECT_NEAR(logprobs["token_logprobs"][1].get<double>(), logits[105] - std::log(sum), 1e-5);
  for (std::size_t i = 1; i < 4; ++i) {
    double best = -1e9;
    for (const auto& [token, value] : logprobs["top_logprobs"][i].items()) best = std::max(best, value.get<double>());
    EXPECT_LE(logprobs["token_logprobs"][i].get<double>(), best);
  }
  // The token that was made is the most likely one.
  EXPECT_EQ(logprobs["top_logprobs"][3].size(), 1u);
}

TEST(StudentServer, SeedsRepeat) {
  Served s;
  json body = {{"prompt", "once"}, {"max_tokens", 30}, {"temperature", 1.5}, {"seed", 5}};
  auto one = s.post("/v1/completions", body)["choices"][0]["text"];
  EXPECT_EQ(s.post("/v1/completions", body)["choices"][0]["text"], one);
  body["seed"] = 6;
  EXPECT_NE(s.post("/v1/completions", body)["choices"][0]["text"], one);
  body.erase("seed");
  EXPECT_NE(s.post("/v1/completions", body)["choices"][0]["text"],
            s.post("/v1/completions", body)["choices"][0]["text"]);
}

// The same request, alone and among forty others at once, gives the same text.
TEST(StudentServer, ManyAtOnceAreAsIfAlone) {
  auto body = [](int i) {
    return json{
        {"prompt", "prompt " + std::to_string(i * 7919)}, {"max_tokens", 5 + i}, {"temperature", i % 2}, {"seed", i}};
  };
  std::vector<std::string> alone;
  {
    Served s;
    for (int i = 0; i < 40; ++i) alone.push_back(s.post("/v1/completions", body(i))["choices"][0]["text"]);
  }
  Served s;
  std::vector<std::future<std::string>> together;
  for (int i = 0; i < 40; ++i) {
    together.push_back(std::async(std::launch::async, [&s, body, i] {
      return s.post("/v1/completions", body(i))["choices"][0]["text"].get<std::string>();
    }));
  }
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(together[static_cast<std::size_t>(i)].get(), alone[static_cast<std::size_t>(i)]) << i;
  EXPECT_GT(s.model.widest, 1);
}

TEST(StudentServer, OverlongPromptsAreRefused) {
  Served s;
  auto got = s.post("/v1/completions", {{"prompt", std::string(300, 'x')}}, 400);
  EXPECT_EQ(got["error"]["code"], "context_length_exceeded");
  EXPECT_EQ(got["error"]["message"],
            "the model's context is 256 tokens, one of them for the answer; 'prompt' has 300 tokens");
  EXPECT_EQ(s.post("/v1/completions", {{"prompt", ""}}, 400)["error"]["param"], "prompt");
  EXPECT_EQ(s.post("/v1/completions", {{"prompt", {1, 300}}}, 400)["error"]["message"],
            "the prompt: 300 is no token of this model; ids are below 260");
  // A prompt that just fits leaves room for one token.
  EXPECT_EQ(s.post("/v1/completions", {{"prompt", std::string(255, 'x')}})["usage"]["completion_tokens"], 1);
}

TEST(StudentServer, UnknownModelsAreRefused) {
  Served s;
  auto got = s.post("/v1/completions", {{"prompt", "a"}, {"model", "gpt-5"}}, 404);
  EXPECT_EQ(got["error"]["code"], "model_not_found");
  EXPECT_EQ(got["error"]["message"], "there is no model 'gpt-5' here; there is 'tiny'");
}

TEST(StudentServer, FullQueueIs429) {
  ServerOptions options;
  options.engine.slots = 1;
  options.engine.max_queue = 1;
  Served s(test::hashed, options, std::chrono::milliseconds(5));
  auto got = s.post("/v1/completions", {{"prompt", "a"}, {"n", 8}, {"max_tokens", 20}}, 429);
  EXPECT_EQ(got["error"]["type"], "rate_limit_error");
  // What was taken of the refused request leaves between two steps: until then there may be no room.
  const json next = {{"prompt", "a"}, {"max_tokens", 2}};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  auto answer = ask(s.server->port(), "POST", "/v1/completions", next.dump());
  while (answer.status == 429 && std::chrono::steady_clock::now() < deadline) {
    answer = ask(s.server->port(), "POST", "/v1/completions", next.dump());
  }
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST(StudentServer, ClientsThatLeaveFreeTheirSlot) {
  ServerOptions options;
  options.engine.slots = 1;
  options.engine.max_length = 256;
  auto endless = [](std::span<const TokenId>, std::span<float> logits) {
    std::fill(logits.begin(), logits.end(), 0.0f);
    logits['x'] = 9;
  };
  Served s(endless, options, std::chrono::milliseconds(20));  // 250 tokens take 5 s
  auto start = std::chrono::steady_clock::now();
  {
    test::Client client(s.server->port());
    client.post("/v1/chat/completions", R"({"messages": [{"role": "user", "content": "a"}], "stream": true})");
    client.read("x");
  }
  s.post("/v1/completions", {{"prompt", "a"}, {"max_tokens", 2}});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(StudentServer, EmbeddingsAsNumbersAndBase64) {
  Served s;
  auto plain = s.post("/v1/embeddings", {{"input", {"a", "bc"}}});
  ASSERT_EQ(plain["data"].size(), 2u);
  auto vector = plain["data"][1]["embedding"].get<std::vector<float>>();
  ASSERT_EQ(vector.size(), 8u);
  EXPECT_EQ(plain["usage"]["prompt_tokens"], 3);
  auto packed = s.post("/v1/embeddings", {{"input", "bc"}, {"encoding_format", "base64"}})["data"][0]["embedding"]
                    .get<std::string>();
  EXPECT_EQ(packed.size(), 44u);  // 32 bytes
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t first = 0;  // the first five digits hold the first number, 30 bits of them
  std::uint64_t bits = 0;
  for (int i = 0; i < 6; ++i) bits = bits << 6 | kDigits.find(packed[static_cast<std::size_t>(i)]);
  first = __builtin_bswap32(static_cast<std::uint32_t>(bits >> 4));
  float number;
  std::memcpy(&number, &first, 4);
  EXPECT_EQ(number, vector[0]);
  EXPECT_EQ(s.post("/v1/embeddings", {{"input", ""}}, 400)["error"]["message"],
            "the input is empty: at least one token is needed");
}

TEST(StudentServer, StoppingWhileAnswering) {
  auto s = std::make_unique<Served>(test::hashed, ServerOptions(), std::chrono::milliseconds(5));
  test::Client client(s->server->port());
  client.post("/v1/completions", R"({"prompt": "a", "max_tokens": 200, "stream": true})");
  client.read("data: ");
  s.reset();
  client.read();
  EXPECT_TRUE(client.closed());
}

}  // namespace
}  // namespace student
