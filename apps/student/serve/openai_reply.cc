#include "serve/openai_reply.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "generate/text_stream.h"

namespace student {
namespace {

using corpus::Tokenizer;
using json = nlohmann::ordered_json;

std::string print(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string bytes_of(TokenId id, const Tokenizer& tokenizer) { return tokenizer.decode(std::array{id}); }

bool whole_characters(const std::string& bytes) {
  std::string rest = bytes, out;
  take_characters(rest, true, out);
  return out == bytes;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// {"tokens", "token_logprobs", "top_logprobs", "text_offset"}: the older form, of completions.
json flat_logprobs(const ReplyChoice& choice, const Tokenizer& tokenizer) {
  json tokens = json::array(), logprobs = json::array(), top = json::array(), offsets = json::array();
  std::size_t offset = 0;
  for (std::size_t i = 0; i < choice.tokens.size(); ++i) {
    const Token& token = choice.tokens[i];
    std::string text = token_text(token.id, tokenizer);
    offsets.push_back(offset);
    offset += characters(bytes_of(token.id, tokenizer));
    if (i == 0 && choice.first_unknown) {
      logprobs.push_back(nullptr);
      top.push_back(nullptr);
    } else {
      json best = json::object();
      for (const Ranked& one : token.top) best[token_text(one.id, tokenizer)] = one.logprob;
      if (!best.contains(text)) best[text] = token.logprob;
      logprobs.push_back(token.logprob);
      top.push_back(std::move(best));
    }
    tokens.push_back(std::move(text));
  }
  return {{"tokens", tokens}, {"token_logprobs", logprobs}, {"top_logprobs", top}, {"text_offset", offsets}};
}

json chat_token(TokenId id, float logprob, const Tokenizer& tokenizer) {
  json bytes = json::array();
  for (char c : bytes_of(id, tokenizer)) bytes.push_back(static_cast<unsigned char>(c));
  return {{"token", token_text(id, tokenizer)}, {"logprob", logprob}, {"bytes", bytes}};
}

json logprobs_of(const ReplyHead& head, const ReplyChoice& choice, const Tokenizer& tokenizer) {
  if (!choice.logprobs) return nullptr;
  if (!head.chat) return flat_logprobs(choice, tokenizer);
  json content = json::array();
  for (const Token& token : choice.tokens) {
    json one = chat_token(token.id, token.logprob, tokenizer);
    json top = json::array();
    for (const Ranked& ranked : token.top) top.push_back(chat_token(ranked.id, ranked.logprob, tokenizer));
    one["top_logprobs"] = std::move(top);
    content.push_back(std::move(one));
  }
  return {{"content", content}, {"refusal", nullptr}};
}

json head_of(const ReplyHead& head, bool piece) {
  std::string object = !head.chat ? "text_completion" : piece ? "chat.completion.chunk" : "chat.completion";
  return {{"id", head.id}, {"object", object}, {"created", head.created}, {"model", head.model}};
}

json finish_of(const ReplyChoice& choice) { return choice.finish.empty() ? json(nullptr) : json(choice.finish); }

json usage_of(const Usage& usage) {
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens}};
}

std::string base64(std::span<const float> values) {
  static_assert(std::endian::native == std::endian::little);
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes(values.size() * 4, '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      three = three << 8 | (k < left ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) out += k <= left ? kDigits[three >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

}  // namespace

std::string token_text(TokenId id, const Tokenizer& tokenizer) {
  std::string bytes = bytes_of(id, tokenizer);
  if (whole_characters(bytes)) return bytes;
  std::string out = "bytes:";
  for (char c : bytes) {
    char hex[8];
    std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
    out += hex;
  }
  return out;
}

std::string whole_reply(const ReplyHead& head, std::span<const ReplyChoice> choices, const Usage& usage,
                        const Tokenizer& tokenizer) {
  json out = head_of(head, false), list = json::array();
  for (const ReplyChoice& choice : choices) {
    json one = {{"index", choice.index}};
    if (head.chat) {
      one["message"] = {{"role", "assistant"}, {"content", choice.text}};
    } else {
      one["text"] = choice.text;
    }
    one["logprobs"] = logprobs_of(head, choice, tokenizer);
    one["finish_reason"] = finish_of(choice);
    list.push_back(std::move(one));
  }
  out["choices"] = std::move(list);
  out["usage"] = usage_of(usage);
  return print(out);
}

std::string stream_piece(const ReplyHead& head, const ReplyChoice& choice, bool first, const Tokenizer& tokenizer) {
  json one = {{"index", choice.index}};
  if (head.chat) {
    json delta = json::object();
    if (first) delta["role"] = "assistant";
    if (first || !choice.text.empty()) delta["content"] = choice.text;
    one["delta"] = std::move(delta);
  } else {
    one["text"] = choice.text;
  }
  one["logprobs"] = logprobs_of(head, choice, tokenizer);
  one["finish_reason"] = finish_of(choice);
  json out = head_of(head, true);
  out["choices"] = json::array({std::move(one)});
  return print(out);
}

std::string stream_usage(const ReplyHead& head, const Usage& usage) {
  json out = head_of(head, true);
  out["choices"] = json::array();
  out["usage"] = usage_of(usage);
  return print(out);
}

std::string embedding_reply(const std::string& model, std::span<const std::vector<float>> vectors, bool as_base64,
                            std::size_t tokens) {
  json data = json::array();
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    data.push_back({{"object", "embedding"}, {"index", i}});
    data.back()["embedding"] = as_base64 ? json(base64(vectors[i])) : json(vectors[i]);
  }
  return print({{"object", "list"},
                {"data", data},
                {"model", model},
                {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}});
}

std::string model_object(const std::string& model, std::int64_t created, std::int32_t max_length) {
  return print({{"id", model}, {"object", "model"}, {"created", created}, {"owned_by", "student"},
                {"max_model_len", max_length}});
}

std::string model_list(const std::string& model, std::int64_t created, std::int32_t max_length) {
  return R"({"object":"list","data":[)" + model_object(model, created, max_length) + "]}";
}

}  // namespace student
