// Bodies of requests in OpenAI's form, checked: types, ranges, sizes. What would change the answer and is
// not supported here (penalties, logit_bias, tools ...) is refused by name; other members that are not
// known are ignored, as clients send many.
#ifndef STUDENT_SERVE_OPENAI_REQUEST_H_
#define STUDENT_SERVE_OPENAI_REQUEST_H_

#include <corpus/tokenizer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "serve/openai_error.h"

namespace student {

// A text, or the ids of one.
struct Prompt {
  std::string text;
  std::vector<corpus::TokenId> ids;
  bool tokenized = false;
};

struct Message {
  std::string role;  // system | user | assistant | tool
  std::string text;
};

struct CompletionRequest {
  bool chat = false;
  std::string model;              // empty: not given
  std::vector<Prompt> prompts;    // completions
  std::vector<Message> messages;  // chat
  std::optional<std::int32_t> max_tokens;
  float temperature = 1, top_p = 1;
  std::int32_t top_k = 0;         // not OpenAI's; vLLM and llama.cpp have it
  std::int32_t n = 1;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> stop;
  bool stream = false, usage_at_end = false;
  std::int32_t logprobs = -1;     // -1: none; else how many of the most likely tokens
  bool echo = false;
};

struct EmbeddingRequest {
  std::string model;
  std::vector<Prompt> inputs;
  bool base64 = false;
};

using HttpResult = std::optional<HttpError>;  // no error: done

// Limits: 64 levels of nesting, 256 prompts, 128 answers, 16 stop strings of 1 KiB.
HttpResult parse_completion(std::string_view body, bool chat, CompletionRequest& out);
HttpResult parse_embedding(std::string_view body, EmbeddingRequest& out);

}  // namespace student

#endif  // STUDENT_SERVE_OPENAI_REQUEST_H_
