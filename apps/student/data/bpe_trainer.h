// Trains a byte-level BPE tokenizer (Sennrich et al. 2016, over bytes as in GPT-2) and prints it as tokenizer.json.
//
// Merges are learned over counted words: the most frequent pair first, ties to the pair of lower ids, so equal counts
// give equal bytes on every machine. Digits stand alone, so that a small model can calculate. The split pattern is
// Qwen 2's; while counting, every byte above 127 is taken for a letter. Where that differs from Unicode's letters it
// costs a merge that is never used, not a wrong id: encoding follows the file.
#ifndef STUDENT_DATA_BPE_TRAINER_H_
#define STUDENT_DATA_BPE_TRAINER_H_

#include <corpus/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace student {

using corpus::Result;

class WordCounts {
 public:
  void add(std::string_view text);
  void merge(const WordCounts& other);
  const std::unordered_map<std::string, std::uint64_t>& words() const { return words_; }

  static constexpr std::size_t kLongestWord = 128;  // bytes; longer ones (encoded data) teach nothing and are left out

 private:
  std::unordered_map<std::string, std::uint64_t> words_;
};

// Counts the words of every turn and text in what libcorpus reads there. threads 0: all there are.
Result<WordCounts> count_words(const std::vector<std::string>& paths, int threads);

struct BpeOptions {
  std::int32_t vocab = 8192;    // ids, special tokens included: at least specials + 256
  std::uint64_t min_count = 2;  // a pair that is rarer is not merged
  // Get the lowest ids. These are the ones of ChatML; the first ends a text.
  std::vector<std::string> specials = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
};

// The text of tokenizer.json. It may hold fewer ids than asked for when the text has no more pairs.
Result<std::string> train_bpe(const WordCounts& counts, const BpeOptions& options);

}  // namespace student

#endif  // STUDENT_DATA_BPE_TRAINER_H_
