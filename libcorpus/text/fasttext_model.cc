#include "text/fasttext_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/hash.h"
#include "text/fasttext_bytes.h"

namespace corpus::text {
namespace {

constexpr std::int32_t kMagic = 793712314;
constexpr std::string_view kLabelPrefix = "__label__";
constexpr std::string_view kLineEnd = "</s>";
constexpr std::uint32_t kHashStart = 2166136261U;

// FNV-1a over *signed* bytes: a mistake of fastText's that its models now depend on.
inline std::uint32_t hash_byte(std::uint32_t hash, char c) {
  return (hash ^
          static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<signed char>(c)))) *
         16777619U;
}
std::uint32_t fnv(std::string_view s) {
  std::uint32_t hash = kHashStart;
  for (char c : s) hash = hash_byte(hash, c);
  return hash;
}

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }
inline bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

inline void add_row(const float* from, std::size_t dim, float* to) {
  for (std::size_t i = 0; i < dim; ++i) to[i] += from[i];
}

Error corrupt(std::string what) {
  return {Code::kCorrupt, "no whole fastText model: " + std::move(what)};
}

float logistic(float x) { return 1.0F / (1.0F + std::exp(-x)); }
// fastText adds 1e-5 before it takes a logarithm, so that its probabilities can exceed 1 a little.
float log_probability(float p) { return std::log(p + 1e-5F); }

}  // namespace

bool FastTextModel::sniff(std::string_view bytes) {
  std::int32_t magic = 0;
  return FastTextBytes(bytes).get(&magic) && magic == kMagic;
}

Result<FastTextModel> FastTextModel::parse(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little,
                "models are stored as little-endian machines wrote them");
  FastTextBytes in(bytes);
  FastTextModel out;
  CORPUS_CHECK(out.read(in));
  return out;
}

Result<void> FastTextModel::read(FastTextBytes& in) {
  std::int32_t magic = 0, version = 0, args[12];
  double sampling = 0;
  if (!in.get(&magic) || magic != kMagic) return corrupt("it does not begin as one");
  if (!in.get(&version) || version < 11 || version > 12) {
    return Error{Code::kUnsupported, "a fastText model of version " + std::to_string(version) +
                                         ", not 11 or 12; write it again with fastText 0.9"};
  }
  if (!in.get(&args) || !in.get(&sampling)) return corrupt("it ends in its header");
  enum {
    kDim,
    kWindow,
    kEpoch,
    kMinCount,
    kNegatives,
    kWordNgrams,
    kLoss,
    kModel,
    kBuckets,
    kMinN,
    kMaxN
  };
  constexpr int kSupervised = 3;
  if (args[kModel] != kSupervised) {
    return Error{Code::kUnsupported,
                 "a fastText model of word vectors; name one that was trained with `supervised`"};
  }
  if (args[kDim] <= 0 || args[kDim] > 1 << 14 || args[kLoss] < 1 || args[kLoss] > 4 ||
      args[kBuckets] < 0) {
    return corrupt("its header makes no sense");
  }
  dim_ = static_cast<std::size_t>(args[kDim]);
  loss_ = static_cast<Loss>(args[kLoss]);
  word_ngrams_ = args[kWordNgrams];
  buckets_ = static_cast<std::uint32_t>(args[kBuckets]);
  min_n_ = args[kMinN];
  max_n_ = version == 11 ? 0 : args[kMaxN];  // before version 12 supervised models ignored them
  if (buckets_ == 0) max_n_ = 0, word_ngrams_ = 1;

  std::vector<std::int64_t> label_counts;
  CORPUS_CHECK(read_words(in, label_counts));
  std::uint8_t quantised = 0, output_quantised = 0;
  std::int64_t rows = 0, label_rows = 0;
  if (!in.get(&quantised) || !in.get_matrix(quantised != 0, dim_, &input_, &rows) ||
      !in.get(&output_quantised) ||
      !in.get_matrix(quantised != 0 && output_quantised != 0, dim_, &output_, &label_rows)) {
    return corrupt("its matrices are cut off or of another size");
  }
  auto needed = static_cast<std::int64_t>(words_.size());
  if (pruned_) {
    for (const auto& [bucket, row] : kept_buckets_) {
      if (bucket >= 0)
        needed = std::max<std::int64_t>(
            needed, std::int64_t{row} + 1 + static_cast<std::int64_t>(words_.size()));
    }
  } else if (max_n_ > 0 || word_ngrams_ > 1) {
    needed += buckets_;
  }
  if (rows < needed || label_rows != static_cast<std::int64_t>(labels_.size())) {
    return corrupt("it has more words than rows");
  }
  if (loss_ == Loss::kHierarchical) build_tree(label_counts);
  return {};
}

Result<void> FastTextModel::read_words(FastTextBytes& in, std::vector<std::int64_t>& label_counts) {
  std::int32_t size = 0, words = 0, labels = 0;
  std::int64_t tokens = 0, kept = 0;
  if (!in.get(&size) || !in.get(&words) || !in.get(&labels) || !in.get(&tokens) || !in.get(&kept) ||
      words < 0 || labels < 1 || std::int64_t{words} + labels != size) {
    return corrupt("its dictionary makes no sense");
  }
  std::string word;
  for (std::int32_t i = 0; i < size; ++i) {
    std::int64_t count = 0;
    std::int8_t type = 0;
    if (!in.get_word(&word) || !in.get(&count) || !in.get(&type))
      return corrupt("its dictionary is cut off");
    if ((type != 0) != (i >= words)) return corrupt("its words and labels are mixed");
    if (type == 0) {
      words_.push_back(word);
    } else {
      if (count < 0 || count > std::int64_t{1} << 40)
        return corrupt("its dictionary makes no sense");
      labels_.push_back(word.starts_with(kLabelPrefix) ? word.substr(kLabelPrefix.size()) : word);
      label_counts.push_back(count);
    }
  }
  word_table_.assign(std::bit_ceil(2 * words_.size() + 1), -1);
  for (std::size_t i = 0; i < words_.size(); ++i) {
    std::size_t at = fnv(words_[i]) & (word_table_.size() - 1);
    while (word_table_[at] >= 0) at = (at + 1) & (word_table_.size() - 1);
    word_table_[at] = static_cast<std::int32_t>(i);
  }
  pruned_ = kept >= 0;
  if (!pruned_) return {};
  std::vector<KeptBucket> pairs;
  if (!in.get_array(kept, &pairs)) return corrupt("its list of kept n-grams is cut off");
  kept_buckets_.assign(std::bit_ceil(2 * pairs.size() + 1), KeptBucket());
  kept_bits_.assign(std::bit_ceil(pairs.size() / 8 + 1), 0);
  for (KeptBucket pair : pairs) {
    if (pair.bucket < 0 || pair.row < 0) return corrupt("its list of kept n-grams makes no sense");
    std::size_t at = static_cast<std::uint32_t>(pair.bucket) & (kept_buckets_.size() - 1);
    while (kept_buckets_[at].bucket >= 0) at = (at + 1) & (kept_buckets_.size() - 1);
    kept_buckets_[at] = pair;
    auto bit = static_cast<std::uint32_t>(pair.bucket);
    kept_bits_[bit / 64 & (kept_bits_.size() - 1)] |= std::uint64_t{1} << bit % 64;
  }
  return {};
}

// Huffman's tree over the labels, which come sorted by count, in fastText's order.
void FastTextModel::build_tree(const std::vector<std::int64_t>& counts) {
  auto n = static_cast<std::int32_t>(counts.size());
  std::vector<std::int64_t> weights(2 * counts.size() - 1, static_cast<std::int64_t>(1e15));
  std::copy(counts.begin(), counts.end(), weights.begin());
  tree_.resize(weights.size());
  std::int32_t leaf = n - 1, node = n;
  auto weight = [&](std::int32_t i) -> std::int64_t& {
    return weights[static_cast<std::size_t>(i)];
  };
  for (std::int32_t i = n; i < 2 * n - 1; ++i) {
    std::int32_t least[2];
    for (auto& l : least) l = leaf >= 0 && weight(leaf) < weight(node) ? leaf-- : node++;
    tree_[static_cast<std::size_t>(i)] = {least[0], least[1]};
    weight(i) = weight(least[0]) + weight(least[1]);
  }
}

std::uint64_t FastTextModel::memory() const {
  return (input_.size() + output_.size() + word_table_.size()) * sizeof(float) +
         kept_buckets_.size() * sizeof(KeptBucket) +
         (words_.size() + labels_.size()) * 2 * sizeof(std::string);
}

std::size_t FastTextModel::label_index(std::string_view name) const {
  return static_cast<std::size_t>(std::find(labels_.begin(), labels_.end(), name) -
                                  labels_.begin());
}

FastTextModel::Scratch::Scratch(const FastTextModel& model)
    : slots(std::bit_floor(kBytes / (sizeof(Slot) + model.dim_ * sizeof(float)))),
      sums(slots.size() * model.dim_),
      hidden(model.dim_),
      scores(model.labels()) {}

std::int32_t FastTextModel::word_id(std::string_view word, std::uint32_t hash) const {
  std::size_t mask = word_table_.size() - 1;
  for (std::size_t at = hash & mask; word_table_[at] >= 0; at = (at + 1) & mask) {
    if (words_[static_cast<std::size_t>(word_table_[at])] == word) return word_table_[at];
  }
  return -1;
}

std::int32_t FastTextModel::bucket_row(std::uint32_t bucket) const {
  auto words = static_cast<std::int32_t>(words_.size());
  if (!pruned_) return words + static_cast<std::int32_t>(bucket);
  if ((kept_bits_[bucket / 64 & (kept_bits_.size() - 1)] >> bucket % 64 & 1) == 0) return -1;
  std::size_t mask = kept_buckets_.size() - 1;
  for (std::size_t at = bucket & mask; kept_buckets_[at].bucket >= 0; at = (at + 1) & mask) {
    if (kept_buckets_[at].bucket == static_cast<std::int32_t>(bucket))
      return words + kept_buckets_[at].row;
  }
  return -1;
}

const FastTextModel::Scratch::Slot& FastTextModel::look_up(std::string_view word,
                                                           Scratch& scratch) const {
  std::uint64_t key = hash64(word) | 1;
  std::size_t at = key >> 32 & (scratch.slots.size() - 1);
  Scratch::Slot& slot = scratch.slots[at];
  if (slot.key == key) return slot;
  slot = {key, 0, fnv(word)};
  float* sum = &scratch.sums[at * dim_];
  std::fill_n(sum, dim_, 0.0F);
  auto add = [&](std::int32_t row) {
    if (row < 0) return;
    add_row(&input_[static_cast<std::size_t>(row) * dim_], dim_, sum);
    ++slot.rows;
  };
  std::int32_t id = word_id(word, slot.hash);
  if (id < 0 && word.starts_with(kLabelPrefix)) {
    slot.hash = 0;
    return slot;
  }
  add(id);
  if (max_n_ <= 0 || word == kLineEnd) return slot;
  std::string& marked = scratch.word;
  marked.assign(1, '<').append(word).push_back('>');
  for (std::size_t i = 0; i < marked.size(); ++i) {
    if (is_tail(marked[i])) continue;
    std::uint32_t hash = kHashStart;
    std::size_t end = i;
    for (int n = 1; end < marked.size() && n <= max_n_; ++n) {
      do hash = hash_byte(hash, marked[end++]);
      while (end < marked.size() && is_tail(marked[end]));
      if (n >= min_n_ && !(n == 1 && (i == 0 || end == marked.size())))
        add(bucket_row(hash % buckets_));
    }
  }
  return slot;
}

// The mean of the rows of all words into scratch.hidden; false when there are none.
bool FastTextModel::embed(std::string_view text, Scratch& scratch) const {
  auto& hidden = scratch.hidden;
  std::fill(hidden.begin(), hidden.end(), 0.0F);
  scratch.hashes.clear();
  std::size_t rows = 0;
  auto add = [&](std::string_view word) {
    const auto& slot = look_up(word, scratch);
    if (slot.rows > 0) {
      add_row(&scratch.sums[static_cast<std::size_t>(&slot - scratch.slots.data()) * dim_], dim_,
              hidden.data());
      rows += slot.rows;
    }
    if (word_ngrams_ > 1 && (slot.hash != 0 || slot.rows > 0)) {
      scratch.hashes.push_back(static_cast<std::int32_t>(slot.hash));
    }
  };
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    std::size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    add(text.substr(begin, i - begin));
  }
  add(kLineEnd);
  // Hashes are signed in fastText and extend so to 64 bits.
  auto wide = [](std::int32_t hash) { return static_cast<std::uint64_t>(std::int64_t{hash}); };
  const auto& hashes = scratch.hashes;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::uint64_t hash = wide(hashes[i]);
    std::size_t end = std::min(hashes.size(), i + static_cast<std::size_t>(word_ngrams_));
    for (std::size_t j = i + 1; j < end; ++j) {
      hash = hash * 116049371U + wide(hashes[j]);
      std::int32_t row = bucket_row(static_cast<std::uint32_t>(hash % buckets_));
      if (row < 0) continue;
      add_row(&input_[static_cast<std::size_t>(row) * dim_], dim_, hidden.data());
      ++rows;
    }
  }
  if (rows == 0) return false;
  float scale = 1.0F / static_cast<float>(rows);
  for (float& x : hidden) x *= scale;
  return true;
}

float FastTextModel::output(std::size_t row, const std::vector<float>& hidden) const {
  float out = 0;
  const float* weights = &output_[row * dim_];
  for (std::size_t i = 0; i < dim_; ++i) out += weights[i] * hidden[i];
  return out;
}

void FastTextModel::probabilities(std::string_view text, Scratch& scratch,
                                  std::span<float> out) const {
  if (!embed(text, scratch)) {
    std::fill(out.begin(), out.end(), 0.0F);
    return;
  }
  if (loss_ == Loss::kHierarchical) {
    auto walk = [&](auto& self, std::int32_t node, float score) -> void {
      const Node& at = tree_[static_cast<std::size_t>(node)];
      if (at.left < 0) {
        out[static_cast<std::size_t>(node)] = std::exp(score);
        return;
      }
      float right = logistic(output(static_cast<std::size_t>(node) - labels(), scratch.hidden));
      self(self, at.left, score + log_probability(1 - right));
      self(self, at.right, score + log_probability(right));
    };
    walk(walk, static_cast<std::int32_t>(tree_.size()) - 1, 0);
    return;
  }
  for (std::size_t i = 0; i < labels(); ++i) out[i] = output(i, scratch.hidden);
  if (loss_ == Loss::kSoftmax) {
    float most = *std::max_element(out.begin(), out.end()), sum = 0;
    for (float& x : out) sum += x = std::exp(x - most);
    for (float& x : out) x /= sum;
  } else {
    for (float& x : out) x = logistic(x);
  }
}

FastTextModel::Best FastTextModel::best(std::string_view text, Scratch& scratch) const {
  if (loss_ != Loss::kHierarchical) {
    probabilities(text, scratch, scratch.scores);
    auto most = std::max_element(scratch.scores.begin(), scratch.scores.end());
    return {static_cast<std::size_t>(most - scratch.scores.begin()), *most};
  }
  if (!embed(text, scratch)) return {};
  // The likelier branch first; what falls below the best leaf so far is not walked.
  Best out;
  float best_score = -std::numeric_limits<float>::infinity();
  auto walk = [&](auto& self, std::int32_t node, float score) -> void {
    if (score < best_score) return;
    const Node& at = tree_[static_cast<std::size_t>(node)];
    if (at.left < 0) {
      best_score = score;
      out = {static_cast<std::size_t>(node), std::min(1.0F, std::exp(score))};
      return;
    }
    float right = logistic(output(static_cast<std::size_t>(node) - labels(), scratch.hidden));
    float left_score = score + log_probability(1 - right),
          right_score = score + log_probability(right);
    if (left_score >= right_score) {
      self(self, at.left, left_score);
      self(self, at.right, right_score);
    } else {
      self(self, at.right, right_score);
      self(self, at.left, left_score);
    }
  };
  walk(walk, static_cast<std::int32_t>(tree_.size()) - 1, 0);
  return out;
}

}  // namespace corpus::text
