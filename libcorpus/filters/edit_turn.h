// Changing the text of a turn: later stages and the output see the new one.
#ifndef CORPUS_FILTERS_EDIT_TURN_H_
#define CORPUS_FILTERS_EDIT_TURN_H_

#include <cstddef>
#include <string_view>

#include "corpus/batch.h"

namespace corpus {

// False when the turn's text is no JSON string (a part of a line of plain text, a tool call kept as
// JSON), so that it cannot be changed.
bool edit_turn(Batch& batch, std::size_t record, std::size_t turn, std::string_view text);

}  // namespace corpus

#endif  // CORPUS_FILTERS_EDIT_TURN_H_
