#include "serve/openai_request.h"

#include <gtest/gtest.h>

#include <string>

namespace student {
namespace {

std::string refused(std::string_view body, bool chat = false) {
  CompletionRequest request;
  auto error = parse_completion(body, chat, request);
  return error ? std::to_string(error->status) + ' ' + error->message : "fine";
}

TEST(OpenAiRequest, EverythingIsRead) {
  CompletionRequest r;
  auto error =
      parse_completion(R"({"model": "m", "prompt": ["a", "b"], "max_tokens": 7, "temperature": 0.5, "top_p": 0.9,
      "top_k": 40, "n": 2, "seed": -1, "stop": ["x", "y"], "stream": false, "logprobs": 3, "echo": true, "user": "u"})",
                       false, r);
  ASSERT_FALSE(error) << error->message;
  EXPECT_EQ(r.model, "m");
  ASSERT_EQ(r.prompts.size(), 2u);
  EXPECT_EQ(r.prompts[1].text, "b");
  EXPECT_EQ(r.max_tokens, 7);
  EXPECT_EQ(r.temperature, 0.5f);
  EXPECT_EQ(r.top_p, 0.9f);
  EXPECT_EQ(r.top_k, 40);
  EXPECT_EQ(r.n, 2);
  EXPECT_EQ(r.seed, ~std::uint64_t{0});
  EXPECT_EQ(r.stop, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(r.logprobs, 3);
  EXPECT_TRUE(r.echo);
}

TEST(OpenAiRequest, DefaultsAndNulls) {
  CompletionRequest r;
  ASSERT_FALSE(parse_completion(R"({"prompt": "a", "stop": null, "max_tokens": null, "logprobs": null, "seed": null})",
                                false, r));
  EXPECT_FALSE(r.max_tokens || r.seed || r.stream || r.echo);
  EXPECT_EQ(r.temperature, 1);
  EXPECT_EQ(r.logprobs, -1);
  EXPECT_TRUE(r.stop.empty());
}

TEST(OpenAiRequest, PromptsAsIds) {
  CompletionRequest one, many;
  ASSERT_FALSE(parse_completion(R"({"prompt": [1, 2, 3]})", false, one));
  ASSERT_EQ(one.prompts.size(), 1u);
  EXPECT_EQ(one.prompts[0].ids, (std::vector<corpus::TokenId>{1, 2, 3}));
  ASSERT_FALSE(parse_completion(R"({"prompt": [[1], [2, 3]]})", false, many));
  ASSERT_EQ(many.prompts.size(), 2u);
  EXPECT_TRUE(many.prompts[1].tokenized);
  EXPECT_EQ(refused(R"({"prompt": [1, "a"]})"), "400 'prompt' holds something that is no token id");
  EXPECT_EQ(refused(R"({"prompt": [1, 99999999999]})"), "400 'prompt' holds something that is no token id");
  EXPECT_EQ(refused(R"({"prompt": [-1]})"), "400 'prompt' holds something that is no token id");
}

TEST(OpenAiRequest, ChatMessages) {
  CompletionRequest r;
  ASSERT_FALSE(parse_completion(R"({"messages": [{"role": "developer", "content": "d"},
      {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
      {"role": "assistant", "content": null}], "logprobs": true, "top_logprobs": 2, "max_completion_tokens": 5,
      "stream": true, "stream_options": {"include_usage": true}})", true, r));
  ASSERT_EQ(r.messages.size(), 3u);
  EXPECT_EQ(r.messages[0].role, "system");
  EXPECT_EQ(r.messages[1].text, "ab");
  EXPECT_EQ(r.logprobs, 2);
  EXPECT_EQ(r.max_tokens, 5);
  EXPECT_TRUE(r.usage_at_end);
  EXPECT_EQ(refused(R"({"messages": [{"role": "robot", "content": "a"}]})", true),
            "400 'messages' has an unknown role; known are system, developer, user, assistant, tool");
  EXPECT_EQ(refused(R"({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]})", true),
            "400 'messages' has a part that is no text; this model reads text only");
  EXPECT_EQ(refused(R"({"messages": []})", true), "400 'messages' has to be a list that is not empty");
  EXPECT_EQ(refused(R"({"messages": [{"role": "user", "content": "a"}], "top_logprobs": 2})", true),
            "400 'top_logprobs' needs \"logprobs\": true");
}

TEST(OpenAiRequest, WhatIsWrongIsNamed) {
  EXPECT_EQ(refused(""), "400 the body is not valid JSON");
  EXPECT_EQ(refused("[]"), "400 the body has to be a JSON object");
  EXPECT_EQ(refused("{}"), "400 'prompt' is missing");
  EXPECT_EQ(refused(R"({"prompt": 5})"), "400 'prompt' has to be a string or a list that is not empty");
  EXPECT_EQ(refused(R"({"prompt": "a", "temperature": 3})"), "400 'temperature' has to be from 0 to 2");
  EXPECT_EQ(refused(R"({"prompt": "a", "temperature": "hot"})"), "400 'temperature' has to be a number");
  EXPECT_EQ(refused(R"({"prompt": "a", "top_p": -0.1})"), "400 'top_p' has to be from 0 to 1");
  EXPECT_EQ(refused(R"({"prompt": "a", "n": 0})"), "400 'n' has to be from 1 to 128");
  EXPECT_EQ(refused(R"({"prompt": "a", "n": 1.5})"), "400 'n' has to be an integer");
  EXPECT_EQ(refused(R"({"prompt": "a", "max_tokens": 18446744073709551615})"),
            "400 'max_tokens' has to be from 0 to 2147483647");
  EXPECT_EQ(refused(R"({"prompt": "a", "stream": 1})"), "400 'stream' has to be true or false");
  EXPECT_EQ(refused(R"({"prompt": "a", "logprobs": 21})"), "400 'logprobs' has to be from 0 to 20");
  EXPECT_EQ(refused(R"({"prompt": "a", "stop": [1]})"), "400 'stop' has to be a string or a list of strings");
  EXPECT_EQ(refused(R"({"prompt": "a", "stop": {"a": "b"}})"), "400 'stop' has to be a string or a list of strings");
  EXPECT_EQ(refused(R"({"prompt": "a", "echo": true, "stream": true})"),
            "400 'echo' and stream do not go together here");
  EXPECT_EQ(refused(R"({"prompt": ["a","b","c"], "n": 100})"), "400 'n' times the number of prompts is more than 256");
}

TEST(OpenAiRequest, WhatIsNotSupportedIsNamed) {
  EXPECT_EQ(refused(R"({"prompt": "a", "presence_penalty": 0.5})"),
            "400 'presence_penalty' is not supported; leave it out or 0");
  EXPECT_EQ(refused(R"({"prompt": "a", "presence_penalty": 0, "frequency_penalty": 0.0})"), "fine");
  EXPECT_EQ(refused(R"({"prompt": "a", "logit_bias": {"1": 5}})"), "400 'logit_bias' is not supported");
  EXPECT_EQ(refused(R"({"prompt": "a", "logit_bias": {}, "tools": []})"), "fine");
  EXPECT_EQ(refused(R"({"prompt": "a", "suffix": "b"})"), "400 'suffix' is not supported");
  EXPECT_EQ(refused(R"({"prompt": "a", "best_of": 3})"), "400 'best_of' is not supported; leave it out or equal to n");
  EXPECT_EQ(refused(R"({"prompt": "a", "n": 3, "best_of": 3})"), "fine");
  EXPECT_EQ(refused(R"({"prompt": "a", "response_format": {"type": "json_object"}})"),
            "400 'response_format' is not supported; answers are text");
  EXPECT_EQ(refused(R"({"prompt": "a", "response_format": 3})"),
            "400 'response_format' is not supported; answers are text");
}

TEST(OpenAiRequest, NestingIsBounded) {
  std::string deep = R"({"prompt": "a", "x": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_EQ(refused(deep), "400 the body is nested too deeply");
  EXPECT_EQ(refused(R"({"prompt": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[["})"),
            "fine");
}

TEST(OpenAiRequest, Embeddings) {
  EmbeddingRequest r;
  ASSERT_FALSE(parse_embedding(R"({"input": ["a", "b"], "model": "m", "encoding_format": "base64"})", r));
  EXPECT_EQ(r.inputs.size(), 2u);
  EXPECT_TRUE(r.base64);
  EmbeddingRequest other;
  EXPECT_EQ(parse_embedding(R"({"input": "a", "dimensions": 5})", other)->param, "dimensions");
  EXPECT_EQ(parse_embedding(R"({"input": "a", "encoding_format": "int8"})", other)->param, "encoding_format");
}

}  // namespace
}  // namespace student
