#include "quality/kneser_ney.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "quality/ngram_hash.h"
#include "quality/ngram_model.h"

namespace corpus::quality {
namespace {

constexpr std::uint32_t kUnknown = 0, kBegin = 1, kEnd = 2;  // words
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr float kNever = -99;  // log10, where there is no probability

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

float log_of(double p) { return p > 0 ? static_cast<float>(std::log10(p)) : kNever; }

}  // namespace

KneserNey::KneserNey(std::size_t order, MemoryBudget* memory)
    : order_(order), memory_(memory), orders_(order) {
  for (auto& o : orders_) o.slots.resize(1 << 10);
  for (const char* name : {"<unk>", "<s>", "</s>"}) word(name);
}

KneserNey::~KneserNey() { memory_->release(reserved_); }

// The id of a word, which is its number among the unigrams, too.
std::uint32_t KneserNey::word(std::string_view text) {
  auto [at, fresh] = ids_.try_emplace(std::string(text), static_cast<std::uint32_t>(names_.size()));
  if (fresh) {
    names_.push_back(&at->first);
    name_bytes_ += text.size();
    orders_[0].grams.push_back({at->second, kNone, kNone, 0});
  }
  return at->second;
}

std::uint32_t KneserNey::number_of(std::size_t n, std::uint32_t first, std::uint32_t suffix,
                                   std::uint32_t prefix) {
  Order& order = orders_[n - 1];
  auto home = [](const std::vector<std::uint32_t>& slots, std::uint32_t word, std::uint32_t rest) {
    return ngram_hash(ngram_hash(rest), word) & (slots.size() - 1);
  };
  std::size_t mask = order.slots.size() - 1;
  std::size_t at = home(order.slots, first, suffix);
  for (; order.slots[at] != 0; at = (at + 1) & mask) {
    const Gram& gram = order.grams[order.slots[at] - 1];
    if (gram.first == first && gram.suffix == suffix) return order.slots[at] - 1;
  }
  order.grams.push_back({first, suffix, prefix, 0});
  order.slots[at] = static_cast<std::uint32_t>(order.grams.size());
  if (order.grams.size() * 3 > order.slots.size() * 2) {
    std::vector<std::uint32_t> more(order.slots.size() * 2);
    for (std::size_t i = 0; i < order.grams.size(); ++i) {
      std::size_t to = home(more, order.grams[i].first, order.grams[i].suffix);
      while (more[to] != 0) to = (to + 1) & (more.size() - 1);
      more[to] = static_cast<std::uint32_t>(i + 1);
    }
    order.slots = std::move(more);
  }
  return static_cast<std::uint32_t>(order.grams.size() - 1);
}

Result<void> KneserNey::add(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      if (text[i++] == '\n') end_sentence();
      continue;
    }
    std::size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    if (sentence_.empty()) sentence_.push_back(kBegin);
    std::string_view found = text.substr(begin, i - begin);
    // These have a meaning of their own in the model.
    bool reserved = found == "<s>" || found == "</s>" || found == "<unk>";
    sentence_.push_back(reserved ? kUnknown : word(found));
  }
  end_sentence();
  return reserve();
}

// Counts every n-gram of every order, each at its last word.
void KneserNey::end_sentence() {
  if (sentence_.empty()) return;
  sentence_.push_back(kEnd);
  ++sentences_;
  words_seen_ += sentence_.size() - 2;
  // Numbers of the n-grams that end at the word before, by length: the prefixes of those that end
  // here.
  std::array<std::uint32_t, NgramModel::kMaxOrder> before{}, here{};
  before[0] = kBegin;
  for (std::size_t i = 1; i < sentence_.size(); ++i) {
    here[0] = sentence_[i];
    ++orders_[0].grams[here[0]].count;
    for (std::size_t n = 2; n <= std::min(order_, i + 1); ++n) {
      here[n - 1] = number_of(n, sentence_[i + 1 - n], here[n - 2], before[n - 2]);
      ++orders_[n - 1].grams[here[n - 1]].count;
    }
    before = here;
  }
  sentence_.clear();
}

Result<void> KneserNey::reserve() {
  std::uint64_t now = name_bytes_ + names_.size() * 96;
  for (const Order& order : orders_) {
    if (order.grams.size() >= kNone - 1) {
      return Error{
          Code::kLimit,
          "quality.perplexity: more than four billion n-grams of one order; train on less text"};
    }
    now += order.grams.capacity() * sizeof(Gram) + order.slots.size() * sizeof(std::uint32_t);
  }
  if (now <= reserved_) return {};
  // Tables double: room is asked for before they do.
  std::uint64_t more = now + now / 2 - reserved_;
  auto got = memory_->reserve(more, "n-gram counts");
  if (!got) {
    Error error = std::move(got).error();
    error.message += "; or train on a sample or with a lower order";
    return error;
  }
  reserved_ += more;
  return {};
}

// Below the highest order an n-gram counts by how many words it stands behind, unless it begins a
// sentence, where nothing stands before it.
void KneserNey::adjust_counts() {
  for (std::size_t n = 1; n < order_; ++n) {
    auto& grams = orders_[n - 1].grams;
    for (Gram& gram : grams) {
      if (gram.first != kBegin) gram.count = 0;
    }
    for (const Gram& longer : orders_[n].grams) ++grams[longer.suffix].count;
  }
  // A word that was not seen, whatever stood for it in the text.
  orders_[0].grams[kUnknown].count = 0;
}

KneserNey::Discounts KneserNey::discounts(std::size_t n) const {
  double t[5] = {};
  const auto& grams = orders_[n - 1].grams;
  for (std::size_t i = 0; i < grams.size(); ++i) {
    if (grams[i].count >= 1 && grams[i].count <= 4) ++t[grams[i].count];
  }
  Discounts out;  // of KenLM's --discount_fallback, where the text is too small or too regular
  if (t[1] == 0 || t[2] == 0 || t[3] == 0) return out;
  double y = t[1] / (t[1] + 2 * t[2]);
  Discounts found;
  for (int k = 1; k <= 3; ++k) {
    found.of[k - 1] = k - (k + 1) * y * t[k + 1] / t[k];
    if (found.of[k - 1] < 0 || found.of[k - 1] > k) return out;
  }
  return found;
}

Result<void> KneserNey::finish(const std::function<Result<void>(std::string_view)>& write) {
  if (sentences_ == 0)
    return Error{Code::kInvalidArgument, "there are no words to train an n-gram model on"};
  adjust_counts();
  std::vector<std::vector<double>> probabilities(order_), interpolations(order_ + 1);
  for (std::size_t n = 1; n <= order_; ++n) {
    const auto& grams = orders_[n - 1].grams;
    std::vector<Continuations> contexts(n == 1 ? 1 : orders_[n - 2].grams.size());
    auto context_of = [&](const Gram& gram) -> Continuations& {
      return contexts[n == 1 ? 0 : gram.prefix];
    };
    for (std::size_t i = 0; i < grams.size(); ++i) {
      std::uint32_t count = grams[i].count;
      if (count == 0) continue;
      auto& context = context_of(grams[i]);
      context.sum += count;
      ++context.by_count[std::min<std::uint32_t>(count, 3) - 1];
    }
    Discounts discount = discounts(n);
    // What the discounts leave for the order below, for each context: the back-off weight.
    auto& left = interpolations[n - 1];
    left.resize(contexts.size(), 1);
    for (std::size_t i = 0; i < contexts.size(); ++i) {
      if (contexts[i].sum == 0) continue;
      double mass = 0;
      for (int k = 0; k < 3; ++k) mass += discount.of[k] * contexts[i].by_count[k];
      left[i] = mass / static_cast<double>(contexts[i].sum);
    }
    double uniform = 1.0 / static_cast<double>(names_.size() - 1);  // of all words but <s>
    auto& p = probabilities[n - 1];
    p.resize(grams.size());
    for (std::size_t i = 0; i < grams.size(); ++i) {
      if (n == 1 && i == kBegin) continue;
      const auto& context = context_of(grams[i]);
      double lower = n == 1 ? uniform : probabilities[n - 2][grams[i].suffix];
      double own = context.sum == 0 ? 0
                                    : (grams[i].count - discount(grams[i].count)) /
                                          static_cast<double>(context.sum);
      p[i] = own + left[n == 1 ? 0 : grams[i].prefix] * lower;
    }
  }

  std::string out = "\\data\\\n";
  for (std::size_t n = 1; n <= order_; ++n)
    out += "ngram " + std::to_string(n) + "=" + std::to_string(ngrams(n)) + "\n";
  auto append_number = [&](float x) {
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, x == 0 ? 0.0F : x).ptr);
  };
  for (std::size_t n = 1; n <= order_; ++n) {
    out += "\n\\" + std::to_string(n) + "-grams:\n";
    for (std::size_t i = 0; i < ngrams(n); ++i) {
      append_number(n == 1 && i == kBegin ? kNever : log_of(probabilities[n - 1][i]));
      for (std::size_t length = n, at = i; length > 0; --length) {
        const Gram& gram = orders_[length - 1].grams[at];
        out.append(1, length == n ? '\t' : ' ').append(*names_[gram.first]);
        at = gram.suffix;
      }
      if (n < order_) {
        out += '\t';
        append_number(log_of(interpolations[n][i]));
      }
      out += '\n';
      if (out.size() > std::size_t{1} << 20) {
        CORPUS_CHECK(write(out));
        out.clear();
      }
    }
  }
  out += "\n\\end\\\n";
  return write(out);
}

}  // namespace corpus::quality
