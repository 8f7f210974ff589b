// A set of phrases, each a short pattern over folded text (text/fold.h), found in one walk.
//
// A pattern is literal but for
//   (a|b c)   one of these      (a|b )?   or none of them, as s? is      {name}   a defined list
//   ~         at most 40 bytes of the same sentence                !(a|b)   none of these follows
//   *         at the end: the last word may go on ("fulfil*")
// A pattern that ends in a letter or digit ends at the end of a word. A space also matches a line
// break. Patterns are compiled once; find() is const, allocates nothing, and costs O(text) but for
// the few places where the first four bytes of some pattern stand.
#ifndef CORPUS_FILTERS_PHRASE_SET_H_
#define CORPUS_FILTERS_PHRASE_SET_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace corpus {

class PhraseSet {
 public:
  enum class Where : std::uint8_t {
    kSentence,  // at the beginning of a sentence
    kWord,      // at the beginning of any word
  };

  void define(std::string_view name, std::string_view alternatives);
  // `kind` is what find() answers; the smallest wins where several patterns match.
  void add(int kind, Where where, std::string_view pattern);

  // Kinds up to 31; a bit for each that occurs in `folded` outside quotation marks.
  // `scratch` only saves allocations.
  using Scratch = std::vector<std::uint32_t>;
  std::uint32_t find(std::string_view folded, Scratch& scratch) const;

 private:
  struct Node;
  using Sequence = std::vector<Node>;
  struct Node {
    enum class Type : std::uint8_t { kBytes, kOneOf, kGap, kNot } type;
    std::string bytes;
    std::vector<Sequence> alternatives;
  };
  struct Phrase {
    int kind;
    bool open_end;
    Sequence nodes;
  };
  struct Frame;

  Sequence parse_sequence(std::string_view pattern, std::size_t& at) const;
  std::vector<Sequence> parse_alternatives(std::string_view pattern, std::size_t& at) const;
  static void beginnings(const Frame& frame, std::string prefix, std::set<std::string>& out);
  static bool match(std::string_view text, std::size_t at, const Frame& frame, bool open_end);

  std::map<std::string, std::string, std::less<>> lists_;
  static constexpr std::size_t kBeginning = 4;
  std::vector<Phrase> phrases_;
  // By Where, then by a hash of the first kBeginning bytes.
  std::bitset<65536> begins_[2];
  std::map<std::uint16_t, std::vector<std::size_t>> by_hash_[2];
};

}  // namespace corpus

#endif  // CORPUS_FILTERS_PHRASE_SET_H_
