#include "dedup/signature.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "text/word_class.h"
#include "simd/minhash.h"
#include "text/utf8.h"

namespace corpus {
namespace {

// A shingle's hash is the polynomial sum of word hash * kFactor^(words after it), mod 2^64: it
// depends on the order, and rolls. kFactor is odd and 5 mod 8, so that its powers differ.
constexpr std::uint64_t kFactor = 0xD1342543DE82EF95;

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014.
std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = state += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

// 64 bits to 32 that look random, which is what the linear permutations need.
inline std::uint32_t mix(std::uint64_t h) {
  h = (h ^ h >> 32) * 0x9FB21C651E98DF25;
  h = (h ^ h >> 35) * 0xD6E8FEB86659FD93;
  return static_cast<std::uint32_t>(h >> 32);
}

}  // namespace

SignatureScheme::SignatureScheme(const Options& options) : options_(options) {
  std::size_t lanes =
      (hashes() + simd::kMinhashLanes - 1) / simd::kMinhashLanes * simd::kMinhashLanes;
  a_.resize(lanes);
  b_.resize(lanes);
  std::uint64_t state = options.seed;
  for (std::size_t j = 0; j < lanes; ++j) {
    std::uint64_t random = split_mix(state);
    a_[j] = static_cast<std::uint32_t>(random) | 1;
    b_[j] = static_cast<std::uint32_t>(random >> 32);
  }
}

std::unique_ptr<Signer> SignatureScheme::make() const {
  return std::make_unique<ShingleSigner>(*this);
}

ShingleSigner::ShingleSigner(const SignatureScheme& scheme)
    : scheme_(&scheme),
      oldest_factor_(1),
      window_(scheme.shingle()),
      shingles_(Words::kMaxWords),
      min_(scheme.lanes()) {
  for (std::size_t i = 0; i < scheme.shingle(); ++i) oldest_factor_ *= kFactor;
}

bool ShingleSigner::read(std::span<const Turn> turns, Scope scope,
                         std::vector<std::uint32_t>* shingles) {
  kept_ = shingles;
  if (kept_ != nullptr) kept_->clear();
  std::fill(min_.begin(), min_.end(), ~std::uint32_t{0});
  std::fill(window_.begin(), window_.end(), 0);
  at_ = 0;
  rolling_ = 0;
  count_ = 0;
  bytes_ = 0;
  for (const Turn& turn : turns) {
    if (!in_scope(turn, scope)) continue;
    bytes_ += turn.text.size();
    if (scheme_->unit() == ShingleUnit::kWords) {
      read_words(turn.text);
    } else {
      read_characters(turn.text);
    }
  }
  return count_ >= scheme_->shingle();
}

void ShingleSigner::read_words(std::string_view text) {
  words_.start(text);
  for (auto words = words_.next(); !words.empty(); words = words_.next()) add(words);
}

// Between two turns there is one space; white space at both ends does not count.
void ShingleSigner::read_characters(std::string_view text) {
  characters_.clear();
  bool any = count_ > 0, space = any;
  auto put = [&](char32_t c) {
    std::uint64_t state = c;
    characters_.push_back(split_mix(state));
    if (characters_.size() < Words::kMaxWords) return;
    add(characters_);
    characters_.clear();
  };
  while (!text.empty()) {
    auto [c, size] = text::decode(text);
    text.remove_prefix(size);
    if (text::is_space(c)) {
      space = any;
      continue;
    }
    if (std::exchange(space, false)) put(U' ');
    any = true;
    put(c < 0x80 ? (c >= 'A' && c <= 'Z' ? c + 32 : c) : c < 0x800 ? fold_two_byte(c) : c);
  }
  if (!characters_.empty()) add(characters_);
}

void ShingleSigner::add(std::span<const std::uint64_t> units) {
  std::uint64_t rolling = rolling_;
  std::size_t at = at_, size = window_.size();
  for (std::size_t i = 0; i < units.size(); ++i) {
    rolling = rolling * kFactor + units[i] - window_[at] * oldest_factor_;
    window_[at] = units[i];
    if (++at == size) at = 0;
    shingles_[i] = mix(rolling);
  }
  // The first units of a record complete no shingle yet.
  std::size_t skip = count_ + 1 < size ? std::min(size - 1 - count_, units.size()) : 0;
  simd::minhash_update(scheme_->a(), scheme_->b(), min_.data(), scheme_->lanes(),
                       shingles_.data() + skip, units.size() - skip);
  if (kept_ != nullptr) {
    kept_->insert(kept_->end(), shingles_.data() + skip, shingles_.data() + units.size());
  }
  count_ += units.size();
  rolling_ = rolling;
  at_ = at;
}

Sketch ShingleSigner::sketch() const { return sketch_of(minima()); }

void ShingleSigner::band_keys(std::uint64_t* keys) const {
  std::size_t size = scheme_->rows() * sizeof(std::uint32_t);
  auto* bytes = reinterpret_cast<const char*>(min_.data());
  for (std::size_t band = 0; band < scheme_->bands(); ++band) {
    keys[band] = hash64({bytes + band * size, size}, band);
  }
}

}  // namespace corpus
