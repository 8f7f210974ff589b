#include "serve/openai_error.h"

#include <nlohmann/json.hpp>

namespace student {

std::string error_json(std::string_view type, std::string_view message, std::string_view param,
                       std::string_view code) {
  using nlohmann::ordered_json;
  ordered_json error = {{"message", message}, {"type", type}, {"param", nullptr}, {"code", nullptr}};
  if (!param.empty()) error["param"] = param;
  if (!code.empty()) error["code"] = code;
  return ordered_json{{"error", error}}.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

HttpError http_error(const corpus::Error& error) {
  switch (error.code) {
    case corpus::Code::kInvalidArgument: return {.status = 400, .message = error.message};
    case corpus::Code::kLimit: return {.status = 429, .type = "rate_limit_error", .message = error.message};
    case corpus::Code::kCancelled: return {.status = 503, .type = "server_error", .message = error.message};
    default: return {.status = 500, .type = "server_error", .message = error.message};
  }
}

}  // namespace student
