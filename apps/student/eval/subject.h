// Who is evaluated: a student in this process or a model behind an OpenAI-compatible endpoint.
//
// Calls take many questions at once and return in their order; they run side by side. Threads: one caller.
#ifndef STUDENT_EVAL_SUBJECT_H_
#define STUDENT_EVAL_SUBJECT_H_

#include <corpus/result.h>
#include <corpus/tokenizer.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "eval/records.h"
#include "generate/engine.h"

namespace student {

struct Ask {
  std::string prompt;
  std::vector<std::string> stop;
  std::int32_t max_tokens = 256;
  Sampling sampling;
  std::function<void(std::string_view)> on_text = {};  // the answer as it comes; from another thread. Local only
};

struct Said {
  std::string text;
  std::string finish;      // "stop", "length"
  bool truncated = false;  // the prompt did not fit: its beginning was left out
};

// Which of some continuations of one text is likely.
struct Choose {
  std::string context;
  std::vector<std::string> choices;
  bool letters = false;  // the choices are " A", " B" ...: can be put to a model that only chats
};

struct Chosen {
  std::vector<double> logprobs;  // of each choice, summed over its tokens; empty when only `said` is known
  std::string said;              // what a chat model wrote instead
  bool truncated = false;
};

struct TextLoss {
  double nats = 0;
  std::int64_t tokens = 0;  // that were predicted
};

class Subject {
 public:
  using Progress = std::function<void(std::size_t done, std::size_t all)>;
  virtual ~Subject() = default;
  virtual Json describe() const = 0;  // for the run file: no secrets
  virtual bool chats() const = 0;     // prompts are put as a user's turn
  virtual corpus::Result<std::vector<Said>> answer(std::span<const Ask> questions, const Progress& progress) = 0;
  virtual corpus::Result<std::vector<Chosen>> choose(std::span<const Choose> questions, const Progress& progress) = 0;
  // Each token given all before it, in windows of the context where a text is longer.
  virtual corpus::Result<std::vector<TextLoss>> losses(std::span<const std::string> texts,
                                                       const Progress& progress) = 0;
};

// All outlive the subject. `as_turns`: prompts are put as a user's turn of `chat`, else as they are. The template's
// end-of-turn tokens end an answer either way; null: there is no template.
corpus::Result<std::unique_ptr<Subject>> local_subject(Model& model, const corpus::Tokenizer& tokenizer,
                                                       const corpus::ChatTemplate* chat, bool as_turns,
                                                       const EngineOptions& options, Json description);

struct EndpointOptions {
  std::string url;      // "http://127.0.0.1:8080/v1"
  std::string model;    // empty: the first that the endpoint lists
  bool chat = false;    // ask /chat/completions instead of /completions
  std::string key;      // sent as a bearer token; over http to this machine only
  int parallel = 4;
  int tries = 5;        // of a request that fails for a reason that may pass
  int timeout_seconds = 600;
};
corpus::Result<std::unique_ptr<Subject>> endpoint_subject(const EndpointOptions& options);

}  // namespace student

#endif  // STUDENT_EVAL_SUBJECT_H_
