// How many English tokens of which kind the texts of a batch have: counted by the first rule set that
// walks a text, looked up by the others.
#ifndef CORPUS_FILTERS_TOKEN_NOTES_H_
#define CORPUS_FILTERS_TOKEN_NOTES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "corpus/batch.h"
#include "text/token_walk.h"

namespace corpus {

// The words that walks look out for when nobody says otherwise: Gopher's stop words.
inline const std::vector<std::string>& gopher_stop_words() {
  static const auto* words =
      new std::vector<std::string>{"the", "be", "to", "of", "and", "that", "have", "with"};
  return *words;
}

// Of one text, which is known by its hash: another scope, or an edit in between, makes another text.
class TokenNote {
 public:
  // Null when they were not counted.
  const text::TokenCounts* find(std::string_view text) const {
    return size_ == text.size() && hash_ == hash64(text) ? &counts_ : nullptr;
  }
  // `counts` with gopher_stop_words() as the list.
  void set(std::string_view text, const text::TokenCounts& counts) {
    size_ = text.size();
    hash_ = hash64(text);
    counts_ = counts;
  }

 private:
  std::size_t size_ = std::string_view::npos;
  std::uint64_t hash_ = 0;
  text::TokenCounts counts_;
};

class TokenNotes final : public BatchNotes {
 public:
  TokenNote& of(const Batch& batch, std::size_t record) {
    if (notes_.size() < batch.records.size()) notes_.resize(batch.records.size());
    return notes_[record];
  }
  void clear() override { notes_.clear(); }
  std::size_t footprint() const override { return notes_.capacity() * sizeof(TokenNote); }

 private:
  std::vector<TokenNote> notes_;  // by record
};

}  // namespace corpus

#endif  // CORPUS_FILTERS_TOKEN_NOTES_H_
