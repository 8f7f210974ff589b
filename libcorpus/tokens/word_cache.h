// Answers of a word model for short words, bounded: two words a set, the one used last stays
// longest. One cache line an entry, 2 MiB in all. Of one thread.
#ifndef CORPUS_TOKENS_WORD_CACHE_H_
#define CORPUS_TOKENS_WORD_CACHE_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/tokenizer.h"

namespace corpus::tokens {

class WordCache {
 public:
  static constexpr std::size_t kLongest = 24;  // bytes of a word

  WordCache() : entries_(std::make_unique<Entry[]>(kEntries)) {}

  // Appends the ids of `word` (1 to kLongest bytes): from the cache, or from make(out), which
  // appends them. The 32 bytes from word.data() on can be read where `roomy`.
  template <typename Make>
  void encode(std::string_view word, bool roomy, std::vector<TokenId>& out, Make&& make) {
    const Key key = load(word, roomy);
    Entry* set = &entries_[key.set()];
    if (set[0].is(key)) {
      append(set[0], out);
    } else if (set[1].is(key)) {
      std::swap(set[0], set[1]);
      append(set[0], out);
    } else {
      const std::size_t before = out.size();
      make(out);
      const std::size_t n = out.size() - before;
      if (n > kMostIds) return;
      set[1] = set[0];
      std::copy_n(key.bytes, 3, set[0].bytes);
      set[0].size = key.size;
      set[0].count = static_cast<std::uint8_t>(n);
      for (std::size_t i = 0; i < n; ++i) set[0].ids[i] = out[before + i];
    }
  }

 private:
  static constexpr std::size_t kEntries = std::size_t{1} << 15;
  static constexpr std::size_t kMostIds = 9;

  struct Key {
    std::uint64_t bytes[3] = {};  // the word, then zeros
    std::uint8_t size = 0;
    std::size_t set() const {
      std::uint64_t h = (bytes[0] ^ size) * 0x9E3779B97F4A7C15ULL;
      h = (h ^ h >> 32 ^ bytes[1]) * 0xC2B2AE3D27D4EB4FULL;
      h = (h ^ h >> 32 ^ bytes[2]) * 0x9E3779B97F4A7C15ULL;
      return (h >> 32 & (kEntries / 2 - 1)) * 2;
    }
  };
  struct alignas(64) Entry {
    std::uint64_t bytes[3] = {};
    std::uint8_t size = 0;  // 0: empty, which no word is
    std::uint8_t count = 0;
    TokenId ids[kMostIds];
    bool is(const Key& k) const {
      return ((bytes[0] ^ k.bytes[0]) | (bytes[1] ^ k.bytes[1]) | (bytes[2] ^ k.bytes[2]) |
              static_cast<std::uint64_t>(size ^ k.size)) == 0;
    }
  };
  static_assert(sizeof(Entry) == 64);

  static Key load(std::string_view word, bool roomy) {
    Key key;
    key.size = static_cast<std::uint8_t>(word.size());
    if (!roomy || std::endian::native != std::endian::little) {
      std::memcpy(key.bytes, word.data(), word.size());
      return key;
    }
    // Reads whole words of 8 bytes and zeroes what lies behind the end.
    std::memcpy(key.bytes, word.data(), sizeof key.bytes);
    for (std::size_t i = 0; i < 3; ++i) {
      std::size_t from = i * 8;
      std::size_t keep = word.size() <= from ? 0 : word.size() - from < 8 ? word.size() - from : 8;
      key.bytes[i] &= keep == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << keep * 8) - 1;
    }
    return key;
  }
  static void append(const Entry& e, std::vector<TokenId>& out) {
    if (e.count == 1) return out.push_back(e.ids[0]);
    out.insert(out.end(), e.ids, e.ids + e.count);
  }

  std::unique_ptr<Entry[]> entries_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_WORD_CACHE_H_
