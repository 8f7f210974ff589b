// The hash of an n-gram, from its last word back to its first: what ends alike begins alike.
#ifndef CORPUS_QUALITY_NGRAM_HASH_H_
#define CORPUS_QUALITY_NGRAM_HASH_H_

#include <cstdint>

namespace corpus::quality {

inline std::uint64_t ngram_hash(std::uint32_t last) {
  return (last + std::uint64_t{1}) * 0x9E3779B97F4A7C15;
}
// Of the n-gram that `hash` stands for with one more word before it. Mixed, since tables look at
// few bits.
inline std::uint64_t ngram_hash(std::uint64_t hash, std::uint32_t before) {
  hash ^= (before + std::uint64_t{1}) * 0xD6E8FEB86659FD93;
  hash = (hash ^ hash >> 32) * 0xD6E8FEB86659FD93;
  return hash ^ hash >> 29;
}

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_NGRAM_HASH_H_
