// The text of a part of a record, for stages that judge it as one.
#ifndef CORPUS_CORE_JOINED_TURNS_H_
#define CORPUS_CORE_JOINED_TURNS_H_

#include <string>
#include <string_view>

#include "corpus/component.h"
#include "corpus/record.h"

namespace corpus {

// The turns in scope, joined by line feeds in `buffer` when there is more than one. Of alternative
// answers (scope response) the best only: others are there to be worse.
std::string_view joined_turns(const Record& record, Scope scope, std::string& buffer);

}  // namespace corpus

#endif  // CORPUS_CORE_JOINED_TURNS_H_
