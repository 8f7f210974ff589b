// The byte layout of a token file (docs/formats/tokens.md), shared by who writes and who reads it.
//
//   head     64 bytes: magic, version
//   ids      uint16 or uint32 each
//   learn    a bit each, least significant first
//   sequence ends, document ends: uint64 each
//   foot     320 bytes: counts, where the sections begin, their XXH3-128, fingerprint, template
//
// Sections begin at multiples of 64, with zeros before them. Little-endian throughout.
#ifndef CORPUS_TOKENS_TOKEN_LAYOUT_H_
#define CORPUS_TOKENS_TOKEN_LAYOUT_H_

#include <bit>
#include <cstdint>

namespace corpus::tokens {

static_assert(std::endian::native == std::endian::little, "token files are mapped as they are");

inline constexpr char kMagic[8] = {'c', 'o', 'r', 'p', 't', 'o', 'k', '\0'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint64_t kAlign = 64;

struct TokenHead {
  char magic[8];
  std::uint32_t version;
  std::uint8_t reserved[52];
};
static_assert(sizeof(TokenHead) == 64);

enum Section : int { kIds, kLearn, kSequenceEnds, kDocumentEnds, kSections };

struct TokenFoot {
  std::uint64_t tokens;
  std::uint64_t sequences;
  std::uint64_t documents;
  std::uint32_t length;
  std::uint32_t id_bytes;  // 2 or 4
  std::uint64_t begin[kSections];
  std::uint64_t hash[kSections][2];  // low half first
  char fingerprint[64];              // hex
  char template_name[16];            // zeros behind it
  std::uint8_t reserved[92];
  std::uint32_t version;
  std::uint64_t foot_hash;  // XXH3-64 of the foot before it
  char magic[8];
};
static_assert(sizeof(TokenFoot) == 320);

constexpr std::uint64_t aligned(std::uint64_t at) { return (at + kAlign - 1) / kAlign * kAlign; }

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_TOKEN_LAYOUT_H_
