// The words of benchmarks, arranged so that a text can be asked at reading speed what it has in
// common with them.
//
// An item is one part of one benchmark record: a question, an answer, another string. Words are those
// of text/word_hashes.h, so case, white space and punctuation do not matter. Every sequence of kSeed
// words leads to the items it stands in. Sequences in more than `common` items are templates
// ("please answer the following question with true or false"): they lead nowhere and prove nothing.
//
// Built by one thread, then immutable; threads share it, each with its own Matcher.
#ifndef CORPUS_DECONTAMINATE_BENCHMARK_INDEX_H_
#define CORPUS_DECONTAMINATE_BENCHMARK_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "text/word_hashes.h"

namespace corpus {

enum class Part : std::uint8_t { kPrompt, kAnswer, kOther };
std::string_view name(Part part);  // "prompt", "answer", "other"

struct MatchOptions {
  std::size_t ngram = 13;     // so many words in a row make an item a candidate
  std::size_t min_words = 8;  // shorter items are not looked for
  std::size_t common = 10;    // items in which a sequence may stand before it is a template
  // A candidate is a hit when this share of its words stands there in its order, or four times ngram
  // words in a row do. Items of at most twice ngram words, which may keep no ngram when one word is
  // changed, are candidates by kSeed words. A quarter of the numbers at most, or one, may differ: the
  // same question with other numbers is another question. 0: ngram words in a row are a hit, except
  // for code.
  double overlap = 0.8;
};

class BenchmarkIndex {
 public:
  static constexpr std::size_t kSeed = 6;

  struct Item {
    std::uint32_t benchmark = 0;
    std::uint32_t record = 0;  // counted from 0 in its file
    Part part = Part::kPrompt;
    bool code = false;
    std::uint32_t first = 0, size = 0;  // of words()
  };

  std::uint32_t add_benchmark(std::string name);
  // A text of a record. Ignored when it is short, or was added for this record before.
  void add(std::uint32_t benchmark, std::uint32_t record, Part part, std::string_view text);
  // To be called once, before the first match.
  void finish(const MatchOptions& options);

  // A file with the words of all items; docs/formats/benchmark-index.md.
  std::string to_bytes() const;
  static Result<BenchmarkIndex> from_bytes(std::string_view bytes, const std::string& name);

  const std::vector<std::string>& benchmarks() const { return benchmarks_; }
  const std::vector<Item>& items() const { return items_; }
  std::span<const std::uint64_t> words(const Item& item) const {
    return std::span(words_).subspan(item.first, item.size);
  }
  std::size_t memory() const;

 private:
  friend class Matcher;
  struct Posting {
    std::uint32_t item, offset;
  };
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t first = 0, count = 0;  // of postings_; count 0: empty
  };

  bool may_have(std::uint64_t hash) const {
    std::uint64_t bit = hash >> filter_shift_;
    return (filter_[bit / 64] >> bit % 64 & 1) != 0;
  }
  std::span<const Posting> find(std::uint64_t hash) const;

  std::vector<std::string> benchmarks_;
  std::vector<Item> items_;
  std::vector<std::uint64_t> words_;
  static constexpr char kOwn = 1, kNumber = 2;
  std::vector<char> own_;  // for each word: kOwn, it belongs to more than templates; kNumber
  std::vector<std::uint32_t> own_words_;  // for each item: how many do
  std::vector<Posting> postings_;
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> filter_;
  int filter_shift_ = 0;
  Words cutter_;
  MatchOptions options_;
};

struct Hit {
  std::uint32_t item;
  std::size_t begin, end;  // in bytes of the text: the words that match, from the first to the last
  double share;            // of the item's words (templates apart) that stand there in its order
  std::size_t run;         // words in a row
};

// Finds items in texts. One a thread.
class Matcher {
 public:
  // Hits in `text`, an item at most once; valid until the next call.
  std::span<const Hit> match(const BenchmarkIndex& index, std::string_view text);

 private:
  struct Range {
    std::size_t first, last;
  };
  void place(std::string_view text);
  void try_item(const BenchmarkIndex& index, std::uint32_t item, std::size_t offset, std::size_t at);
  bool same_numbers(const BenchmarkIndex& index, const BenchmarkIndex::Item& item, std::size_t begin,
                    std::size_t end);
  double overlap(const BenchmarkIndex& index, const BenchmarkIndex::Item& item, std::size_t begin,
                 std::size_t end, Range* range);

  Words cutter_;
  std::vector<std::uint64_t> words_;
  std::vector<std::size_t> found_;  // last words of seeds that may be in the index
  std::vector<std::uint32_t> begins_, ends_;
  std::vector<Hit> hits_;
  std::vector<std::uint32_t> tried_;  // items whose overlap was computed for this text
  std::vector<std::uint64_t> own_;
  std::vector<std::uint16_t> row_, above_;
};

}  // namespace corpus

#endif  // CORPUS_DECONTAMINATE_BENCHMARK_INDEX_H_
