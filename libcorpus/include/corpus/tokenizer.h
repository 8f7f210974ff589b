// Tokenizer: text to the ids a model reads, and back. Ids are equal to those of the `tokenizers`,
// `tiktoken` and `sentencepiece` packages for the same vocabulary file.
//
// What is read: Hugging Face tokenizer.json (byte-level BPE with the pre-tokenizers of GPT-2,
// cl100k/o200k, Llama 3, Qwen 2, SmolLM, DeepSeek; Unigram; added tokens), tiktoken rank files,
// SentencePiece models. A component of tokenizer.json that is not known is refused by name: ids that
// are nearly right are wrong.
//
// Threads: const; one object serves many threads, each with its own Scratch. Owns what it loaded.
// Limits: files over 256 MiB are refused.
#ifndef CORPUS_TOKENIZER_H_
#define CORPUS_TOKENIZER_H_

#include "corpus/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace corpus {

using TokenId = std::int32_t;

class Tokenizer {
 public:
  class Scratch {  // reusable working memory of one thread; caches words across calls
   public:
    virtual ~Scratch() = default;
  };

  // A file (tokenizer.json, *.tiktoken, *.model) or a folder that holds tokenizer.json. `pattern`: for tiktoken
  // files, which carry none: "gpt2", "r50k", "cl100k", "o200k", "llama3", "qwen2", or a regular expression.
  static Result<std::unique_ptr<Tokenizer>> open(const std::string& path, std::string_view pattern = {});
  // The same from memory; `what` names it in messages.
  static Result<std::unique_ptr<Tokenizer>> from_json(std::string_view json, std::string_view what);
  virtual ~Tokenizer() = default;

  virtual std::unique_ptr<Scratch> scratch() const = 0;

  // Appends the ids of text. Invalid UTF-8 is encoded as the peers do (U+FFFD), never refused. `specials`: whether
  // text like "<|im_end|>" inside it becomes the special token (true: trusted templates; false: text from outside).
  // add_bos and add_eos style post-processing is never applied here: see templates.
  virtual void encode(std::string_view text, bool specials, Scratch& scratch, std::vector<TokenId>& out) const = 0;
  std::vector<TokenId> encode(std::string_view text, bool specials = false) const;

  // The bytes of the ids, exactly; unknown ids give nothing. skip_specials leaves special tokens out.
  virtual std::string decode(std::span<const TokenId> ids, bool skip_specials = false) const = 0;

  virtual std::int32_t vocab_size() const = 0;                    // highest id + 1, added tokens included
  virtual TokenId id_of(std::string_view token) const = 0;        // of a special or added token or a raw piece; -1
  virtual std::string_view piece(TokenId id) const = 0;           // raw bytes of one id
  virtual bool is_special(TokenId id) const = 0;
  // SHA-256 (hex) over ids, pieces, merges and pre-tokenizer: equal means the same text gives the same ids.
  // Names a tokenizer in token files and where logits of two models are compared.
  virtual const std::string& fingerprint() const = 0;
};

// How a conversation becomes one text for a model, and which part of it the student is to learn.
struct ChatTurn {
  std::string_view role;  // system | user | assistant | tool
  std::string_view text;
};

struct TemplatedText {
  std::vector<TokenId> ids;
  std::vector<std::uint8_t> learn;  // 1: the loss counts for predicting this token (assistant text and its end token)
};

class ChatTemplate {
 public:
  // chatml | llama3 | mistral | gemma | zephyr | alpaca | plain. "auto": the one whose special tokens the tokenizer has.
  static Result<std::unique_ptr<ChatTemplate>> named(std::string_view name, const Tokenizer& tokenizer);
  virtual ~ChatTemplate() = default;
  virtual std::string_view name() const = 0;
  // `generate`: ends with the opening of an assistant turn instead of whole turns. Text of turns never becomes a
  // special token. The end-of-turn token after an assistant's text is learned, also where the pad token is the same id.
  virtual Result<TemplatedText> apply(std::span<const ChatTurn> turns, bool generate, Tokenizer::Scratch& scratch) const = 0;
  virtual std::span<const TokenId> stop_ids() const = 0;  // any of these ends an answer
};

}  // namespace corpus

#endif  // CORPUS_TOKENIZER_H_
