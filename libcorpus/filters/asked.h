// What an answer answers.
#ifndef CORPUS_FILTERS_ASKED_H_
#define CORPUS_FILTERS_ASKED_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "corpus/record.h"

namespace corpus {

// What users said since the answer before turn `answer`. Joined in `buffer`, by line feeds, where
// that is more than one turn.
inline std::string_view asked(const Record& record, std::size_t answer, std::string& buffer) {
  std::string_view out;
  auto parent = [&](std::int32_t turn) {
    return record.turns[static_cast<std::size_t>(turn)].parent;
  };
  for (auto at = parent(static_cast<std::int32_t>(answer)); at >= 0; at = parent(at)) {
    const Turn& turn = record.turns[static_cast<std::size_t>(at)];
    if (turn.role == Role::kAssistant) break;
    if (turn.role != Role::kUser) continue;
    if (out.empty()) {
      out = turn.text;
      continue;
    }
    if (out.data() != buffer.data()) buffer.assign(out);
    buffer.insert(0, 1, '\n');
    buffer.insert(0, turn.text);
    out = buffer;
  }
  return out;
}

}  // namespace corpus

#endif  // CORPUS_FILTERS_ASKED_H_
