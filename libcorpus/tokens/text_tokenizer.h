// The tokenizer that tokenizer.json and tiktoken files describe: added tokens are cut out, the rest
// is normalised, cut into pieces, and each piece becomes ids.
#ifndef CORPUS_TOKENS_TEXT_TOKENIZER_H_
#define CORPUS_TOKENS_TEXT_TOKENIZER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/tokenizer.h"
#include "tokens/added_tokens.h"
#include "tokens/normalizer.h"
#include "tokens/pre_tokenizer.h"
#include "tokens/vocabulary.h"
#include "tokens/word_model.h"

namespace corpus::tokens {

struct TextTokenizerParts {
  std::unique_ptr<Vocabulary> vocabulary = std::make_unique<Vocabulary>();
  std::unique_ptr<WordModel> model;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  AddedTokens added;             // found in the text as given
  AddedTokens added_normalized;  // found in normalised text
  bool strip_space =
      false;  // decoding leaves out one space at the beginning: encoding put it there
  std::string fingerprint;
};

class TextTokenizer final : public Tokenizer {
 public:
  explicit TextTokenizer(TextTokenizerParts parts) : parts_(std::move(parts)) {}

  using Tokenizer::encode;
  std::unique_ptr<Scratch> scratch() const override;
  void encode(std::string_view text, bool specials, Scratch& scratch,
              std::vector<TokenId>& out) const override;
  std::string decode(std::span<const TokenId> ids, bool skip_specials) const override;
  std::int32_t vocab_size() const override { return parts_.vocabulary->size(); }
  TokenId id_of(std::string_view token) const override;
  std::string_view piece(TokenId id) const override { return parts_.vocabulary->piece(id); }
  bool is_special(TokenId id) const override { return parts_.vocabulary->is_special(id); }
  const std::string& fingerprint() const override { return parts_.fingerprint; }

 private:
  struct Memory;
  void encode_plain(std::string_view text, bool first, Memory& memory,
                    std::vector<TokenId>& out) const;

  TextTokenizerParts parts_;
};

// `text`, with each maximal part of it that is not UTF-8 replaced by U+FFFD, as Python's "replace"
// does; in `buffer` when there is one.
std::string_view replace_invalid(std::string_view text, std::string& buffer);

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_TEXT_TOKENIZER_H_
