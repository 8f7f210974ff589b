// Does a text parse? Asks Python and g++, in the sandbox.
#ifndef CORPUS_CHECK_COMPILERS_H_
#define CORPUS_CHECK_COMPILERS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/result.h"
#include "corpus/sandbox.h"

namespace corpus::check {

struct Parsed {
  enum class Verdict : std::uint8_t { kParses, kBroken, kUnknown } verdict = Verdict::kUnknown;
  std::string why;  // "line 3: invalid syntax", or why it is not known
};

// All texts in as few processes as can be: one, unless a text ends the parser. One `out` for each.
Result<void> parse_python(const Sandbox& sandbox, std::span<const std::string> texts,
                          std::vector<Parsed>& out);

// One process a text: -fsyntax-only. A text that includes nothing, or a header that is not there,
// is kUnknown.
class CppParser {
 public:
  // kUnsupported where there is no g++ below /usr/lib/gcc.
  static Result<CppParser> find();
  Result<Parsed> parse(const Sandbox& sandbox, const std::string& text) const;

 private:
  std::vector<std::string> command_;
};

}  // namespace corpus::check

#endif  // CORPUS_CHECK_COMPILERS_H_
