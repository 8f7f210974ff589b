#include "tokens/vocabulary.h"

namespace corpus::tokens {

Result<void> Vocabulary::add(std::int64_t id, std::string_view bytes) {
  std::string where = "token id " + std::to_string(id);
  if (id < 0 || id >= kMostIds)
    return Error{Code::kLimit, where + " is outside 0.." + std::to_string(kMostIds - 1)};
  if (bytes.size() > kLongestToken) return Error{Code::kLimit, where + " has over 64 KiB"};
  auto at = static_cast<std::size_t>(id);
  if (at >= pieces_.size()) {
    pieces_.resize(at + 1);
    flags_.resize(at + 1);
  }
  if ((flags_[at] & kUsed) != 0) {
    if (pieces_[at] == bytes) return {};
    return Error{Code::kCorrupt, where + " stands for two tokens"};
  }
  pieces_[at] = bytes;
  flags_[at] |= kUsed;
  ids_.emplace(bytes, static_cast<TokenId>(id));
  return {};
}

void Vocabulary::hide(TokenId id) {
  auto found = ids_.find(piece(id));
  if (found != ids_.end() && found->second == id) ids_.erase(found);
}

}  // namespace corpus::tokens
