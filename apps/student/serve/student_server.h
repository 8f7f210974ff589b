// The student as a server: /v1/models, /v1/completions, /v1/chat/completions, /v1/embeddings in OpenAI's
// form (docs/howto/serve-a-student.md says what is supported), over one Engine.
#ifndef STUDENT_SERVE_STUDENT_SERVER_H_
#define STUDENT_SERVE_STUDENT_SERVER_H_

#include <corpus/result.h>
#include <corpus/tokenizer.h>

#include <cstdint>
#include <memory>
#include <string>

#include "generate/engine.h"
#include "serve/http_server.h"

namespace student {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: a free one
  std::string model_id;       // the name clients use
  HttpLimits http;
  EngineOptions engine;
};

// What the server speaks with; all outlive it. No template: chat is refused.
struct Voice {
  Model* model = nullptr;
  const corpus::Tokenizer* tokenizer = nullptr;
  const corpus::ChatTemplate* chat = nullptr;
};

class StudentServer {
 public:
  static corpus::Result<std::unique_ptr<StudentServer>> start(const Voice& voice, const ServerOptions& options);
  virtual ~StudentServer() = default;  // ends what is running; clients see the connection close
  virtual std::uint16_t port() const = 0;
};

}  // namespace student

#endif  // STUDENT_SERVE_STUDENT_SERVER_H_
