// Splits by a regular expression (PCRE2, compiled to machine code where the CPU allows): for the
// pre-tokenizer patterns that have no scanner, and as the reference of those that have one.
//
// The pattern is read as the engines of `tokenizers` and `tiktoken` read it: Unicode classes, \s is
// White_Space. Patterns come from outside: matching a text is bounded in steps and memory; when the
// bound is hit, what is left of the text becomes one piece.
//
// Immutable; threads share one, each with its own Memory.
#ifndef CORPUS_TOKENS_REGEX_SPLIT_H_
#define CORPUS_TOKENS_REGEX_SPLIT_H_

#include <memory>
#include <string_view>

#include "corpus/result.h"

namespace corpus::tokens {

class RegexSplit {
 public:
  static Result<RegexSplit> compile(std::string_view pattern);
  RegexSplit(RegexSplit&&) noexcept;
  RegexSplit& operator=(RegexSplit&&) noexcept;
  ~RegexSplit();

  class Memory {  // of one thread, for any number of patterns
   public:
    Memory();
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

   private:
    friend class RegexSplit;
    struct Parts;
    std::unique_ptr<Parts> parts_;
  };

  // Calls f(begin, end, matched) for each match of `text` (valid UTF-8) and each gap between them,
  // in order. Empty matches are passed over.
  template <typename F>
  void split(std::string_view text, Memory& memory, F&& f) const {
    std::size_t at = 0, begin = 0, end = 0;
    std::size_t from = 0;
    while (at < text.size() && find(text, from, memory, &begin, &end)) {
      if (begin == end) {
        from = next_character(text, end);
        if (from > text.size()) break;
        continue;
      }
      if (begin > at) f(at, begin, false);
      f(begin, end, true);
      at = from = end;
    }
    if (at < text.size()) f(at, text.size(), false);
  }

 private:
  RegexSplit() = default;
  bool find(std::string_view text, std::size_t from, Memory& memory, std::size_t* begin,
            std::size_t* end) const;
  static std::size_t next_character(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && (text[at] & 0xC0) == 0x80;) ++at;
    return at;
  }

  struct Code;
  std::unique_ptr<Code> code_;
};

// `pattern` with \s and \S spelled out as White_Space, for PCRE2, whose \s has U+180E besides.
// kUnsupported for a \S inside a class.
Result<std::string> spell_out_spaces(std::string_view pattern);

}  // namespace corpus::tokens

#endif  // CORPUS_TOKENS_REGEX_SPLIT_H_
