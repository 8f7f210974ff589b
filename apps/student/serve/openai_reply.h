// Answers in OpenAI's form: whole ones and the pieces of a stream.
#ifndef STUDENT_SERVE_OPENAI_REPLY_H_
#define STUDENT_SERVE_OPENAI_REPLY_H_

#include <corpus/tokenizer.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generate/engine.h"

namespace student {

// What is the same in every object of one answer.
struct ReplyHead {
  bool chat = false;
  std::string id;            // "cmpl-..." or "chatcmpl-..."
  std::int64_t created = 0;  // seconds since 1970
  std::string model;
};

struct ReplyChoice {
  std::size_t index = 0;
  std::string text;
  std::string finish;          // "stop", "length"; empty: not yet
  bool logprobs = false;
  std::span<const Token> tokens;  // of the text, when logprobs are wanted
  bool first_unknown = false;  // echo: the first token has no log-probability
};

struct Usage {
  std::size_t prompt_tokens = 0, completion_tokens = 0;
};

std::string whole_reply(const ReplyHead& head, std::span<const ReplyChoice> choices, const Usage& usage,
                        const corpus::Tokenizer& tokenizer);
// One piece of a stream. `first`: chat says the role with it.
std::string stream_piece(const ReplyHead& head, const ReplyChoice& choice, bool first,
                         const corpus::Tokenizer& tokenizer);
std::string stream_usage(const ReplyHead& head, const Usage& usage);
std::string embedding_reply(const std::string& model, std::span<const std::vector<float>> vectors, bool base64,
                            std::size_t tokens);
std::string model_list(const std::string& model, std::int64_t created, std::int32_t max_length);
std::string model_object(const std::string& model, std::int64_t created, std::int32_t max_length);

// A token as text: itself, or "bytes:\xe2\x82" when it is a part of a character.
std::string token_text(corpus::TokenId id, const corpus::Tokenizer& tokenizer);

}  // namespace student

#endif  // STUDENT_SERVE_OPENAI_REPLY_H_
