// Ids, the bytes they stand for, and which of them are special. Filled once, then read only.
#ifndef CORPUS_TOKENS_VOCABULARY_H_
#define CORPUS_TOKENS_VOCABULARY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "corpus/result.h"
#include "corpus/tokenizer.h"

namespace corpus::tokens {

// Limits on files from outside.
inline constexpr std::uint64_t kLargestFile = std::uint64_t{256} << 20;
inline constexpr std::int64_t kMostIds = std::int64_t{1} << 22;
inline constexpr std::size_t kLongestToken = 64 << 10;

class Vocabulary {
 public:
  // `bytes` is what the id decodes to. Of ids with equal bytes the first stays in id_of(). kLimit,
  // or kCorrupt when the id is taken by other bytes.
  Result<void> add(std::int64_t id, std::string_view bytes);
  void set_special(TokenId id) { flags_[static_cast<std::size_t>(id)] |= kSpecial; }
  // Leaves the id out of id_of(): it is not a piece that text is made of.
  void hide(TokenId id);

  std::int32_t size() const { return static_cast<std::int32_t>(pieces_.size()); }
  bool has(TokenId id) const {
    return id >= 0 && id < size() && (flags_[static_cast<std::size_t>(id)] & kUsed) != 0;
  }
  std::string_view piece(TokenId id) const {
    return has(id) ? std::string_view(pieces_[static_cast<std::size_t>(id)]) : std::string_view();
  }
  bool is_special(TokenId id) const {
    return has(id) && (flags_[static_cast<std::size_t>(id)] & kSpecial) != 0;
  }
  TokenId id_of(std::string_view bytes) const {
    auto found = ids_.find(bytes);
    return found == ids_.end() ? -1 : found->second;
  }

 private:
  static constexpr std::uint8_t kUsed = 1, kSpecial = 2;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
  };
  std::vector<std::string> pieces_;
  std::vector<std::uint8_t> flags_;
  std::unordered_map<std::string, TokenId, Hash, std::equal_to<>> ids_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_VOCABULARY_H_
