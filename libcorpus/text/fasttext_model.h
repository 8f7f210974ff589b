// A supervised fastText model (Joulin et al., 2016), from the .bin and .ftz files of fastText 0.9:
// language identification, quality classifiers.
//
// Reads versions 11 and 12 of the format, quantised or not, with the losses softmax, hierarchical
// softmax, negative sampling and one-vs-all. Gives fastText's own probabilities (to about 1e-5:
// sums are made in another order; of the last two losses to 0.01: fastText looks them up in a
// table) without its allocations: the vector of each word is made once and remembered in a Scratch
// of bounded size, which never changes a result. Words are cut as fastText cuts them, at white
// space; a line feed counts as white space, and the end of the text as the end of the line.
// Immutable after parse(); threads may share one, each with its own Scratch.
#ifndef CORPUS_TEXT_FASTTEXT_MODEL_H_
#define CORPUS_TEXT_FASTTEXT_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"

namespace corpus::text {

class FastTextBytes;

class FastTextModel {
 public:
  // True when `bytes` begin as a fastText model does.
  static bool sniff(std::string_view bytes);
  static Result<FastTextModel> parse(std::string_view bytes);

  std::size_t labels() const { return labels_.size(); }
  const std::string& label(std::size_t i) const { return labels_[i]; }  // without "__label__"
  std::uint64_t memory() const;  // bytes held, about
  // labels() when there is none of that name.
  std::size_t label_index(std::string_view name) const;

  class Scratch;
  struct Best {
    std::size_t label = 0;
    float probability = 0;  // 0: nothing of the text is known to the model
  };
  Best best(std::string_view text, Scratch& scratch) const;
  // Of each label, as fastText's predict with k = labels() says; all 0 for a text that is not
  // known.
  void probabilities(std::string_view text, Scratch& scratch, std::span<float> out) const;

  class Scratch {
   public:
    explicit Scratch(const FastTextModel& model);

   private:
    friend class FastTextModel;
    static constexpr std::size_t kBytes = std::size_t{4} << 20;
    struct Slot {
      std::uint64_t key = 0;   // 0: free
      std::uint32_t rows = 0;  // how many were added up
      std::uint32_t hash = 0;  // fastText's, for word n-grams
    };
    std::vector<Slot> slots;  // as many as kBytes hold, a power of two
    std::vector<float> sums;  // [slot][dim]
    std::vector<float> hidden, scores;
    std::vector<std::int32_t> hashes;
    std::string word;
  };

 private:
  enum class Loss { kHierarchical = 1, kNegative = 2, kSoftmax = 3, kOneVsAll = 4 };
  struct Node {
    std::int32_t left = -1, right = -1;
  };
  struct KeptBucket {
    std::int32_t bucket = -1, row = -1;
  };
  Result<void> read(FastTextBytes& in);
  Result<void> read_words(FastTextBytes& in, std::vector<std::int64_t>& label_counts);
  void build_tree(const std::vector<std::int64_t>& counts);
  std::int32_t word_id(std::string_view word, std::uint32_t hash) const;
  // The row of a hashed n-gram; -1 when the model was pruned of it.
  std::int32_t bucket_row(std::uint32_t bucket) const;
  const Scratch::Slot& look_up(std::string_view word, Scratch& scratch) const;
  bool embed(std::string_view text, Scratch& scratch) const;
  float output(std::size_t row, const std::vector<float>& hidden) const;

  std::size_t dim_ = 0;
  int word_ngrams_ = 1, min_n_ = 0, max_n_ = 0;
  std::uint32_t buckets_ = 0;
  Loss loss_ = Loss::kSoftmax;
  std::vector<std::string> words_, labels_;
  std::vector<std::int32_t> word_table_;  // open addressing by fastText's hash; -1 free
  bool pruned_ = false;
  std::vector<KeptBucket> kept_buckets_;  // open addressing; bucket -1 is free
  std::vector<std::uint64_t>
      kept_bits_;  // by the low bits of the bucket: small enough to stay in the cache
  std::vector<float> input_, output_;  // rows of dim_
  std::vector<Node> tree_;             // hierarchical softmax
};

}  // namespace corpus::text

#endif  // CORPUS_TEXT_FASTTEXT_MODEL_H_
