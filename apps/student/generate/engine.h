// Runs many requests on one model at once: continuous batching (Yu et al. 2022, "Orca"). One thread owns
// the model; requests take a slot of the decoder, join and leave between two tokens, and wait in a
// queue of bounded length when all slots are taken.
//
// A turn of the thread is: at most one piece of one prompt, one packed batch of texts to score, one token
// for every request that is past its prompt. So a long prompt delays the others by one piece, not
// by all of it. Prompts are cut at multiples of the piece, whatever else runs.
//
// Determinism: with a decoder whose numbers for a slot do not depend on the others (cpu, f32), a request's
// tokens depend on the request alone.
// Threads: submit, score, embed, cancel from any. Callbacks run on the engine's thread and must neither
// block nor call the engine. on_done is called exactly once for all that was accepted, also when the
// engine is destroyed (kCancelled). The model outlives the engine, and nobody else uses it meanwhile.
#ifndef STUDENT_GENERATE_ENGINE_H_
#define STUDENT_GENERATE_ENGINE_H_

#include <corpus/result.h>
#include <corpus/tokenizer.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "generate/sampling.h"
#include "model/model.h"

namespace student {

struct Token {
  TokenId id = -1;
  float logprob = 0;
  std::vector<Ranked> top;  // as many as were asked for, best first
};

enum class Finish : std::uint8_t { kStop, kLength, kCancelled };

struct Generation {
  std::vector<TokenId> prompt;       // not empty
  std::int32_t max_tokens = 16;      // the end of the context ends an answer, too
  Sampling sampling;
  std::vector<TokenId> stop_ids;     // any of these ends the answer and is not part of it
  std::int32_t top_logprobs = -1;    // -1: not even the token's own
  std::function<bool(const Token&)> on_token;  // false: enough
  std::function<void(corpus::Result<Finish>)> on_done;
};

// Log-probability of each token of a text given those before it. The first has none: logprob 0, id as given.
struct Scoring {
  std::vector<TokenId> tokens;
  std::int32_t top_logprobs = 0;
  std::function<void(corpus::Result<std::vector<Token>>)> on_done;
};

// The mean of the final hidden states, of length 1 (Euclidean).
struct Embedding {
  std::vector<TokenId> tokens;
  std::function<void(corpus::Result<std::vector<float>>)> on_done;
};

struct EngineOptions {
  std::int32_t slots = 8;
  std::int32_t max_length = 2048;    // prompt and answer
  std::int32_t prompt_piece = 256;   // tokens of a prompt between two turns of the others
  std::size_t max_queue = 1024;      // of each kind
  std::int32_t vocab = 0;            // ids the tokenizer knows; the model may have more logits. 0: the model's
  std::size_t max_logits = std::size_t{1} << 28;  // numbers held at once for top log-probabilities of a text
};

class Engine {
 public:
  static corpus::Result<std::unique_ptr<Engine>> start(Model& model, const EngineOptions& options);
  ~Engine();

  // kInvalidArgument: the request cannot be run, as it says. kLimit: the queue is full, try later.
  corpus::Result<std::uint64_t> submit(Generation request);
  corpus::Result<void> score(Scoring request);
  corpus::Result<void> embed(Embedding request);
  void cancel(std::uint64_t id);  // on_done(kCancelled) follows, unless it was done already

  const EngineOptions& options() const { return options_; }
  struct Load {
    std::size_t queued = 0, running = 0;
  };
  Load load();

 private:
  struct Running {
    std::uint64_t id = 0;
    Generation request;
    std::int32_t slot = -1;
    std::size_t prefilled = 0;   // tokens of the prompt that are in the cache
    std::int32_t made = 0;       // tokens of the answer
    TokenId next = -1;           // chosen, not yet in the cache
    bool done = false;
  };

  Engine(Model& model, const EngineOptions& options, std::unique_ptr<Decoder> decoder);
  corpus::Result<void> check(std::span<const TokenId> tokens, std::size_t most, const char* what) const;
  void run();
  void admit();
  void prefill_one();
  void step_all();
  void score_batch();
  void embed_one();
  void choose(Running& running, std::span<const float> logits);
  void finish(Running& running, corpus::Result<Finish> how);
  void drop_done();
  corpus::Result<std::vector<std::vector<Token>>> score_packed(std::span<const Scoring> requests);

  Model& model_;
  EngineOptions options_;
  std::unique_ptr<Decoder> decoder_;

  std::mutex mutex_;  // guards what follows, up to the next blank line
  std::condition_variable wake_;
  std::deque<Running> queue_;
  std::deque<Scoring> scores_;
  std::deque<Embedding> embeddings_;
  std::vector<std::uint64_t> cancelled_;
  std::uint64_t next_id_ = 1;
  std::size_t running_count_ = 0;
  bool stopping_ = false;

  std::vector<Running> running_;  // of the engine's thread
  std::vector<std::int32_t> free_slots_;
  Sampler sampler_;
  std::thread thread_;
};

}  // namespace student

#endif  // STUDENT_GENERATE_ENGINE_H_
