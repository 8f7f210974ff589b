#include "grammar.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "rules.h"

namespace corpus::demo {
namespace {

void append_number(int n, std::string& out) {
  char text[12];
  out.append(text, std::to_chars(text, text + sizeof text, n).ptr);
}

bool vowel(char c) { return std::string_view("aeiouAEIOU").find(c) != std::string_view::npos; }

void upper(std::string& out, std::size_t at) {
  if (at < out.size() && out[at] >= 'a' && out[at] <= 'z')
    out[at] = static_cast<char>(out[at] - 32);
}

void expand_all(const std::vector<Piece>& pieces, Rng& rng, const Registers& reg, std::string& out);

void expand_piece(const Piece& piece, Rng& rng, const Registers& reg, std::string& out) {
  switch (piece.kind) {
    case Piece::Kind::kText:
      out += piece.text;
      return;
    case Piece::Kind::kRegister:
      out += reg[static_cast<std::size_t>(piece.lo)];
      return;
    case Piece::Kind::kNumber:
      append_number(rng.between(piece.lo, piece.hi), out);
      return;
    case Piece::Kind::kChoice:
      expand_all(piece.choices[rng.below(piece.choices.size())], rng, reg, out);
      return;
    case Piece::Kind::kRule:
      if (piece.article) {
        out += "a ";
        std::size_t at = out.size();
        expand(*piece.rule, rng, reg, out);
        if (at < out.size() && vowel(out[at])) out.insert(at - 1, 1, 'n');
        if (piece.capital) upper(out, at - 2);
      } else {
        std::size_t at = out.size();
        expand(*piece.rule, rng, reg, out);
        if (piece.capital) upper(out, at);
      }
      return;
  }
}

void expand_all(const std::vector<Piece>& pieces, Rng& rng, const Registers& reg,
                std::string& out) {
  for (const Piece& piece : pieces) expand_piece(piece, rng, reg, out);
}

[[noreturn]] void broken(std::string_view what, std::string_view text) {
  std::fprintf(stderr, "grammar: %.*s in \"%.*s\"\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(text.size()), text.data());
  std::abort();
}

}  // namespace

void expand(const Rule& rule, Rng& rng, const Registers& reg, std::string& out) {
  if (!rule.words.empty()) {
    out += rule.words[rng.below(rule.words.size())];
  } else {
    expand_all(rule.templates[rng.below(rule.templates.size())], rng, reg, out);
  }
}

void sentence(const Rule& rule, Rng& rng, const Registers& reg, std::string& out) {
  std::size_t at = out.size();
  expand(rule, rng, reg, out);
  upper(out, at);
}

void sentences(const Rule& rule, int count, Rng& rng, const Registers& reg, std::string& out) {
  // A random start and a stride that shares no factor with the number of templates.
  std::size_t n = rule.templates.size();
  std::size_t at = rng.below(n), stride = 1 + rng.below(n);
  while (std::gcd(stride, n) != 1) ++stride;
  for (int i = 0; i < count; ++i, at = (at + stride) % n) {
    std::size_t begin = out.size();
    expand_all(rule.templates[at], rng, reg, out);
    upper(out, begin);
    out += ' ';
  }
}

void Grammar::words(const std::string& name, std::vector<std::string> list) {
  Rule& rule = rules_[name];
  for (auto& word : list) rule.words.push_back(strings_.emplace_back(std::move(word)));
}

void Grammar::rule(const std::string& name, const std::vector<std::string>& templates) {
  rules_[name];
  auto& source = sources_.emplace_back(name, std::vector<std::string_view>());
  for (const auto& text : templates) source.second.push_back(strings_.emplace_back(text));
}

void Grammar::compile() {
  for (const auto& [name, templates] : sources_) {
    for (auto text : templates) rules_[name].templates.push_back(parse(text));
  }
  sources_.clear();
}

const Rule& Grammar::operator[](const std::string& name) const {
  auto found = rules_.find(name);
  if (found == rules_.end()) broken("unknown rule", name);
  return found->second;
}

std::vector<Piece> Grammar::parse(std::string_view text) {
  std::vector<Piece> out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t stop = text.find_first_of("{[", at);
    if (stop != at) {
      out.push_back({.text = text.substr(at, stop - at)});
      if (stop == std::string_view::npos) break;
    }
    Piece piece;
    char close = text[stop] == '{' ? '}' : ']';
    std::size_t end = text.find(close, stop);
    if (end == std::string_view::npos) broken("open slot", text);
    std::string_view body = text.substr(stop + 1, end - stop - 1);
    at = end + 1;
    if (close == ']') {
      piece.kind = Piece::Kind::kChoice;
      for (std::size_t from = 0;;) {
        std::size_t bar = body.find('|', from);
        piece.choices.push_back(parse(body.substr(from, bar - from)));
        if (bar == std::string_view::npos) break;
        from = bar + 1;
      }
    } else if (body.size() == 1 && body[0] >= '0' && body[0] <= '9') {
      piece.kind = Piece::Kind::kRegister;
      piece.lo = body[0] - '0';
    } else if (body.starts_with('#')) {
      piece.kind = Piece::Kind::kNumber;
      std::size_t dash = body.find('-');
      if (dash == std::string_view::npos) broken("no range", text);
      std::from_chars(body.data() + 1, body.data() + dash, piece.lo);
      std::from_chars(body.data() + dash + 1, body.data() + body.size(), piece.hi);
    } else {
      piece.kind = Piece::Kind::kRule;
      if (body.starts_with('^')) {
        piece.capital = true;
        body.remove_prefix(1);
      }
      if (body.starts_with("an ")) {
        piece.article = true;
        body.remove_prefix(3);
      }
      auto found = rules_.find(std::string(body));
      if (found == rules_.end()) broken("unknown slot", text);
      piece.rule = &found->second;
    }
    out.push_back(std::move(piece));
  }
  return out;
}

const Grammar& grammar() {
  static const Grammar built = [] {
    Grammar g;
    add_words(g);
    add_story_rules(g);
    add_number_rules(g);
    add_code_rules(g);
    add_advice_rules(g);
    g.compile();
    return g;
  }();
  return built;
}

}  // namespace corpus::demo
