#include "decontaminate/benchmark_index.h"

#include <algorithm>
#include <bit>
#include <unordered_set>
#include <utility>

namespace corpus {
namespace {

constexpr double kCodeOverlap = 0.8;  // of code, when overlap is off
constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;

// Hash of kSeed words in a row, each given by its hash; rolls.
class Roll {
 public:
  // True when there are kSeed words.
  bool add(std::uint64_t word) {
    constexpr std::size_t n = BenchmarkIndex::kSeed;
    std::uint64_t old = ring_[at_];
    ring_[at_] = word;
    at_ = at_ + 1 == n ? 0 : at_ + 1;
    sum_ = sum_ * kStep + word - old * last();
    ++count_;
    return count_ >= n;
  }
  std::uint64_t hash() const {
    std::uint64_t h = (sum_ ^ sum_ >> 31) * 0xD6E8FEB86659FD93U;
    return h ^ h >> 29;
  }

 private:
  static constexpr std::uint64_t last() {
    std::uint64_t out = 1;
    for (std::size_t i = 0; i < BenchmarkIndex::kSeed; ++i) out *= kStep;
    return out;
  }
  std::uint64_t ring_[BenchmarkIndex::kSeed] = {};
  std::size_t at_ = 0, count_ = 0;
  std::uint64_t sum_ = 0;
};

// Calls f(offset, hash) for each seed of an item.
template <typename F>
void each_seed(std::span<const std::uint64_t> words, F&& f) {
  Roll roll;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (roll.add(words[i])) f(static_cast<std::uint32_t>(i + 1 - BenchmarkIndex::kSeed), roll.hash());
  }
}

// What the numbers that questions ask about look like as words.
std::unordered_set<std::uint64_t> number_words() {
  constexpr int kNumbers = 10000;
  std::unordered_set<std::uint64_t> out;
  Words cutter;
  std::string text;
  for (int i = 0; i < kNumbers; ++i) text.append(std::to_string(i)).append(1, ' ');
  cutter.start(text);
  for (auto words = cutter.next(); !words.empty(); words = cutter.next()) {
    out.insert(words.begin(), words.end());
  }
  return out;
}

// Lines that end in a colon, semicolon or brace, or are indented under one: as programs look.
bool looks_like_code(std::string_view text) {
  std::size_t lines = 0, code = 0;
  while (!text.empty()) {
    std::size_t feed = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, feed);
    text.remove_prefix(std::min(feed + 1, text.size()));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    ++lines;
    bool indented = line.starts_with("  ") || line.starts_with('\t');
    char end = line.back();
    code += indented || end == ';' || end == '{' || end == '}' || end == ')' ||
            (end == ':' && (line.starts_with("def ") || line.starts_with("class ")));
  }
  return lines >= 2 && 2 * code >= lines;
}

}  // namespace

std::string_view name(Part part) {
  constexpr std::string_view kNames[] = {"prompt", "answer", "other"};
  return kNames[static_cast<std::size_t>(part)];
}

std::uint32_t BenchmarkIndex::add_benchmark(std::string name) {
  benchmarks_.push_back(std::move(name));
  return static_cast<std::uint32_t>(benchmarks_.size() - 1);
}

void BenchmarkIndex::add(std::uint32_t benchmark, std::uint32_t record, Part part,
                         std::string_view text) {
  auto first = static_cast<std::uint32_t>(words_.size());
  cutter_.start(text);
  for (auto words = cutter_.next(); !words.empty(); words = cutter_.next()) {
    words_.insert(words_.end(), words.begin(), words.end());
  }
  auto size = static_cast<std::uint32_t>(words_.size()) - first;
  bool again = false;
  for (std::size_t i = items_.size(); i-- > 0;) {
    const Item& other = items_[i];
    if (other.benchmark != benchmark || other.record != record) break;
    again |= other.size == size &&
             std::equal(words_.begin() + first, words_.end(), words_.begin() + other.first);
  }
  if (size < kSeed || again) {
    words_.resize(first);
    return;
  }
  items_.push_back({benchmark, record, part, looks_like_code(text), first, size});
}

void BenchmarkIndex::finish(const MatchOptions& options) {
  options_ = options;
  struct Seed {
    std::uint64_t hash;
    Posting posting;
  };
  std::vector<Seed> seeds;
  seeds.reserve(words_.size());
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    each_seed(words(items_[i]), [&](std::uint32_t offset, std::uint64_t hash) {
      seeds.push_back({hash, {i, offset}});
    });
  }
  std::sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) {
    return std::pair(a.hash, std::pair(a.posting.item, a.posting.offset)) <
           std::pair(b.hash, std::pair(b.posting.item, b.posting.offset));
  });
  own_.assign(words_.size(), 0);
  postings_.clear();
  std::size_t wanted = std::bit_ceil(2 * seeds.size() + 64);
  slots_.assign(wanted, {});
  filter_.assign(std::max<std::size_t>(wanted * 8 / 64, 1), 0);
  filter_shift_ = 64 - std::countr_zero(filter_.size() * 64);
  for (std::size_t i = 0; i < seeds.size();) {
    std::size_t end = i;
    std::size_t in = 0;  // different items
    for (; end < seeds.size() && seeds[end].hash == seeds[i].hash; ++end) {
      in += end == i || seeds[end].posting.item != seeds[end - 1].posting.item;
    }
    if (in <= options.common) {
      std::size_t at = seeds[i].hash & (wanted - 1);
      while (slots_[at].count != 0) at = (at + 1) & (wanted - 1);
      slots_[at] = {seeds[i].hash, static_cast<std::uint32_t>(postings_.size()),
                    static_cast<std::uint32_t>(end - i)};
      std::uint64_t bit = seeds[i].hash >> filter_shift_;
      filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
      for (std::size_t k = i; k < end; ++k) {
        const Posting& p = seeds[k].posting;
        postings_.push_back(p);
        std::fill_n(own_.begin() + items_[p.item].first + p.offset, kSeed, kOwn);
      }
    }
    i = end;
  }
  own_words_.clear();
  for (const Item& item : items_) {
    auto begin = own_.begin() + item.first;
    own_words_.push_back(static_cast<std::uint32_t>(std::count(begin, begin + item.size, kOwn)));
  }
  const std::unordered_set<std::uint64_t> numbers = number_words();
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (numbers.count(words_[i]) != 0) own_[i] = static_cast<char>(own_[i] | kNumber);
  }
}

std::span<const BenchmarkIndex::Posting> BenchmarkIndex::find(std::uint64_t hash) const {
  for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.count == 0) return {};
    if (slot.hash == hash) return std::span(postings_).subspan(slot.first, slot.count);
  }
}

std::size_t BenchmarkIndex::memory() const {
  return words_.size() * 9 + items_.size() * sizeof(Item) + postings_.size() * sizeof(Posting) +
         slots_.size() * sizeof(Slot) + filter_.size() * 8;
}

std::span<const Hit> Matcher::match(const BenchmarkIndex& index, std::string_view text) {
  hits_.clear();
  tried_.clear();
  words_.clear();
  begins_.clear();
  ends_.clear();
  cutter_.start(text);
  Roll roll;
  // Positions are needed for hits only, which are few, but then the words around them as well.
  found_.clear();
  for (auto words = cutter_.next(); !words.empty(); words = cutter_.next()) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (roll.add(words[i]) && index.may_have(roll.hash())) found_.push_back(words_.size() + i);
    }
    words_.insert(words_.end(), words.begin(), words.end());
  }
  for (std::size_t last : found_) {
    Roll again;
    std::size_t at = last + 1 - BenchmarkIndex::kSeed;
    for (std::size_t i = at; i <= last; ++i) again.add(words_[i]);
    for (const auto& posting : index.find(again.hash())) {
      try_item(index, posting.item, posting.offset, at);
    }
  }
  if (!hits_.empty()) place(text);
  return hits_;
}

// From numbers of words to bytes of the text.
void Matcher::place(std::string_view text) {
  cutter_.start(text);
  for (auto words = cutter_.next(); !words.empty(); words = cutter_.next()) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      begins_.push_back(static_cast<std::uint32_t>(cutter_.begin(i)));
      ends_.push_back(static_cast<std::uint32_t>(cutter_.end(i)));
    }
  }
  for (Hit& hit : hits_) {
    hit.begin = begins_[hit.begin];
    hit.end = ends_[hit.end - 1];
  }
}

void Matcher::try_item(const BenchmarkIndex& index, std::uint32_t number, std::size_t offset,
                       std::size_t at) {
  const auto& item = index.items_[number];
  const auto words = index.words(item);
  const MatchOptions& options = index.options_;
  for (const Hit& hit : hits_) {
    if (hit.item == number) return;
  }
  if (std::find(tried_.begin(), tried_.end(), number) != tried_.end()) return;
  const std::size_t own = index.own_words_[number];
  if (own < std::min(options.min_words, options.ngram) || item.size < options.min_words) return;
  std::size_t back = 0, end = 0;
  while (back < offset && back < at && words[offset - 1 - back] == words_[at - 1 - back]) ++back;
  while (offset + end < words.size() && at + end < words_.size() && words[offset + end] == words_[at + end]) {
    ++end;
  }
  const std::size_t run = back + end;
  // So many words in a row are no coincidence, whatever else the item says.
  const std::size_t certain = options.overlap > 0 ? 4 * options.ngram : options.ngram;
  const bool enough = run >= options.ngram;
  if (run >= certain && !item.code) {
    hits_.push_back({number, at - back, at + end, static_cast<double>(run) / item.size, run});
    return;
  }
  if (!enough && (options.overlap <= 0 || item.size > 2 * options.ngram)) return;
  tried_.push_back(number);
  // Where the item would stand, with room for a word more or two.
  constexpr std::size_t kRoom = 2;
  std::size_t from = at > offset + kRoom ? at - offset - kRoom : 0;
  std::size_t to = std::min(words_.size(), at + (words.size() - offset) + kRoom);
  Range range{};
  if (!same_numbers(index, item, from, to)) return;
  double share = overlap(index, item, from, to, &range);
  if (share >= (options.overlap > 0 ? options.overlap : kCodeOverlap)) hits_.push_back({number, range.first, range.last + 1, share, run});
}

bool Matcher::same_numbers(const BenchmarkIndex& index, const BenchmarkIndex::Item& item,
                           std::size_t from, std::size_t to) {
  const auto words = index.words(item);
  std::size_t numbers = 0, missing = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if ((index.own_[item.first + i] & BenchmarkIndex::kNumber) == 0) continue;
    ++numbers;
    auto end = words_.begin() + static_cast<std::ptrdiff_t>(to);
    missing += std::find(words_.begin() + static_cast<std::ptrdiff_t>(from), end, words[i]) == end;
  }
  return missing <= std::max<std::size_t>(1, numbers / 4);
}

// Longest common subsequence of the item's own words and the text's words [from, to).
double Matcher::overlap(const BenchmarkIndex& index, const BenchmarkIndex::Item& item,
                        std::size_t from, std::size_t to, Range* range) {
  constexpr std::size_t kMost = 1000;  // words of long code: the beginning tells
  own_.clear();
  const auto words = index.words(item);
  for (std::size_t i = 0; i < words.size() && own_.size() < kMost; ++i) {
    if ((index.own_[item.first + i] & BenchmarkIndex::kOwn) != 0) own_.push_back(words[i]);
  }
  to = std::min(to, from + 2 * kMost);
  range->first = to;
  range->last = from;
  above_.assign(own_.size() + 1, 0);
  row_.assign(own_.size() + 1, 0);
  for (std::size_t t = from; t < to; ++t) {
    for (std::size_t i = 0; i < own_.size(); ++i) {
      row_[i + 1] = own_[i] == words_[t] ? static_cast<std::uint16_t>(above_[i] + 1)
                                         : std::max(row_[i], above_[i + 1]);
    }
    if (row_.back() > above_.back()) {
      range->first = std::min(range->first, t);
      range->last = t;
    }
    std::swap(row_, above_);
  }
  return static_cast<double>(above_.back()) / static_cast<double>(own_.size());
}

}  // namespace corpus
