#include "filters/phrase_set.h"

#include <cassert>

namespace corpus {
namespace {

constexpr std::size_t kGapBytes = 40;

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool ends_sentence(char c) { return c == '.' || c == '!' || c == '?' || c == '\n'; }

std::uint16_t pair_of(char a, char b) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(a) << 8 | static_cast<unsigned char>(b));
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
  Phrase phrase{kind, where, open_end, parse_sequence(pattern, at)};
  assert(at == pattern.size() && kind < 32);
  std::set<std::string> pairs;
  first_pairs({&phrase.nodes, 0, nullptr}, "", pairs);
  for (const auto& pair : pairs) {
    std::uint16_t key = pair_of(pair[0], pair[1]);
    begins_.set(key);
    by_pair_[key].push_back(phrases_.size());
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
    } else if (c == '?' && !out.empty() && out.back().type == Type::kOneOf) {
      out.back().alternatives.emplace_back();
    } else if (!out.empty() && out.back().type == Type::kBytes) {
      out.back().bytes += c;
    } else {
      out.push_back({Type::kBytes, std::string(1, c), {}});
    }
  }
  return out;
}

// All two-byte beginnings of what `frame` matches after `prefix`.
void PhraseSet::first_pairs(const Frame& frame, std::string prefix, std::set<std::string>& out) {
  if (prefix.size() >= 2) {
    out.insert(prefix.substr(0, 2));
    return;
  }
  if (frame.next == frame.nodes->size()) {
    assert(frame.outer != nullptr && "a pattern has to begin with two bytes that are known");
    first_pairs(*frame.outer, prefix, out);
    return;
  }
  const Node& node = (*frame.nodes)[frame.next];
  Frame rest{frame.nodes, frame.next + 1, frame.outer};
  assert(node.type == Node::Type::kBytes || node.type == Node::Type::kOneOf);
  if (node.type == Node::Type::kBytes) {
    first_pairs(rest, prefix + node.bytes, out);
  } else {
    for (const auto& sequence : node.alternatives) first_pairs({&sequence, 0, &rest}, prefix, out);
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

std::uint32_t PhraseSet::find(std::string_view text) const {
  std::uint32_t found = 0;
  bool quoted = false, sentence = true;  // is `at` inside quotation marks, at the start of a sentence
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    char c = text[at];
    if (begins_[pair_of(c, text[at + 1])] && !quoted &&
        (sentence || at == 0 || !is_alnum(text[at - 1]))) {
      for (std::size_t i : by_pair_.find(pair_of(c, text[at + 1]))->second) {
        const Phrase& phrase = phrases_[i];
        if ((found >> phrase.kind & 1) != 0) continue;
        if (phrase.where == Where::kSentence && !sentence) continue;
        if (match(text, at, {&phrase.nodes, 0, nullptr}, phrase.open_end)) {
          found |= std::uint32_t{1} << phrase.kind;
        }
      }
    }
    if (is_alnum(c)) {
      sentence = false;
    } else if (c == '\n') {
      quoted = false;  // a mark that was never closed, or an inch sign
      sentence = true;
    } else if (c == '"') {
      quoted = !quoted;
      sentence = false;
    } else if (ends_sentence(c)) {
      sentence = true;
    } else if (c != ' ') {
      sentence = false;
    }
  }
  return found;
}

}  // namespace corpus
