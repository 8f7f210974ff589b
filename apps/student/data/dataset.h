// Documents to train on, as token ids with a mask of what the student is to learn.
//
// Read from whatever libcorpus reads (JSON Lines and arrays, CSV, text; plain, zstd, gzip; a corpus folder),
// through its adapters. A conversation becomes one document: along the best-ranked answers, up to the last
// thing the assistant said. Reasoning and tool calls are left out: the student learns answers. Text without
// roles is learned whole and cut into documents of --length; conversations are never cut: one that is too
// long is counted and left out.
#ifndef STUDENT_DATA_DATASET_H_
#define STUDENT_DATA_DATASET_H_

#include <corpus/result.h>
#include <corpus/tokenizer.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace student {

using corpus::Result;
using corpus::TokenId;

struct DataInput {
  std::string name;
  std::uint64_t records = 0;
  std::string xxh3;  // of the stored bytes
};

struct Dataset {
  std::vector<TokenId> tokens;
  std::vector<std::uint8_t> learn;        // as TemplatedText::learn, of each token
  std::vector<std::uint64_t> starts = {0};  // of documents in tokens; one more than there are

  // A teacher's top-k log-probabilities for predicting each token, [tokens * topk]; topk 0: none.
  // -1 in the first column: none for this token.
  std::int32_t topk = 0;
  std::vector<TokenId> topk_ids;
  std::vector<float> topk_logprobs;

  std::uint64_t records = 0;      // read
  std::uint64_t malformed = 0;    // no JSON, or no text or conversation in it
  std::uint64_t unanswered = 0;   // conversations without an assistant's turn
  std::uint64_t too_long = 0;     // conversations over the length
  std::uint64_t longest = 0;      // tokens of the longest of those
  std::uint64_t learned = 0;      // tokens that the loss counts
  std::uint64_t with_teacher = 0;     // documents with a teacher's log-probabilities
  std::uint64_t teacher_differs = 0;  // documents whose teacher's tokens are not the student's
  std::vector<DataInput> inputs;

  std::size_t size() const { return starts.size() - 1; }
  std::uint32_t length(std::size_t i) const { return static_cast<std::uint32_t>(starts[i + 1] - starts[i]); }
};

struct DatasetOptions {
  std::uint32_t length = 2048;  // of the longest document, in tokens
  TokenId end_of_text = -1;     // put behind text without roles, and learned; -1: none
  std::int32_t topk = 0;        // how many of a capture's log-probabilities to keep; 0: do not look for them
  int threads = 0;              // 0: all there are
};

// kInvalidArgument when nothing is left to learn from, with the counts.
Result<Dataset> read_dataset(const std::vector<std::string>& paths, const corpus::Tokenizer& tokenizer,
                             const corpus::ChatTemplate& chat, const DatasetOptions& options);

}  // namespace student

#endif  // STUDENT_DATA_DATASET_H_
