// Signatures bit for bit as other tools make them: the same normalisation and tokens, the same hash
// of a shingle, the same permutations drawn in the same order from NumPy's RandomState, and their
// arithmetic (64-bit products that wrap before the modulo). For rows that were deduplicated by one
// of them, and for comparing results; our own signatures (dedup/signature.h) are much faster.
//
// A record's text is its turns in scope, joined by a line feed; each of these tools sees one field.
//
//   datatrove    lower case, numbers to 0, punctuation to spaces, NFD without Mn, cut at white
//                space and as spaCy cuts English words (text/english_tokens.h); 5 a shingle;
//                XXH64; RandomState(1), all a before all b; minima of 64 bits
//   text-dedup   lower case, cut at each \W, with empty words; 5; SHA-1, 32 bits;
//                RandomState(42), all a before all b
//   data-juicer  lower case, cut at " ", without empty words; 5; SHA-1, 32 bits;
//                RandomState(42), a and b in turn
//   redpajama    ASCII punctuation removed, lower case, NFD, cut at white space; 13; SHA-1,
//                32 bits; RandomState(42), a and b in turn
//
// The words of a shingle are joined by one space, as UTF-8.
//
// Sources: the tools' own code (datatrove 0.10, text-dedup 0.4, Data-Juicer 1.4, RedPajama-V2),
// read and re-made; tests/parity runs those that can be installed.
#ifndef CORPUS_DEDUP_COMPAT_H_
#define CORPUS_DEDUP_COMPAT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dedup/signature.h"

namespace corpus {

enum class Peer : std::uint8_t { kDatatrove, kTextDedup, kDataJuicer, kRedPajama };
std::optional<Peer> parse_peer(std::string_view name);  // "datatrove", "text-dedup", ...

// What the tool does when it is told nothing. hashes is what the threshold is solved for.
struct PeerDefaults {
  std::size_t shingle;
  std::size_t hashes;
  double threshold;  // 0: bands and rows are given
  std::size_t bands, rows;
  std::uint64_t seed;
};
PeerDefaults defaults_of(Peer peer);

// Tokens of a text, joined by single spaces, and where each begins.
struct PeerTokens {
  std::string joined;
  std::vector<std::size_t> begins;
  std::string_view shingle(std::size_t first, std::size_t n) const;
};
void tokenize(Peer peer, std::string_view text, PeerTokens& out);

// numpy.random.RandomState(seed): `n` pairs of randint(1, 2^61 - 1) and randint(0, 2^61 - 1), dtype
// uint64. In blocks: all first ones, then all second ones; else in turn.
struct Permutations {
  std::vector<std::uint64_t> a, b;
};
Permutations draw_permutations(std::uint64_t seed, std::size_t n, bool in_blocks);

class CompatScheme final : public SignerFactory {
 public:
  struct Options {
    Peer peer;
    std::size_t shingle, bands, rows;
    std::size_t hashes;  // permutations drawn: at least bands * rows
    std::uint64_t seed;
  };
  explicit CompatScheme(const Options& options);

  std::unique_ptr<Signer> make() const override;
  std::size_t bands() const override { return options_.bands; }
  std::size_t hashes() const override { return options_.bands * options_.rows; }
  const Options& options() const { return options_; }
  const Permutations& permutations() const { return permutations_; }

 private:
  Options options_;
  Permutations permutations_;
};

// The scheme has to outlive it.
class CompatSigner final : public Signer {
 public:
  explicit CompatSigner(const CompatScheme& scheme) : scheme_(&scheme) {}
  bool read(std::span<const Turn> turns, Scope scope,
            std::vector<std::uint32_t>* shingles = nullptr) override;
  void band_keys(std::uint64_t* keys) const override;
  Sketch sketch() const override;

  // False when the tokens make no shingle.
  bool read(const PeerTokens& tokens, std::vector<std::uint32_t>* shingles = nullptr);
  std::span<const std::uint64_t> minima() const { return min_; }

 private:
  const CompatScheme* scheme_;
  std::string text_;
  PeerTokens tokens_;
  std::vector<std::uint64_t> min_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_COMPAT_H_
