// Errors in the form that clients of the OpenAI interface read.
#ifndef STUDENT_SERVE_OPENAI_ERROR_H_
#define STUDENT_SERVE_OPENAI_ERROR_H_

#include <corpus/result.h>

#include <string>
#include <string_view>

namespace student {

// {"error": {"message", "type", "param", "code"}}; an empty param or code is null.
std::string error_json(std::string_view type, std::string_view message, std::string_view param = {},
                       std::string_view code = {});

struct HttpError {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string message;
  std::string param = {};
  std::string code = {};
  std::string json() const { return error_json(type, message, param, code); }
};

// What an error of the engine is to a client.
HttpError http_error(const corpus::Error& error);

}  // namespace student

#endif  // STUDENT_SERVE_OPENAI_ERROR_H_
