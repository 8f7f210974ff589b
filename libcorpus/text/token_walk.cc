#include "text/token_walk.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "simd/space_edges.h"
#include "text/english_specials.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus::text {
namespace {

constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15U;  // odd, so that it has an inverse

constexpr std::uint64_t inverse_of(std::uint64_t odd) {
  std::uint64_t x = odd;  // right to 3 bits; each step of Newton's method doubles them
  for (int i = 0; i < 5; ++i) x *= 2 - odd * x;
  return x;
}
constexpr std::uint64_t kInverse = inverse_of(kBase);
static_assert(kBase * kInverse == 1);

}  // namespace

TokenWalk::TokenWalk(std::vector<std::string> list) : list_(std::move(list)), slots_(kSlots) {}

Token TokenWalk::token(std::string_view word) const {
  Token out{.hash = 0, .power = 1, .inverse = 1};
  for (char c : word) {
    out.hash += (static_cast<unsigned char>(c) + 1U) * out.power;
    out.power *= kBase;
    out.inverse *= kInverse;
  }
  TokenTraits traits = traits_of(word);
  out.chars = traits.chars;
  out.traits = static_cast<std::uint8_t>((traits.letter ? Token::kLetter : 0) |
                                         (traits.symbols ? Token::kSymbols : 0) |
                                         (traits.stop ? Token::kStop : 0) |
                                         (traits.punctuation ? Token::kPunctuation : 0));
  auto listed = std::find(list_.begin(), list_.end(), word);
  if (listed != list_.end()) {
    out.listed = static_cast<std::uint8_t>(1 + (listed - list_.begin()));
  }
  return out;
}

// Most of what is new: a word of ASCII letters, alone or with one mark behind it. False when it may
// be anything else.
bool TokenWalk::cut_plain(std::string_view run, std::vector<Token>& out) {
  auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::size_t n = 0;
  while (n < run.size() && (lower(run[n]) || lower(static_cast<char>(run[n] | 32)))) ++n;
  if (n == 0 || n + 1 < run.size()) return false;
  std::string_view word = run.substr(0, n);
  if (n < run.size()) {
    bool mark = std::string_view(",;:!?)\"").find(run[n]) != std::string_view::npos ||
                (run[n] == '.' && lower(run[n - 1]));
    if (!mark || find_special(run) != nullptr) return false;
  }
  if (find_special(word) != nullptr) return false;
  out.push_back(token(word));
  if (n < run.size()) out.push_back(token(run.substr(n)));
  return true;
}

// `run` holds no ASCII white space, but there may be other.
void TokenWalk::cut(std::string_view run, std::vector<Token>& out) {
  if (cut_plain(run, out)) return;
  auto span = [&](std::string_view s) {
    std::uint32_t begin = 0;
    for (std::uint32_t end : split_english(s, scratch_)) {
      out.push_back(token(s.substr(begin, end - begin)));
      begin = end;
    }
  };
  if (is_ascii(run)) return span(run);
  std::size_t begin = 0, at = 0;
  while (at < run.size()) {
    auto [c, size] = decode(run.substr(at));
    if (is_python_space(c)) {
      if (at > begin) span(run.substr(begin, at - begin));
      begin = at + size;
    }
    at += size;
  }
  if (at > begin) span(run.substr(begin));
}

void TokenWalk::learn(std::string_view run, std::uint64_t key, Slot& slot) {
  fresh_.clear();
  cut(run, fresh_);
  if (fresh_.size() > 1 && fresh_.size() > slot.room) {
    if (known_.size() + fresh_.size() > kMostTokens) {
      known_.clear();
      std::fill(slots_.begin(), slots_.end(), Slot{});
    }
    slot.first = static_cast<std::uint32_t>(known_.size());
    slot.room = static_cast<std::uint16_t>(fresh_.size());
    known_.resize(known_.size() + fresh_.size());
  }
  if (fresh_.size() == 1) {
    slot.one = fresh_[0];
  } else {
    std::copy(fresh_.begin(), fresh_.end(), known_.begin() + slot.first);
  }
  slot.key = key;
  slot.count = static_cast<std::uint16_t>(fresh_.size());
}

std::span<const Token> TokenWalk::walk(std::string_view text) {
  out_.clear();
  if (edges_.size() < text.size() + 2) edges_.resize(text.size() + 2);
  const std::size_t n = simd::space_edges(text, edges_.data());
  // Slots are asked for before they are needed: they are far away, and the runs do not depend on one
  // another.
  constexpr std::size_t kAhead = 32;  // edges
  std::uint64_t keys[kAhead / 2];
  for (std::size_t block = 0; block < n; block += kAhead) {
    const std::size_t end = std::min(n, block + kAhead);
    for (std::size_t i = block; i < end; i += 2) {
      std::string_view run = text.substr(edges_[i], edges_[i + 1] - edges_[i]);
      if (run.size() > kLongestRun) continue;
      std::uint64_t& key = keys[(i - block) / 2];
      key = hash64(run);
      __builtin_prefetch(&slots_[key & (kSlots - 1)]);
    }
    for (std::size_t i = block; i < end; i += 2) {
      std::string_view run = text.substr(edges_[i], edges_[i + 1] - edges_[i]);
      if (run.size() > kLongestRun) {
        cut(run, out_);
        continue;
      }
      const std::uint64_t key = keys[(i - block) / 2];
      Slot& slot = slots_[key & (kSlots - 1)];
      if (slot.count == 0 || slot.key != key) learn(run, key, slot);
      if (slot.count == 1) {
        out_.push_back(slot.one);
      } else {  // of white space beyond ASCII only there are none
        const Token* first = known_.data() + slot.first;
        out_.insert(out_.end(), first, first + slot.count);
      }
    }
  }
  return out_;
}

}  // namespace corpus::text
