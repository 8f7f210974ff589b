#include "filters/phrase_set.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "simd/fold_ascii.h"

namespace corpus {
namespace {

constexpr std::size_t kGapBytes = 40;

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool ends_sentence(char c) { return c == '.' || c == '!' || c == '?' || c == '\n'; }

std::uint16_t hash_of(const char* four) {
  std::uint32_t bytes;
  std::memcpy(&bytes, four, sizeof bytes);
  return static_cast<std::uint16_t>(bytes * 2654435761U >> 16);
}

bool begins_sentence(std::string_view text, std::size_t at) {
  while (at > 0 && text[at - 1] == ' ') --at;
  return at == 0 || ends_sentence(text[at - 1]);
}

// A mark that was never closed, or an inch sign, does not count beyond its line.
bool is_quoted(std::string_view text, std::size_t at) {
  bool quoted = false;
  for (; at > 0 && text[at - 1] != '\n'; --at) quoted ^= text[at - 1] == '"';
  return quoted;
}

}  // namespace

// Where the rest of a pattern stands while an inner group is matched.
struct PhraseSet::Frame {
  const Sequence* nodes;
  std::size_t next;
  const Frame* outer;
};

void PhraseSet::define(std::string_view name, std::string_view alternatives) {
  lists_.emplace(name, alternatives);
}

void PhraseSet::add(int kind, Where where, std::string_view pattern) {
  bool open_end = pattern.ends_with('*');
  if (open_end) pattern.remove_suffix(1);
  std::size_t at = 0;
  Phrase phrase{kind, open_end, parse_sequence(pattern, at)};
  assert(at == pattern.size() && kind < 32);
  std::set<std::string> firsts;
  beginnings({&phrase.nodes, 0, nullptr}, "", firsts);
  for (const auto& first : firsts) {
    std::uint16_t hash = hash_of(first.data());
    begins_[static_cast<int>(where)].set(hash);
    auto& list = by_hash_[static_cast<int>(where)][hash];
    if (list.empty() || list.back() != phrases_.size()) list.push_back(phrases_.size());
  }
  phrases_.push_back(std::move(phrase));
}

std::vector<PhraseSet::Sequence> PhraseSet::parse_alternatives(std::string_view pattern,
                                                               std::size_t& at) const {
  std::vector<Sequence> out;
  for (;;) {
    out.push_back(parse_sequence(pattern, at));
    if (at == pattern.size() || pattern[at++] == ')') return out;
  }
}

PhraseSet::Sequence PhraseSet::parse_sequence(std::string_view pattern, std::size_t& at) const {
  using Type = Node::Type;
  Sequence out;
  while (at < pattern.size() && pattern[at] != '|' && pattern[at] != ')') {
    char c = pattern[at++];
    if (c == '(') {
      out.push_back({Type::kOneOf, {}, parse_alternatives(pattern, at)});
    } else if (c == '!' && at < pattern.size() && pattern[at] == '(') {
      out.push_back({Type::kNot, {}, parse_alternatives(pattern, ++at)});
    } else if (c == '{') {
      std::size_t close = pattern.find('}', at);
      auto list = lists_.find(pattern.substr(at, close - at));
      assert(list != lists_.end());
      std::size_t inner = 0;
      out.push_back({Type::kOneOf, {}, parse_alternatives(list->second, inner)});
      at = close + 1;
    } else if (c == '~') {
      out.push_back({Type::kGap, {}, {}});
    } else if (c == '?') {
      assert(!out.empty());
      if (out.back().type == Type::kBytes) {  // the last character alone
        std::string& bytes = out.back().bytes;
        std::size_t begin = bytes.size() - 1;
        while (begin > 0 && (static_cast<unsigned char>(bytes[begin]) & 0xC0) == 0x80) --begin;
        std::string last = bytes.substr(begin);
        bytes.resize(begin);
        if (begin == 0) out.pop_back();
        out.push_back({Type::kOneOf, {}, {{Node{Type::kBytes, last, {}}}}});
      }
      out.back().alternatives.emplace_back();
    } else if (!out.empty() && out.back().type == Type::kBytes) {
      out.back().bytes += c;
    } else {
      out.push_back({Type::kBytes, std::string(1, c), {}});
    }
  }
  return out;
}

// The first kBeginning bytes of everything that `frame` matches after `prefix`.
void PhraseSet::beginnings(const Frame& frame, std::string prefix, std::set<std::string>& out) {
  if (prefix.size() >= kBeginning) {
    prefix.resize(kBeginning);
    out.insert(prefix);
    std::replace(prefix.begin(), prefix.end(), ' ', '\n');
    out.insert(prefix);
    return;
  }
  if (frame.next == frame.nodes->size()) {
    assert(frame.outer != nullptr && "patterns begin with four bytes that are known");
    beginnings(*frame.outer, std::move(prefix), out);
    return;
  }
  const Node& node = (*frame.nodes)[frame.next];
  Frame rest{frame.nodes, frame.next + 1, frame.outer};
  assert(node.type == Node::Type::kBytes || node.type == Node::Type::kOneOf);
  if (node.type == Node::Type::kBytes) {
    beginnings(rest, prefix + node.bytes, out);
  } else {
    for (const auto& sequence : node.alternatives) beginnings({&sequence, 0, &rest}, prefix, out);
  }
}

bool PhraseSet::match(std::string_view text, std::size_t at, const Frame& frame, bool open_end) {
  if (frame.next == frame.nodes->size()) {
    if (frame.outer != nullptr) return match(text, at, *frame.outer, open_end);
    return open_end || at == text.size() || !is_alnum(text[at - 1]) || !is_alnum(text[at]);
  }
  const Node& node = (*frame.nodes)[frame.next];
  Frame rest{frame.nodes, frame.next + 1, frame.outer};
  switch (node.type) {
    case Node::Type::kBytes:
      if (text.size() - at < node.bytes.size()) return false;
      for (char c : node.bytes) {
        char t = text[at++];
        if (t != c && !(c == ' ' && t == '\n')) return false;
      }
      return match(text, at, rest, open_end);
    case Node::Type::kOneOf:
      for (const auto& sequence : node.alternatives) {
        // Most alternatives differ from the text in their first byte.
        if (!sequence.empty() && sequence[0].type == Node::Type::kBytes &&
            (at == text.size() || (text[at] != sequence[0].bytes[0] && text[at] != '\n'))) {
          continue;
        }
        if (match(text, at, {&sequence, 0, &rest}, open_end)) return true;
      }
      return false;
    case Node::Type::kNot:
      for (const auto& sequence : node.alternatives) {
        if (match(text, at, {&sequence, 0, nullptr}, true)) return false;
      }
      return match(text, at, rest, open_end);
    case Node::Type::kGap:
      for (std::size_t end = std::min(text.size(), at + kGapBytes); at <= end; ++at) {
        if (match(text, at, rest, open_end)) return true;
        if (at == end || ends_sentence(text[at])) return false;
      }
  }
  return false;
}

std::uint32_t PhraseSet::find(std::string_view text, Scratch& starts) const {
  if (starts.size() < text.size()) starts.resize(text.size());
  std::size_t n = simd::word_starts(text, starts.data());
  std::uint32_t found = 0;
  for (std::size_t i = 0; i < n && starts[i] + kBeginning <= text.size(); ++i) {
    const std::size_t at = starts[i];
    const std::uint16_t hash = hash_of(text.data() + at);
    for (Where where : {Where::kSentence, Where::kWord}) {
      const int w = static_cast<int>(where);
      if (!begins_[w][hash]) continue;
      if (where == Where::kSentence && !begins_sentence(text, at)) continue;
      for (std::size_t candidate : by_hash_[w].find(hash)->second) {
        const Phrase& phrase = phrases_[candidate];
        if ((found >> phrase.kind & 1) == 0 &&
            match(text, at, {&phrase.nodes, 0, nullptr}, phrase.open_end) && !is_quoted(text, at)) {
          found |= std::uint32_t{1} << phrase.kind;
        }
      }
    }
  }
  return found;
}

}  // namespace corpus
