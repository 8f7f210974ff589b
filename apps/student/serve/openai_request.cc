#include "serve/openai_request.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace student {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxPrompts = 256;
constexpr std::int32_t kMaxAnswers = 128;
constexpr std::size_t kMaxStops = 16, kMaxStopBytes = 1024;

HttpError wrong(std::string param, std::string why) {
  return {.message = "'" + param + "' " + why, .param = std::move(param)};
}

// Deep nesting is cheap to write and dear to build: it is refused before anything is built.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

HttpResult parse_object(std::string_view body, json& out) {
  if (too_deep(body)) return HttpError{.message = "the body is nested too deeply"};
  out = json::parse(body, nullptr, false);
  if (out.is_discarded()) return HttpError{.message = "the body is not valid JSON"};
  if (!out.is_object()) return HttpError{.message = "the body has to be a JSON object"};
  return {};
}

// null counts as not given everywhere, as it does at OpenAI's.
const json* member(const json& object, const char* name) {
  auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

HttpResult get_number(const json& object, const char* name, double least, double most, double& out) {
  const json* value = member(object, name);
  if (value == nullptr) return {};
  if (!value->is_number()) return wrong(name, "has to be a number");
  double number = value->get<double>();
  if (!(number >= least && number <= most)) {
    char range[64];
    std::snprintf(range, sizeof range, "has to be from %g to %g", least, most);
    return wrong(name, range);
  }
  out = number;
  return {};
}

template <typename Int>
HttpResult get_integer(const json& object, const char* name, std::int64_t least, std::int64_t most, Int& out) {
  const json* value = member(object, name);
  if (value == nullptr) return {};
  if (!value->is_number_integer()) return wrong(name, "has to be an integer");
  std::int64_t number =
      value->is_number_unsigned() && value->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()
          ? std::numeric_limits<std::int64_t>::max()
          : value->get<std::int64_t>();
  if (number < least || number > most) {
    return wrong(name, "has to be from " + std::to_string(least) + " to " + std::to_string(most));
  }
  out = static_cast<Int>(number);
  return {};
}

HttpResult get_bool(const json& object, const char* name, bool& out) {
  const json* value = member(object, name);
  if (value == nullptr) return {};
  if (!value->is_boolean()) return wrong(name, "has to be true or false");
  out = value->get<bool>();
  return {};
}

HttpResult get_string(const json& object, const char* name, std::string& out) {
  const json* value = member(object, name);
  if (value == nullptr) return {};
  if (!value->is_string()) return wrong(name, "has to be a string");
  out = value->get<std::string>();
  return {};
}

HttpResult get_ids(const json& array, const char* name, std::vector<corpus::TokenId>& out) {
  for (const auto& id : array) {
    if (!id.is_number_integer() || id.get<std::int64_t>() < 0 ||
        id.get<std::int64_t>() > std::numeric_limits<corpus::TokenId>::max()) {
      return wrong(name, "holds something that is no token id");
    }
    out.push_back(id.get<corpus::TokenId>());
  }
  return {};
}

// A string, an array of strings, an array of ids, or an array of arrays of ids.
HttpResult get_prompts(const json& object, const char* name, std::vector<Prompt>& out) {
  const json* value = member(object, name);
  if (value == nullptr) return wrong(name, "is missing");
  if (value->is_string()) {
    out.push_back({.text = value->get<std::string>()});
    return {};
  }
  if (!value->is_array() || value->empty()) return wrong(name, "has to be a string or a list that is not empty");
  if (value->front().is_number()) {
    out.push_back({.tokenized = true});
    return get_ids(*value, name, out.back().ids);
  }
  if (value->size() > kMaxPrompts) return wrong(name, "has more than " + std::to_string(kMaxPrompts) + " entries");
  for (const auto& one : *value) {
    if (one.is_string()) {
      out.push_back({.text = one.get<std::string>()});
    } else if (one.is_array()) {
      out.push_back({.tokenized = true});
      if (auto error = get_ids(one, name, out.back().ids)) return error;
    } else {
      return wrong(name, "holds something that is neither a string nor a list of token ids");
    }
  }
  return {};
}

HttpResult get_stop(const json& object, std::vector<std::string>& out) {
  const json* value = member(object, "stop");
  if (value == nullptr) return {};
  json list = value->is_string() ? json::array({*value}) : *value;
  if (!list.is_array()) return wrong("stop", "has to be a string or a list of strings");
  if (list.size() > kMaxStops) return wrong("stop", "has more than " + std::to_string(kMaxStops) + " entries");
  for (const auto& one : list) {
    if (!one.is_string()) return wrong("stop", "has to be a string or a list of strings");
    out.push_back(one.get<std::string>());
    if (out.back().size() > kMaxStopBytes) return wrong("stop", "has an entry of more than 1024 bytes");
  }
  return {};
}

HttpResult get_text(const json& content, std::string& out) {
  if (content.is_null()) return {};
  if (content.is_string()) {
    out = content.get<std::string>();
    return {};
  }
  if (!content.is_array()) return wrong("messages", "has a content that is neither a string nor a list of parts");
  for (const auto& part : content) {
    const json* type = part.is_object() ? member(part, "type") : nullptr;
    const json* text = part.is_object() ? member(part, "text") : nullptr;
    if (type == nullptr || *type != "text" || text == nullptr || !text->is_string()) {
      return wrong("messages", "has a part that is no text; this model reads text only");
    }
    out += text->get<std::string>();
  }
  return {};
}

HttpResult get_messages(const json& object, std::vector<Message>& out) {
  const json* value = member(object, "messages");
  if (value == nullptr) return wrong("messages", "is missing");
  if (!value->is_array() || value->empty()) return wrong("messages", "has to be a list that is not empty");
  for (const auto& one : *value) {
    if (!one.is_object()) return wrong("messages", "holds something that is no object");
    Message message;
    if (auto error = get_string(one, "role", message.role)) return error;
    if (message.role == "developer") message.role = "system";
    if (message.role != "system" && message.role != "user" && message.role != "assistant" && message.role != "tool") {
      return wrong("messages", "has an unknown role; known are system, developer, user, assistant, tool");
    }
    auto content = one.find("content");
    if (content != one.end()) {
      if (auto error = get_text(*content, message.text)) return error;
    }
    out.push_back(std::move(message));
  }
  return {};
}

// Members that would change the answer if they were honoured.
HttpResult refuse_unsupported(const json& object) {
  for (const char* name : {"presence_penalty", "frequency_penalty"}) {
    const json* value = member(object, name);
    if (value != nullptr && *value != 0) return wrong(name, "is not supported; leave it out or 0");
  }
  for (const char* name : {"logit_bias", "tools", "functions", "suffix"}) {
    const json* value = member(object, name);
    if (value != nullptr && !value->empty()) return wrong(name, "is not supported");
  }
  const json* format = member(object, "response_format");
  if (format != nullptr && !(format->is_object() && format->value("type", json()) == "text")) {
    return wrong("response_format", "is not supported; answers are text");
  }
  const json* best_of = member(object, "best_of");
  if (best_of != nullptr && *best_of != object.value("n", json(1))) {
    return wrong("best_of", "is not supported; leave it out or equal to n");
  }
  return {};
}

// completions: a number. chat: a switch, and top_logprobs with the number.
HttpResult get_logprobs(const json& object, bool chat, std::int32_t& out) {
  if (!chat) return get_integer(object, "logprobs", 0, 20, out);
  bool wanted = false;
  if (auto error = get_bool(object, "logprobs", wanted)) return error;
  std::int32_t top = 0;
  if (auto error = get_integer(object, "top_logprobs", 0, 20, top)) return error;
  if (top > 0 && !wanted) return wrong("top_logprobs", "needs \"logprobs\": true");
  if (wanted) out = top;
  return {};
}

}  // namespace

HttpResult parse_completion(std::string_view body, bool chat, CompletionRequest& out) {
  json object;
  if (auto error = parse_object(body, object)) return error;
  out.chat = chat;
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  double temperature = 1, top_p = 1;
  std::int32_t max_tokens = -1;
  std::int64_t seed = -1;
  bool has_seed = member(object, "seed") != nullptr;
  if (auto e = get_string(object, "model", out.model)) return e;
  if (chat) {
    if (auto e = get_messages(object, out.messages)) return e;
  } else {
    if (auto e = get_prompts(object, "prompt", out.prompts)) return e;
    if (auto e = get_bool(object, "echo", out.echo)) return e;
  }
  if (auto e = get_integer(object, "max_tokens", 0, kMost, max_tokens)) return e;
  if (auto e = get_integer(object, "max_completion_tokens", 0, kMost, max_tokens)) return e;
  if (auto e = get_number(object, "temperature", 0, 2, temperature)) return e;
  if (auto e = get_number(object, "top_p", 0, 1, top_p)) return e;
  if (auto e = get_integer(object, "top_k", -1, kMost, out.top_k)) return e;
  if (auto e = get_integer(object, "n", 1, kMaxAnswers, out.n)) return e;
  if (auto e = get_integer(object, "seed", std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max(), seed)) {
    return e;
  }
  if (auto e = get_stop(object, out.stop)) return e;
  if (auto e = get_bool(object, "stream", out.stream)) return e;
  if (auto e = get_logprobs(object, chat, out.logprobs)) return e;
  if (auto e = refuse_unsupported(object)) return e;
  if (const json* options = member(object, "stream_options")) {
    if (!options->is_object()) return wrong("stream_options", "has to be an object");
    if (auto e = get_bool(*options, "include_usage", out.usage_at_end)) return e;
  }
  if (max_tokens >= 0) out.max_tokens = max_tokens;
  if (has_seed) out.seed = static_cast<std::uint64_t>(seed);
  out.temperature = static_cast<float>(temperature);
  out.top_p = static_cast<float>(top_p);
  out.top_k = std::max(out.top_k, 0);
  if (!chat && out.prompts.size() * static_cast<std::size_t>(out.n) > kMaxPrompts) {
    return wrong("n", "times the number of prompts is more than " + std::to_string(kMaxPrompts));
  }
  if (out.stream && out.echo) return wrong("echo", "and stream do not go together here");
  return {};
}

HttpResult parse_embedding(std::string_view body, EmbeddingRequest& out) {
  json object;
  if (auto error = parse_object(body, object)) return error;
  if (auto e = get_string(object, "model", out.model)) return e;
  if (auto e = get_prompts(object, "input", out.inputs)) return e;
  if (member(object, "dimensions") != nullptr) return wrong("dimensions", "is not supported; embeddings have one size");
  std::string format = "float";
  if (auto e = get_string(object, "encoding_format", format)) return e;
  if (format != "float" && format != "base64") return wrong("encoding_format", "has to be float or base64");
  out.base64 = format == "base64";
  return {};
}

}  // namespace student
