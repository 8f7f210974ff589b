// Words that spaCy's English rules list one by one: contractions, abbreviations, emoticons.
#ifndef CORPUS_TEXT_ENGLISH_SPECIALS_H_
#define CORPUS_TEXT_ENGLISH_SPECIALS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace corpus::text {

inline constexpr std::size_t kLongestSpecial = 40;  // bytes

// Where the tokens of a special word end, the word's own end included; null when it is none.
const std::vector<std::uint32_t>* find_special(std::string_view word);

}  // namespace corpus::text

#endif  // CORPUS_TEXT_ENGLISH_SPECIALS_H_
