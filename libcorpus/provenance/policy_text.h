// The free text that tables of sources hold, taken apart.
#ifndef CORPUS_PROVENANCE_POLICY_TEXT_H_
#define CORPUS_PROVENANCE_POLICY_TEXT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/policy.h"

namespace corpus::policy {

// How much a matching glob says: its letters, and more than any of them when it has no wildcard.
int specificity(std::string_view glob);
bool matches_any(std::string_view globs, std::string_view text);  // globs separated by '|'
bool matches_any(const std::vector<std::string>& globs, std::string_view text);

// Lower case, single blanks, no double quotes, no blank or full stop at the ends.
std::string plain_text(std::string_view text);

// "A (b; c), d" -> words "A, d", remarks {"b; c"}.
struct Clause {
  std::string words;
  std::vector<std::string> remarks;
};
// Cuts at `cut` outside brackets. Brackets that do not pair leave everything in `words`.
std::vector<Clause> split_clauses(std::string_view text, std::string_view cut);

// What a licence field says, as alternatives ("OR") of things that hold together. A clause may be
// known to the built-in registry, to the user's files (either null), or both.
struct Stated {
  std::vector<std::pair<const Terms*, const Terms*>> terms;
  std::vector<std::string> unread;  // clauses that nobody understood
};
std::vector<Stated> read_licence(const Registry& registry, std::string_view stated);

}  // namespace corpus::policy

#endif  // CORPUS_PROVENANCE_POLICY_TEXT_H_
