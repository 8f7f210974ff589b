// Where packed sequences go: a token file or Megatron's pair of files. Serial; bounded memory.
#ifndef CORPUS_TOKENS_SEQUENCE_WRITER_H_
#define CORPUS_TOKENS_SEQUENCE_WRITER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "corpus/result.h"
#include "corpus/tokenizer.h"

namespace corpus::tokens {

struct Document {
  std::span<const TokenId> ids;
  std::span<const std::uint8_t> learn;  // as long as ids
};

struct WriterOptions {
  std::string dir;
  std::uint32_t length = 0;
  std::int32_t vocab_size = 0;
  std::string fingerprint;
  std::string template_name;
};

class SequenceWriter {
 public:
  virtual ~SequenceWriter() = default;
  virtual Result<void> open() = 0;
  virtual Result<void> write(std::span<const Document> sequence) = 0;
  // Writes what belongs at the end, syncs, and gives the files their names.
  virtual Result<void> close() = 0;
  virtual std::uint64_t bytes() const = 0;
};

std::unique_ptr<SequenceWriter> make_token_file_writer(WriterOptions options);  // DIR/tokens.tok
std::unique_ptr<SequenceWriter> make_megatron_writer(
    WriterOptions options);  // DIR/{tokens,learn}.{bin,idx}

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_SEQUENCE_WRITER_H_
