// Packs documents into sequences of at most `length` tokens without cutting any (corpus/packing.h),
// over a window of documents, so that memory is bounded.
//
// What comes out depends on the documents and their order only. Sequences leave a window in the
// order of their first documents. Serial.
#ifndef CORPUS_TOKENS_PACKER_H_
#define CORPUS_TOKENS_PACKER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "corpus/result.h"
#include "tokens/sequence_writer.h"

namespace corpus::tokens {

class Packer {
 public:
  using Emit = std::function<Result<void>(std::span<const Document>)>;
  // length 0: each document is a sequence of its own. `window`: tokens that are packed together.
  Packer(std::uint32_t length, std::uint64_t window, Emit emit)
      : length_(length), window_(window), emit_(std::move(emit)) {}

  // The document is not empty and, unless length is 0, at most length tokens. Copied.
  Result<void> add(const Document& document);
  Result<void> finish();  // the last window

  static constexpr std::uint64_t kWindow = std::uint64_t{4} << 20;

 private:
  Result<void> pack();

  std::uint32_t length_;
  std::uint64_t window_;
  Emit emit_;
  std::vector<TokenId> ids_;
  std::vector<std::uint8_t> learn_;
  std::vector<std::uint64_t> ends_;
};

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_PACKER_H_
