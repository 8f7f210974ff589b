// MinHash signatures of records, cut into bands (Broder 1997; banding as in Leskovec, Rajaraman and
// Ullman, "Mining of Massive Datasets", chapter 3).
//
// The words of all turns in scope, in order, make shingles of `shingle` consecutive words; a record
// is the set of its shingles. Of bands * rows hash functions the least value over the set is kept;
// `rows` minima at a time are hashed to one 64-bit band key. Two records of Jaccard similarity J
// agree in a given band with probability J^rows, in at least one with 1 - (1 - J^rows)^bands: half
// of the pairs at J about (1 / bands)^(1 / rows), 0.72 for 14 x 8.
//
// The minima are of 32-bit hashes, so records of more than some ten million words lose precision.
#ifndef CORPUS_DEDUP_SIGNATURE_H_
#define CORPUS_DEDUP_SIGNATURE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "dedup/words.h"

namespace corpus {

// Which hash functions. Immutable; threads may share it.
class SignatureScheme {
 public:
  struct Options {
    std::size_t shingle = 5;  // words
    std::size_t bands = 14;
    std::size_t rows = 8;
    std::uint64_t seed = 1;
  };
  explicit SignatureScheme(const Options& options);

  std::size_t shingle() const { return options_.shingle; }
  std::size_t bands() const { return options_.bands; }
  std::size_t rows() const { return options_.rows; }
  std::size_t hashes() const { return options_.bands * options_.rows; }
  std::size_t lanes() const { return a_.size(); }  // hashes(), padded for the kernel
  const std::uint32_t* a() const { return a_.data(); }
  const std::uint32_t* b() const { return b_.data(); }

 private:
  Options options_;
  std::vector<std::uint32_t> a_, b_;
};

// One worker's scratch. The scheme has to outlive it.
class Signer {
 public:
  explicit Signer(const SignatureScheme& scheme);

  // Reads the turns in scope. False when they hold fewer words than one shingle: there is nothing
  // to compare then, and minima() and band_keys() mean nothing.
  bool read(std::span<const Turn> turns, Scope scope);

  std::span<const std::uint32_t> minima() const { return {min_.data(), scheme_->hashes()}; }
  // Writes scheme.bands() keys.
  void band_keys(std::uint64_t* keys) const;
  std::uint64_t bytes() const { return bytes_; }  // of text in scope

 private:
  void add(std::span<const std::uint64_t> words);

  const SignatureScheme* scheme_;
  std::uint64_t oldest_factor_;  // what the word that leaves a shingle was multiplied with
  Words words_;
  std::vector<std::uint64_t> window_;  // hashes of the last `shingle` words, as a ring
  std::size_t at_ = 0;
  std::uint64_t rolling_ = 0;
  std::uint64_t count_ = 0;  // words so far
  std::uint64_t bytes_ = 0;
  std::vector<std::uint32_t> shingles_;
  std::vector<std::uint32_t> min_;
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_SIGNATURE_H_
