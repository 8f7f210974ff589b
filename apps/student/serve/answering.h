// One request for text on its way through the engine: its choices, what of them was sent, and their end.
#ifndef STUDENT_SERVE_ANSWERING_H_
#define STUDENT_SERVE_ANSWERING_H_

#include <corpus/tokenizer.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "generate/engine.h"
#include "generate/text_stream.h"
#include "serve/http_server.h"
#include "serve/openai_reply.h"
#include "serve/openai_request.h"

namespace student {

class Answering : public std::enable_shared_from_this<Answering> {
 public:
  Answering(CompletionRequest request, ReplyHead head, std::shared_ptr<Reply> reply, Engine& engine,
            const corpus::Tokenizer& tokenizer);

  // Answers request.n times to each prompt. `stop_ids` end an answer.
  void start(std::vector<std::vector<TokenId>> prompts, std::vector<TokenId> stop_ids);

 private:
  struct Choice {
    std::size_t prompt = 0;       // which
    std::unique_ptr<TextStream> stream;
    std::string text;             // what of the answer was released, when it is sent as a whole
    std::vector<Token> tokens;    // with log-probabilities; of a stream: since the last piece
    std::size_t made = 0;
    std::string finish;
    bool begun = false;           // a piece was sent
  };

  bool on_token(std::size_t which, const Token& token);
  void on_done(std::size_t which, corpus::Result<Finish> how);
  void on_scored(std::size_t prompt, corpus::Result<std::vector<Token>> tokens);
  void send_piece(std::size_t which, std::string text);
  void one_less();
  void reply_whole();
  void fail(const corpus::Error& error);
  bool over();

  CompletionRequest request_;
  ReplyHead head_;
  std::shared_ptr<Reply> reply_;
  Engine& engine_;
  const corpus::Tokenizer& tokenizer_;
  std::vector<std::vector<TokenId>> prompts_;
  std::vector<std::vector<Token>> scored_;  // echo with logprobs
  std::vector<Choice> choices_;
  std::size_t open_ = 0;  // choices and scorings that are not done; of the engine's thread

  std::mutex mutex_;  // guards what follows
  std::vector<std::uint64_t> ids_;
  bool over_ = false;  // failed or gone: nothing more is sent
};

}  // namespace student

#endif  // STUDENT_SERVE_ANSWERING_H_
