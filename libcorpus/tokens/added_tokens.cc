#include "tokens/added_tokens.h"

#include <algorithm>

#include "text/utf8.h"
#include "tokens/char_class.h"

namespace corpus::tokens {
namespace {

// What \w is to the peers: letters, marks, decimal digits, connectors. Close to it: all numbers.
bool is_word(char32_t c) {
  return c == '_' || (c != text::kBadChar && (char_classes()[c] & (kL | kM | kN)) != 0);
}

bool is_white(char32_t c) { return c != text::kBadChar && (char_classes()[c] & kS) != 0; }

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::erase_if(tokens_, [](const AddedToken& t) { return t.content.empty(); });
  std::size_t bytes = 0;
  for (const AddedToken& t : tokens_) bytes += t.content.size();
  edges_ = PairTable(bytes);
  token_at_ = {-1};
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    first_bytes_.add(static_cast<unsigned char>(tokens_[i].content[0]));
    std::int32_t node = 0;
    for (unsigned char b : tokens_[i].content) {
      std::int32_t next = edges_.find(node, b).id;
      if (next < 0) {
        next = static_cast<std::int32_t>(token_at_.size());
        edges_.set(node, b, {0, next}, false);
        token_at_.push_back(-1);
      }
      node = next;
    }
    token_at_[static_cast<std::size_t>(node)] = static_cast<std::int32_t>(i);
  }
}

TokenId AddedTokens::id_of(std::string_view content) const {
  if (empty()) return -1;
  const AddedToken* token = longest(content);
  return token != nullptr && token->content.size() == content.size() ? token->id : -1;
}

const AddedToken* AddedTokens::longest(std::string_view text) const {
  const AddedToken* best = nullptr;
  std::int32_t node = 0;
  for (unsigned char b : text) {
    node = edges_.find(node, b).id;
    if (node < 0) break;
    if (std::int32_t i = token_at_[static_cast<std::size_t>(node)]; i >= 0)
      best = &tokens_[static_cast<std::size_t>(i)];
  }
  return best;
}

bool AddedTokens::touches_word(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin > 0 && is_word(text::decode_last(text.substr(0, begin)).c)) ||
         (end < text.size() && is_word(text::decode(text.substr(end)).c));
}

void AddedTokens::widen(const AddedToken& token, std::string_view text, std::size_t done,
                        std::size_t* begin, std::size_t* end) {
  while (token.lstrip && *begin > done) {
    auto [c, size] = text::decode_last(text.substr(done, *begin - done));
    if (!is_white(c)) break;
    *begin -= size;
  }
  while (token.rstrip && *end < text.size()) {
    auto [c, size] = text::decode(text.substr(*end));
    if (!is_white(c)) break;
    *end += size;
  }
}

}  // namespace corpus::tokens
