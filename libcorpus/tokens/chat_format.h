// The formats that models were taught conversations in, as data. Sources: the chat templates
// (jinja) in the tokenizer files of the models named; for alpaca the training prompt of
// stanford_alpaca.
#ifndef CORPUS_TOKENS_CHAT_FORMAT_H_
#define CORPUS_TOKENS_CHAT_FORMAT_H_

#include <span>
#include <string_view>

namespace corpus::tokens {

// Texts here may hold special tokens by name, and {eos}.
struct ChatFormat {
  enum class Bos { kNever, kIfThere, kRequired };
  struct Side {
    std::string_view open;
    std::string_view close;
    bool known = true;  // false: the format has no such role
  };

  std::string_view name;
  std::span<const std::string_view> needed;    // special tokens without which it is not this format
  std::span<const std::string_view> optional;  // special where the tokenizer has them, else text
  Bos bos;
  std::string_view first;    // before the first turn, when that is no system text
  std::string_view between;  // before each later user turn
  Side system, user, assistant, tool;
  std::string_view lead;  // before the assistant's text, and learned with it
  bool fold_system;       // the system text goes before the next user text, with an empty line
  bool trim;              // texts lose the white space at both ends
};

std::span<const ChatFormat> chat_formats();

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_CHAT_FORMAT_H_
