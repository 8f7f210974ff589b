#include <corpus/pipeline.h>

#include <memory>
#include <mutex>
#include <utility>

#include "data/bpe_trainer.h"

namespace student {
namespace {

bool letter(char c) { return static_cast<unsigned char>(c) > 127 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool newline(char c) { return c == '\n' || c == '\r'; }
bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Bytes of 's 't 're 've 'm 'll 'd at the beginning, in either case; 0 for none.
std::size_t contraction(std::string_view s) {
  if (s.size() < 2 || s[0] != '\'') return 0;
  auto low = [&](std::size_t i) { return i < s.size() ? static_cast<char>(s[i] | 0x20) : '\0'; };
  char a = low(1), b = low(2);
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
  return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

// Length of the first word of `s`, which is not empty.
std::size_t word_length(std::string_view s) {
  if (std::size_t n = contraction(s)) return n;
  auto run = [&](std::size_t from, auto&& is) {
    while (from < s.size() && is(s[from])) ++from;
    return from;
  };
  std::size_t first = letter(s[0]) || digit(s[0]) || newline(s[0]) ? 0 : 1;
  if (first < s.size() && letter(s[first])) return run(first, letter);
  if (digit(s[0])) return 1;
  auto mark = [](char c) { return !space(c) && !letter(c) && !digit(c); };
  first = s[0] == ' ' ? 1 : 0;
  if (first < s.size() && mark(s[first])) return run(run(first, mark), newline);
  std::size_t end = run(0, space);
  std::size_t last = s.substr(0, end).find_last_of("\r\n");
  if (last != std::string_view::npos) return last + 1;
  return end == s.size() || end == 1 ? end : end - 1;
}

// Counts on all threads; the counts of batches add up in any order.
class CountWords : public corpus::Sink {
 public:
  explicit CountWords(WordCounts& out) : out_(out) {}
  std::uint32_t fields() const override { return corpus::Fields::kTurns; }

  Result<void> prepare(corpus::Batch& batch, corpus::State*) const override {
    WordCounts counts;
    for (const corpus::Record& record : batch.records) {
      if (record.drop) continue;
      for (const corpus::Turn& turn : record.turns) counts.add(turn.text);
    }
    std::lock_guard lock(mutex_);
    out_.merge(counts);
    return {};
  }
  Result<void> write(corpus::Batch&) override { return {}; }
  Result<void> close(const corpus::RunSummary&) override { return {}; }

 private:
  mutable std::mutex mutex_;  // of out_: taken once a batch
  WordCounts& out_;
};

}  // namespace

void WordCounts::add(std::string_view text) {
  std::string word;
  while (!text.empty()) {
    std::size_t n = word_length(text);
    if (n <= kLongestWord) {
      word.assign(text.substr(0, n));
      ++words_[word];
    }
    text.remove_prefix(n);
  }
}

void WordCounts::merge(const WordCounts& other) {
  for (const auto& [word, count] : other.words_) words_[word] += count;
}

Result<WordCounts> count_words(const std::vector<std::string>& paths, int threads) {
  corpus::Recipe recipe;
  recipe.input.set("paths", corpus::Value(corpus::Value::Array(paths.begin(), paths.end())));
  recipe.output.set("null", true);
  CORPUS_TRY(corpus::Chain chain, corpus::build(recipe, 0));
  WordCounts out;
  chain.sink = std::make_unique<CountWords>(out);
  CORPUS_CHECK(corpus::run(chain, {.threads = threads}));
  return out;
}

}  // namespace student
