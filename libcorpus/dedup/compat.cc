#include "dedup/compat.h"

#include <algorithm>
#include <bit>
#include <random>

#include "base/hash.h"
#include "dedup/sha1.h"

namespace corpus {
namespace {

constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;

// x mod 2^61 - 1.
std::uint64_t mod_prime(std::uint64_t x) {
  x = (x & kPrime) + (x >> 61);
  return x >= kPrime ? x - kPrime : x;
}

// The first four bytes of the digest as a little-endian number.
std::uint32_t sha1_32(std::string_view bytes) {
  std::uint32_t first = sha1(bytes)[0];
  return first >> 24 | (first >> 8 & 0xFF00) | (first << 8 & 0xFF0000) | first << 24;
}

// NumPy's legacy bounded integers over more than 32 bits: two draws, the first one high, cut to the
// bits of the range and drawn again until they are within it.
class RandomState {
 public:
  explicit RandomState(std::uint64_t seed) : twister_(static_cast<std::uint32_t>(seed)) {}
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {  // low <= result < high
    std::uint64_t range = high - 1 - low;
    std::uint64_t mask = std::bit_ceil(range + 1) - 1;
    for (;;) {
      std::uint64_t first = twister_();
      std::uint64_t value = (first << 32 | twister_()) & mask;
      if (value <= range) return low + value;
    }
  }

 private:
  std::mt19937 twister_;
};

}  // namespace

std::optional<Peer> parse_peer(std::string_view name) {
  if (name == "datatrove") return Peer::kDatatrove;
  if (name == "text-dedup") return Peer::kTextDedup;
  if (name == "data-juicer") return Peer::kDataJuicer;
  if (name == "redpajama") return Peer::kRedPajama;
  return std::nullopt;
}

PeerDefaults defaults_of(Peer peer) {
  switch (peer) {
    case Peer::kDatatrove:
      return {.shingle = 5, .hashes = 112, .threshold = 0, .bands = 14, .rows = 8, .seed = 1};
    case Peer::kTextDedup:  // as its sample configuration: the tool itself has no defaults for
                            // these
      return {.shingle = 5, .hashes = 240, .threshold = 0.7, .bands = 0, .rows = 0, .seed = 42};
    case Peer::kDataJuicer:
      return {.shingle = 5, .hashes = 256, .threshold = 0.7, .bands = 0, .rows = 0, .seed = 42};
    case Peer::kRedPajama:
      break;
  }
  return {.shingle = 13, .hashes = 128, .threshold = 0.8, .bands = 0, .rows = 0, .seed = 42};
}

Permutations draw_permutations(std::uint64_t seed, std::size_t n, bool in_blocks) {
  RandomState random(seed);
  Permutations out{std::vector<std::uint64_t>(n), std::vector<std::uint64_t>(n)};
  for (std::size_t i = 0; i < n; ++i) {
    out.a[i] = random.between(1, kPrime);
    if (!in_blocks) out.b[i] = random.between(0, kPrime);
  }
  for (std::size_t i = 0; in_blocks && i < n; ++i) out.b[i] = random.between(0, kPrime);
  return out;
}

CompatScheme::CompatScheme(const Options& options)
    : options_(options),
      permutations_(draw_permutations(
          options.seed, options.hashes,
          options.peer == Peer::kDatatrove || options.peer == Peer::kTextDedup)) {}

std::unique_ptr<Signer> CompatScheme::make() const { return std::make_unique<CompatSigner>(*this); }

bool CompatSigner::read(std::span<const Turn> turns, Scope scope,
                        std::vector<std::uint32_t>* shingles) {
  text_.clear();
  bytes_ = 0;
  bool first = true;
  for (const Turn& turn : turns) {
    if (!in_scope(turn, scope)) continue;
    if (!first) text_ += '\n';
    first = false;
    text_ += turn.text;
    bytes_ += turn.text.size();
  }
  tokenize(scheme_->options().peer, text_, tokens_);
  return read(tokens_, shingles);
}

bool CompatSigner::read(const PeerTokens& tokens, std::vector<std::uint32_t>* shingles) {
  const auto& options = scheme_->options();
  const auto& [a, b] = scheme_->permutations();
  bool wide = options.peer == Peer::kDatatrove;
  std::uint64_t mask = wide ? ~std::uint64_t{0} : 0xFFFFFFFF;
  std::size_t n = scheme_->hashes();
  min_.assign(n, mask);
  if (shingles != nullptr) shingles->clear();
  if (tokens.begins.size() < options.shingle) return false;
  for (std::size_t i = 0; i + options.shingle <= tokens.begins.size(); ++i) {
    std::string_view shingle = tokens.shingle(i, options.shingle);
    std::uint64_t x = wide ? xxh64(shingle) : sha1_32(shingle);
    for (std::size_t j = 0; j < n; ++j) {
      min_[j] = std::min(min_[j], mod_prime(x * a[j] + b[j]) & mask);
    }
    if (shingles != nullptr) shingles->push_back(static_cast<std::uint32_t>(x));
  }
  return true;
}

void CompatSigner::band_keys(std::uint64_t* keys) const {
  std::size_t rows = scheme_->options().rows;
  auto* bytes = reinterpret_cast<const char*>(min_.data());
  for (std::size_t band = 0; band < scheme_->bands(); ++band) {
    keys[band] = hash64({bytes + band * rows * 8, rows * 8}, band);
  }
}

Sketch CompatSigner::sketch() const { return sketch_of(minima()); }

}  // namespace corpus
