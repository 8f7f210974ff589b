// The text of an answer as its tokens arrive: what may be shown now, and when it ends.
//
// Text is released in whole UTF-8 characters; bytes that can never become one are U+FFFD. What could
// be the beginning of a stop string is held back until it is known, so that no part of a stop string
// is ever shown, wherever the borders of tokens lie.
// Owns its strings; the tokenizer outlives it. One thread at a time.
#ifndef STUDENT_GENERATE_TEXT_STREAM_H_
#define STUDENT_GENERATE_TEXT_STREAM_H_

#include <corpus/tokenizer.h>

#include <string>
#include <string_view>
#include <vector>

namespace student {

// Moves whole characters from the front of `bytes` to `out`, with U+FFFD for each maximal part that is none
// (Unicode 15, 3.9, "substitution of maximal subparts"). Without `all` an unfinished character at the end stays.
void take_characters(std::string& bytes, bool all, std::string& out);

class TextStream {
 public:
  // `before`: the last token of the prompt, as some vocabularies write a word differently at the start of a text;
  // -1 for none. Empty stop strings count for nothing.
  TextStream(const corpus::Tokenizer& tokenizer, corpus::TokenId before, std::vector<std::string> stops);

  std::string push(corpus::TokenId id);  // what may be shown after this token
  std::string finish();                  // the rest, when there is no token more
  bool stopped() const { return stopped_; }  // a stop string came; nothing more is shown

 private:
  std::string release(bool all);

  const corpus::Tokenizer& tokenizer_;
  corpus::TokenId before_;
  std::vector<std::string> stops_;
  std::string bytes_;    // not yet characters
  std::string pending_;  // characters not yet shown
  bool stopped_ = false;
};

}  // namespace student

#endif  // STUDENT_GENERATE_TEXT_STREAM_H_
