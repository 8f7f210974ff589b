// Grammar: sentences from templates with slots, fast enough to write gigabytes.
//
// A rule is a list of templates; a template is text with
//   {noun}    one entry of the rule or word list `noun`
//   {an noun} the same with "a" or "an" before it
//   {^noun}   the same with its first letter in upper case
//   {3}       register 3, set by the caller
//   {#lo-hi}  a random whole number
//   [x|y|z]   one of the alternatives, which may hold slots
// Everything is compiled when the grammar is built; expanding copies bytes and draws numbers only.
// A built Grammar is const and may be used by many threads.
#ifndef CORPUS_BENCH_GENERATOR_GRAMMAR_H_
#define CORPUS_BENCH_GENERATOR_GRAMMAR_H_

#include <array>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rng.h"

namespace corpus::demo {

using Registers = std::array<std::string, 10>;

struct Rule;

struct Piece {
  enum class Kind : unsigned char { kText, kRule, kRegister, kNumber, kChoice };
  Kind kind = Kind::kText;
  bool article = false;
  bool capital = false;
  std::string_view text;
  const Rule* rule = nullptr;
  int lo = 0, hi = 0;                       // number range; lo is the register
  std::vector<std::vector<Piece>> choices;  // kChoice
};

struct Rule {
  std::vector<std::string_view> words;        // a plain list ...
  std::vector<std::vector<Piece>> templates;  // ... or templates, never both
};

class Grammar {
 public:
  void words(const std::string& name, std::vector<std::string> list);
  void rule(const std::string& name, const std::vector<std::string>& templates);
  // Resolves the slots of all templates. A slot without a rule is a programming error: aborts.
  void compile();

  const Rule& operator[](const std::string& name) const;

 private:
  std::vector<Piece> parse(std::string_view text);
  std::deque<std::string> strings_;  // owns all text
  std::unordered_map<std::string, Rule> rules_;
  std::vector<std::pair<std::string, std::vector<std::string_view>>> sources_;
};

// Appends one expansion of `rule`.
void expand(const Rule& rule, Rng& rng, const Registers& registers, std::string& out);
// The same with an upper-case first letter.
void sentence(const Rule& rule, Rng& rng, const Registers& registers, std::string& out);

// `count` sentences of `rule`, each followed by a space, from different templates as far as there
// are enough of them.
void sentences(const Rule& rule, int count, Rng& rng, const Registers& registers, std::string& out);

// The one grammar of the generator, built at first use.
const Grammar& grammar();

}  // namespace corpus::demo

#endif  // CORPUS_BENCH_GENERATOR_GRAMMAR_H_
