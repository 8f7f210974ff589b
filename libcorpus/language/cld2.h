// CLD2 (Dick Sites, 2013), with its input made acceptable and its codes made BCP 47.
#ifndef CORPUS_LANGUAGE_CLD2_H_
#define CORPUS_LANGUAGE_CLD2_H_

#include <string>
#include <string_view>

#include "language/identifier.h"

namespace corpus::language {

// CLD2 gives up at characters that may not be interchanged (controls, noncharacters). Here they are
// replaced by spaces: `text` itself where there are none, else a copy in `buffer`.
std::string_view interchangeable(std::string_view text, std::string& buffer);

Guess cld2(std::string_view text, std::string& buffer);

}  // namespace corpus::language

#endif  // CORPUS_LANGUAGE_CLD2_H_
