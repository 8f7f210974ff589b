// MinHash signatures of records, cut into bands (Broder 1997; banding as in Leskovec, Rajaraman and
// Ullman, "Mining of Massive Datasets", chapter 3).
//
// The words (or characters) of all turns in scope, in order, make shingles of `shingle` consecutive
// ones; a record is the set of its shingles. Of bands * rows hash functions the least value over
// the set is kept; `rows` minima at a time are hashed to one 64-bit band key. Two records of
// Jaccard similarity J agree in a given band with probability J^rows, in at least one with 1 - (1 -
// J^rows)^bands: half of the pairs at J about (1 / bands)^(1 / rows), 0.67 for 16 x 7.
//
// The minima are of 32-bit hashes, so records of more than some ten million words lose precision.
#ifndef CORPUS_DEDUP_SIGNATURE_H_
#define CORPUS_DEDUP_SIGNATURE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "corpus/component.h"
#include "corpus/record.h"
#include "dedup/band_entries.h"
#include "text/word_hashes.h"

namespace corpus {

// One worker's scratch for taking signatures. One thread at a time.
class Signer {
 public:
  virtual ~Signer() = default;
  // Reads the turns in scope. False when they hold less than one shingle: there is nothing to
  // compare then, and what the other methods return means nothing. With `shingles`, its content is
  // replaced by a 32-bit hash of each shingle, in order and with repetitions.
  virtual bool read(std::span<const Turn> turns, Scope scope,
                    std::vector<std::uint32_t>* shingles = nullptr) = 0;
  virtual void band_keys(std::uint64_t* keys) const = 0;  // writes one for each band
  virtual Sketch sketch() const = 0;
  std::uint64_t bytes() const { return bytes_; }  // of text in scope

 protected:
  std::uint64_t bytes_ = 0;
};

// A kind of signature. Immutable; threads may share it. It outlives its signers.
class SignerFactory {
 public:
  virtual ~SignerFactory() = default;
  virtual std::unique_ptr<Signer> make() const = 0;
  virtual std::size_t bands() const = 0;
  virtual std::size_t hashes() const = 0;
};

enum class ShingleUnit : std::uint8_t {
  kWords,       // text/word_hashes.h
  kCharacters,  // code points of the lower-cased text; a run of white space is one space
};

// Our own signatures.
class SignatureScheme final : public SignerFactory {
 public:
  struct Options {
    std::size_t shingle = 5;
    ShingleUnit unit = ShingleUnit::kWords;
    std::size_t bands = 16;
    std::size_t rows = 7;
    std::uint64_t seed = 1;
  };
  explicit SignatureScheme(const Options& options);

  std::size_t shingle() const { return options_.shingle; }
  ShingleUnit unit() const { return options_.unit; }
  std::unique_ptr<Signer> make() const override;
  std::size_t bands() const override { return options_.bands; }
  std::size_t rows() const { return options_.rows; }
  std::size_t hashes() const override { return options_.bands * options_.rows; }
  std::size_t lanes() const { return a_.size(); }  // hashes(), padded for the kernel
  const std::uint32_t* a() const { return a_.data(); }
  const std::uint32_t* b() const { return b_.data(); }

 private:
  Options options_;
  std::vector<std::uint32_t> a_, b_;
};

// The scheme has to outlive it.
class ShingleSigner final : public Signer {
 public:
  explicit ShingleSigner(const SignatureScheme& scheme);

  bool read(std::span<const Turn> turns, Scope scope,
            std::vector<std::uint32_t>* shingles = nullptr) override;
  void band_keys(std::uint64_t* keys) const override;
  Sketch sketch() const override;
  std::span<const std::uint32_t> minima() const { return {min_.data(), scheme_->hashes()}; }

 private:
  void read_words(std::string_view text);
  void read_characters(std::string_view text);
  void add(std::span<const std::uint64_t> units);

  const SignatureScheme* scheme_;
  std::uint64_t oldest_factor_;  // what the unit that leaves a shingle was multiplied with
  Words words_;
  std::vector<std::uint64_t> characters_;  // hashes
  std::vector<std::uint64_t> window_;      // hashes of the last `shingle` units, as a ring
  std::size_t at_ = 0;
  std::uint64_t rolling_ = 0;
  std::uint64_t count_ = 0;  // units so far
  std::vector<std::uint32_t> shingles_;
  std::vector<std::uint32_t> min_;
  std::vector<std::uint32_t>* kept_ = nullptr;
};

// Two bits of each of the first minima.
template <typename T>
Sketch sketch_of(std::span<const T> minima) {
  Sketch sketch;
  for (std::size_t i = 0; i < minima.size() && i < Sketch::kMinima; ++i) {
    sketch.words[i / 32] |= std::uint64_t{minima[i] & 3U} << (2 * (i % 32));
  }
  return sketch;
}

}  // namespace corpus

#endif  // CORPUS_DEDUP_SIGNATURE_H_
