#include "quality/ngram_model.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/hash.h"
#include "quality/ngram_hash.h"

namespace corpus::quality {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

}  // namespace

void NgramModel::Table::size_for(std::uint64_t entries) {
  slots.resize(std::bit_ceil(entries + entries / 2 + 1));
}

NgramModel::Entry& NgramModel::Table::place(std::uint64_t key) {
  key += key == 0;
  std::size_t mask = slots.size() - 1;
  for (std::size_t at = key & mask;; at = (at + 1) & mask) {
    if (slots[at].key == 0) slots[at].key = key;
    if (slots[at].key == key) return slots[at];
  }
}

const NgramModel::Entry* NgramModel::Table::find(std::uint64_t key) const {
  key += key == 0;
  std::size_t mask = slots.size() - 1;
  for (std::size_t at = key & mask; slots[at].key != 0; at = (at + 1) & mask) {
    if (slots[at].key == key) return &slots[at];
  }
  return nullptr;
}

std::uint32_t NgramModel::find_word(std::uint64_t hash) const {
  std::size_t mask = words_.size() - 1;
  for (std::size_t at = hash >> 1 & mask; words_[at].hash != 0; at = (at + 1) & mask) {
    if (words_[at].hash == hash) return words_[at].id;
  }
  return unknown_;
}

// log10 of the probability of `word` behind `context`, which it then is part of.
float NgramModel::next(std::uint32_t word, Context& context) const {
  Context out;
  out.words[0] = word;
  out.backoffs[0] = unigrams_[word].backoff;
  float probability = unigrams_[word].probability;
  std::size_t matched = 0;  // words of the context
  std::uint64_t hash = ngram_hash(word);
  std::size_t known = 1;  // n-grams up to this length may be contexts
  for (std::size_t i = 0; i < context.size; ++i) {
    hash = ngram_hash(hash, context.words[i]);
    const Entry* entry = tables_[i].find(hash);
    if (entry == nullptr) {
      if (!gaps_) break;
      if (i + 2 < order_) out.words[i + 1] = context.words[i], out.backoffs[i + 1] = 0;
      continue;
    }
    matched = i + 1;
    probability = entry->probability;
    if (i + 2 < order_) {
      out.words[i + 1] = context.words[i];
      out.backoffs[i + 1] = entry->backoff;
      known = i + 2;
    }
  }
  for (std::size_t i = matched; i < context.size; ++i) probability += context.backoffs[i];
  out.size = std::min(known, order_ - 1);
  context = out;
  return probability;
}

// Scores words a block at a time, because nearly every look-up waits for memory: first all words
// are asked for, then all entries that their first n-grams need, and then they are there.
class NgramModel::Scorer {
 public:
  explicit Scorer(const NgramModel& model) : model_(model) {}

  void word(std::string_view word) {
    std::uint64_t hash = hash64(word) | 1;
    prefetch(model_.words_, hash >> 1);
    push(hash);
    open_ = true;
  }
  void end_line() {
    if (open_) push(kEndOfLine);
    open_ = false;
  }
  Score finish() {
    end_line();
    flush();
    return out_;
  }

 private:
  static constexpr std::size_t kBlock = 32;
  static constexpr std::uint64_t kEndOfLine = 0;  // no word has this hash

  template <typename T>
  static void prefetch(const std::vector<T>& table, std::uint64_t hash) {
    __builtin_prefetch(&table[hash & (table.size() - 1)]);
  }
  void push(std::uint64_t hash) {
    hashes_[size_++] = hash;
    if (size_ == kBlock) flush();
  }

  void flush() {
    for (std::size_t i = 0; i < size_; ++i) {
      bool ends = hashes_[i] == kEndOfLine;
      std::uint32_t id = ids_[i] = ends ? model_.end_ : model_.find_word(hashes_[i]);
      __builtin_prefetch(&model_.unigrams_[id]);
      std::uint64_t hash = ngram_hash(id);
      for (std::size_t n = 0; n < 2 && n < model_.tables_.size(); ++n) {
        hash = ngram_hash(hash, before_[n]);
        prefetch(model_.tables_[n].slots, hash);
      }
      before_[1] = before_[0];
      before_[0] = ends ? model_.begin_ : id;
    }
    for (std::size_t i = 0; i < size_; ++i) {
      if (!inside_) {
        inside_ = true;
        context_.words[0] = model_.begin_;
        context_.backoffs[0] = model_.unigrams_[model_.begin_].backoff;
        context_.size = std::min<std::size_t>(1, model_.order_ - 1);
      }
      out_.log10 += model_.next(ids_[i], context_);
      if (hashes_[i] == kEndOfLine) {
        ++out_.sentences;
        inside_ = false;
      } else {
        ++out_.words;
        out_.unknown += ids_[i] == model_.unknown_;
      }
    }
    size_ = 0;
  }

  const NgramModel& model_;
  Score out_;
  Context context_;
  std::array<std::uint64_t, kBlock> hashes_;
  std::array<std::uint32_t, kBlock> ids_;
  std::array<std::uint32_t, 2> before_{model_.begin_,
                                       model_.begin_};  // only a guess, to prefetch by
  std::size_t size_ = 0;
  bool open_ = false, inside_ = false;  // in a sentence: when words come in, when they are scored
};

NgramModel::Score NgramModel::score(std::string_view text) const {
  Scorer scorer(*this);
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      if (text[i++] == '\n') scorer.end_line();
      continue;
    }
    std::size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    scorer.word(text.substr(begin, i - begin));
  }
  return scorer.finish();
}

std::uint64_t NgramModel::memory() const {
  std::uint64_t out = words_.size() * sizeof(Word) + unigrams_.size() * sizeof(Entry);
  for (const Table& table : tables_) out += table.slots.size() * sizeof(Entry);
  return out;
}

double NgramModel::Score::perplexity() const {
  return words == 0 ? 0 : std::pow(10.0, -log10 / static_cast<double>(words + sentences));
}

}  // namespace corpus::quality
