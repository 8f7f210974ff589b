#include "text/token_walk.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "simd/space_edges.h"
#include "text/english_specials.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus::text {
namespace {

constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15U;

// Of the first n bytes of a word.
constexpr std::uint64_t low_bytes(std::size_t n) {
  return n >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * n)) - 1;
}
constexpr auto kMasks = [] {
  std::array<std::array<std::uint64_t, 2>, 16> out{};
  for (std::size_t n = 0; n < 16; ++n) out[n] = {low_bytes(n), low_bytes(n < 8 ? 0 : n - 8)};
  return out;
}();

}  // namespace

constexpr std::array<std::uint64_t, 1024> Token::kPowers = [] {
  std::array<std::uint64_t, 1024> out{};
  std::uint64_t power = 1;
  for (std::uint64_t& p : out) {
    p = power;
    power *= kBase;
  }
  return out;
}();

std::uint64_t Token::far_power(std::size_t bytes) {
  std::uint64_t out = 1;
  for (; bytes >= kPowers.size(); bytes -= kPowers.size() - 1) out *= kPowers.back();
  return out * kPowers[bytes];
}

void TokenCounts::add(const Token& token) {
  ++tokens;
  letters += token.has(Token::kLetter);
  if (token.listed != 0) {
    ++listed;
    seen.set(token.listed);
  }
  if (token.has(Token::kSymbols)) return;
  ++words;
  word_chars += token.chars;
}

TokenWalk::TokenWalk(std::vector<std::string> list)
    : list_(std::move(list)), sets_(std::size_t{1} << kSetBits) {
  for (std::size_t c = 0; c < marks_.size(); ++c) {
    const char mark = static_cast<char>(c);
    marks_[c] = token({&mark, 1});
  }
}

// `limit` is where reading has to stop; a run is nearly always followed by enough of the text.
TokenWalk::Key TokenWalk::key_of(std::string_view run, const char* limit) {
  const std::size_t n = run.size();
  if (n > 15) {
    const Key128 hash = hash128(run);
    return {hash.lo, hash.hi | std::uint64_t{0xFF} << 56};
  }
  std::uint64_t part[2] = {};
  if (limit - run.data() >= 16) {
    std::memcpy(part, run.data(), 16);  // little end first
  } else {
    std::memcpy(part, run.data(), n);
  }
  return {part[0] & kMasks[n][0], (part[1] & kMasks[n][1]) | std::uint64_t{n} << 56};
}

Token TokenWalk::hashed(std::string_view word) const {
  Token out{};
  for (char c : word) out.hash = out.hash * kBase + static_cast<unsigned char>(c) + 1U;
  out.bytes = static_cast<std::uint32_t>(word.size());
  auto listed = std::find(list_.begin(), list_.end(), word);
  if (listed != list_.end()) {
    out.listed = static_cast<std::uint8_t>(1 + (listed - list_.begin()));
  }
  return out;
}

Token TokenWalk::token(std::string_view word) const {
  Token out = hashed(word);
  TokenTraits traits = traits_of(word);
  out.chars = traits.chars;
  out.traits = static_cast<std::uint8_t>((traits.letter ? Token::kLetter : 0) |
                                         (traits.symbols ? Token::kSymbols : 0) |
                                         (traits.stop ? Token::kStop : 0) |
                                         (traits.punctuation ? Token::kPunctuation : 0));
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
  Token letters = hashed(word);
  letters.chars = letters.bytes;
  letters.traits = Token::kLetter;
  out.push_back(letters);
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

inline const TokenWalk::Slot& TokenWalk::find(std::string_view run, const Key& key) {
  auto is = [&](const Slot& slot) { return slot.kind != Kind::kEmpty && slot.key == key; };
  auto& [first, second] = sets_[key.set()];
  if (is(first)) return first;
  if (is(second)) {
    std::swap(first, second);
    return first;
  }
  Slot& slot = first.kind == Kind::kEmpty ? first : second;
  learn(run, key, slot);
  return slot;
}

void TokenWalk::learn(std::string_view run, const Key& key, Slot& slot) {
  fresh_.clear();
  cut(run, fresh_);
  const std::size_t n = fresh_.size();
  slot = {.key = key, .count = static_cast<std::uint8_t>(n)};
  std::size_t listed = 0;
  for (const Token& token : fresh_) {
    listed += token.listed != 0;
    slot.letters = static_cast<std::uint8_t>(slot.letters + token.has(Token::kLetter));
    if (token.has(Token::kSymbols)) continue;
    slot.words = static_cast<std::uint8_t>(slot.words + 1);
    slot.word_chars = static_cast<std::uint8_t>(slot.word_chars + token.chars);
  }
  const bool one = n == 1 && fresh_[0].bytes == run.size();
  const bool marked = n == 2 && fresh_[0].bytes + 1 == run.size() && fresh_[1].listed == 0 &&
                      static_cast<unsigned char>(run.back()) < marks_.size();
  if (one || marked) {
    const Token& token = fresh_[0];
    slot.kind = one ? Kind::kOne : Kind::kMarked;
    slot.value = token.hash;
    slot.chars = static_cast<std::uint8_t>(token.chars);
    slot.traits = token.traits;
    slot.listed = token.listed;
    return;
  }
  slot.kind = Kind::kKnown;
  slot.listed = static_cast<std::uint8_t>(listed);
  if (known_.size() + n > kMostTokens) {
    const Slot kept = slot;
    known_.clear();
    std::fill(sets_.begin(), sets_.end(), Set{});
    slot = kept;
  }
  slot.value = known_.size();
  known_.insert(known_.end(), fresh_.begin(), fresh_.end());
}

template <typename Known, typename Cut>
void TokenWalk::for_each_run(std::string_view text, Known&& known, Cut&& cut_run) {
  if (edges_.size() < text.size() + 2) edges_.resize(text.size() + 2);
  const std::size_t n = simd::space_edges(text, edges_.data()) / 2;
  const char* const limit = text.data() + text.size();
  auto run_at = [&](std::size_t i) {
    return text.substr(edges_[2 * i], edges_[2 * i + 1] - edges_[2 * i]);
  };
  // Slots are asked for before they are needed: they are far away, and the runs do not depend on one
  // another.
  Key keys[kBlock];
  for (std::size_t block = 0; block < n; block += kBlock) {
    const std::size_t end = std::min(n, block + kBlock);
    for (std::size_t i = block; i < end; ++i) {
      std::string_view run = run_at(i);
      if (run.size() > kLongestRun) continue;
      Key& key = keys[i - block];
      key = key_of(run, limit);
      __builtin_prefetch(&sets_[key.set()]);
    }
    for (std::size_t i = block; i < end; ++i) {
      std::string_view run = run_at(i);
      if (run.size() > kLongestRun) {
        fresh_.clear();
        cut(run, fresh_);
        cut_run(std::span<const Token>(fresh_));
        continue;
      }
      known(find(run, keys[i - block]), run);
    }
  }
}

void TokenWalk::count(const Slot& slot) {
  counts_.tokens += slot.count;
  counts_.words += slot.words;
  counts_.word_chars += slot.word_chars;
  counts_.letters += slot.letters;
  if (slot.listed == 0) return;
  if (slot.kind != Kind::kKnown) {
    ++counts_.listed;
    counts_.seen.set(slot.listed);
    return;
  }
  for (std::size_t i = 0; i < slot.count; ++i) {
    const Token& token = known_[slot.value + i];
    if (token.listed == 0) continue;
    ++counts_.listed;
    counts_.seen.set(token.listed);
  }
}

std::span<const Token> TokenWalk::walk(std::string_view text) {
  counts_ = {};
  std::size_t n = 0;
  auto room_for = [&](std::size_t more) {
    if (out_.size() < n + more) out_.resize(std::max(n + more, 2 * out_.size()));
  };
  for_each_run(
      text,
      [&](const Slot& slot, std::string_view run) {
        room_for(kLongestRun);
        count(slot);
        if (slot.kind == Kind::kKnown) {
          for (std::size_t i = 0; i < slot.count; ++i) out_[n++] = known_[slot.value + i];
          return;
        }
        const std::size_t mark = slot.kind == Kind::kMarked;
        out_[n] = {slot.value, static_cast<std::uint32_t>(run.size() - mark), slot.chars, slot.traits, slot.listed};
        out_[n + 1] = marks_[static_cast<unsigned char>(run.back()) % marks_.size()];  // counts when there is one
        n += 1 + mark;
      },
      [&](std::span<const Token> tokens) {
        room_for(tokens.size());
        for (const Token& token : tokens) {
          out_[n++] = token;
          counts_.add(token);
        }
      });
  return {out_.data(), n};
}

const TokenCounts& TokenWalk::count(std::string_view text) {
  counts_ = {};
  for_each_run(
      text, [&](const Slot& slot, std::string_view) { count(slot); },
      [&](std::span<const Token> tokens) {
        for (const Token& token : tokens) counts_.add(token);
      });
  return counts_;
}

}  // namespace corpus::text
