// Words: cuts a text into words and hashes them, for shingles.
//
// A word is a maximal run of letters and digits after lower-casing; in scripts without spaces each
// code point is a word (text/word_class.h). Everything else separates words and has no other
// effect, so punctuation, layout and case do not matter. Nothing is normalised: composed and
// decomposed accents differ. A run of more than kChunk bytes counts as several words. Any bytes are
// accepted; invalid UTF-8 separates.
//
// About 32 KiB of scratch inside the object, whatever the text; no allocation a text. One thread at
// a time.
#ifndef CORPUS_TEXT_WORD_HASHES_H_
#define CORPUS_TEXT_WORD_HASHES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace corpus {

class Words {
 public:
  static constexpr std::size_t kChunk = 4096;
  // That next() returns: between two words there is a separator, or one of them has three bytes.
  static constexpr std::size_t kMaxWords = kChunk / 2 + 1;

  void start(std::string_view text) {
    rest_ = text;
    base_ = next_base_ = 0;
  }
  // Hashes of the next words of the text, in order; empty at its end. Valid until the next call.
  std::span<const std::uint64_t> next();
  // Where word i of the last next() stands in the text.
  std::size_t begin(std::size_t i) const { return base_ + begin_[i]; }
  std::size_t end(std::size_t i) const { return base_ + end_[i]; }

 private:
  static constexpr std::size_t kBlocks = kChunk / 64;

  void mark_high(std::size_t n);
  std::size_t find_words(std::size_t n, bool any_high);

  std::string_view rest_;
  std::size_t base_ = 0, next_base_ = 0;  // of this chunk and the next one in the text
  char lower_[kChunk + 64];
  std::uint64_t word_[kBlocks + 1];   // bit: the byte belongs to a word
  std::uint64_t high_[kBlocks + 1];   // bit: the byte is not ASCII
  std::uint64_t split_[kBlocks + 1];  // bit: a word begins here whatever comes before
  std::uint16_t begin_[kMaxWords + 8];
  std::uint16_t end_[kMaxWords + 8];
  std::uint64_t hash_[kMaxWords];
};

}  // namespace corpus

#endif  // CORPUS_TEXT_WORD_HASHES_H_
