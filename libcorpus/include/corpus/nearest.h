// The name that was probably meant, for messages: "did you mean 'rows'?".
#ifndef CORPUS_NEAREST_H_
#define CORPUS_NEAREST_H_

#include <span>
#include <string>
#include <string_view>

namespace corpus {

// The candidate at the smallest edit distance (insert, delete, replace, swap of neighbours: optimal
// string alignment); empty when none is near enough to be a slip of the fingers. First of equals.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> candidates);

// "; did you mean 'rows'?", or "; <what> are: a, b, c" when nothing is near.
std::string suggestion(std::string_view typed, std::span<const std::string_view> candidates,
                       std::string_view what);

}  // namespace corpus

#endif  // CORPUS_NEAREST_H_
