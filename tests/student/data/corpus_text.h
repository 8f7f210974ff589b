// A tokenizer of bytes and ChatML's special tokens, and conversations in JSON Lines.
#ifndef CORPUS_TESTS_STUDENT_DATA_CORPUS_TEXT_H_
#define CORPUS_TESTS_STUDENT_DATA_CORPUS_TEXT_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "data/bpe_trainer.h"
#include "data/dataset.h"

namespace student::test {

inline std::unique_ptr<corpus::Tokenizer> byte_tokenizer() {
  auto json = train_bpe(WordCounts(), {.vocab = 259});
  if (!json) ADD_FAILURE() << json.error().message;
  auto out = corpus::Tokenizer::from_json(*json, "test");
  if (!out) ADD_FAILURE() << out.error().message;
  return *std::move(out);
}

inline std::unique_ptr<corpus::ChatTemplate> chatml(const corpus::Tokenizer& tokenizer) {
  auto out = corpus::ChatTemplate::named("chatml", tokenizer);
  if (!out) ADD_FAILURE() << out.error().message;
  return *std::move(out);
}

inline std::string chat_line(const std::string& prompt, const std::string& answer) {
  return R"({"messages":[{"role":"user","content":")" + prompt + R"("},{"role":"assistant","content":")" + answer +
         "\"}]}\n";
}

// What the loss counts of a document, as text.
inline std::string learned_text(const Dataset& data, std::size_t document, const corpus::Tokenizer& tokenizer) {
  std::vector<TokenId> ids;
  for (std::size_t i = data.starts[document]; i < data.starts[document + 1]; ++i) {
    if (data.learn[i]) ids.push_back(data.tokens[i]);
  }
  return tokenizer.decode(ids);
}

}  // namespace student::test

#endif  // CORPUS_TESTS_STUDENT_DATA_CORPUS_TEXT_H_
