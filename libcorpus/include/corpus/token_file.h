// TokenFile: tokenized text on disk, as `corpus tokenize` writes it, mapped into memory.
//
// Documents (a conversation, or a part of a long text) are packed into sequences of at most
// length() tokens; none is cut by that. docs/formats/tokens.md has the byte layout.
//
// Owns the mapping; spans are valid as long as it lives. Const methods are thread safe. Whoever
// opens one compares fingerprint() with the tokenizer's (tokenizer.h) before giving the ids a
// meaning.
#ifndef CORPUS_TOKEN_FILE_H_
#define CORPUS_TOKEN_FILE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "corpus/result.h"
#include "corpus/tokenizer.h"

namespace corpus {

class TokenFile {
 public:
  // Checks sizes and places, not the content: that is verify().
  static Result<TokenFile> open(const std::string& path);
  TokenFile(TokenFile&&) noexcept;
  TokenFile& operator=(TokenFile&&) noexcept;
  ~TokenFile();

  std::uint64_t tokens() const;
  std::uint64_t sequences() const;
  std::uint64_t documents() const;
  std::uint32_t length()
      const;  // most tokens of a sequence; 0: each document is a sequence of any length
  const std::string& fingerprint() const;  // of the tokenizer
  const std::string& template_name() const;

  TokenId id(std::uint64_t token) const;  // token < tokens()
  bool learn(std::uint64_t token) const;  // the loss counts for predicting it
  // Behind the last token of sequence or document i, in tokens.
  std::span<const std::uint64_t> sequence_ends() const;
  std::span<const std::uint64_t> document_ends() const;

  // Reads everything: checksums, ends ascending, no sequence over length(). kCorrupt says what is
  // wrong.
  Result<void> verify() const;

 private:
  struct Parts;
  explicit TokenFile(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace corpus

#endif  // CORPUS_TOKEN_FILE_H_
