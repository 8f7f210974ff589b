// The kinds of tokenizer file. Each gives a whole tokenizer or an Error without the file's name.
#ifndef CORPUS_TOKENS_LOADERS_H_
#define CORPUS_TOKENS_LOADERS_H_

#include <memory>
#include <string_view>

#include "corpus/result.h"
#include "corpus/tokenizer.h"

namespace corpus::tokens {

Result<std::unique_ptr<Tokenizer>> load_json(std::string_view json);
// `pattern`: a name (scan.h) or a regular expression.
Result<std::unique_ptr<Tokenizer>> load_tiktoken(std::string_view file, std::string_view pattern);
Result<std::unique_ptr<Tokenizer>> load_sentencepiece(std::string_view model);

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_LOADERS_H_
