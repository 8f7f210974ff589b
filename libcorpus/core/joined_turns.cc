#include "core/joined_turns.h"

namespace corpus {

std::string_view joined_turns(const Record& record, Scope scope, std::string& buffer) {
  const Turn* only = nullptr;
  std::size_t n = 0;
  for (const Turn& turn : record.turns) {
    if (!in_scope(turn, scope) || (scope == Scope::kResponse && turn.rank != 0)) continue;
    if (++n == 1) {
      only = &turn;
      continue;
    }
    if (n == 2) buffer.assign(only->text);
    buffer.append(1, '\n').append(turn.text);
  }
  if (n == 0) return {};
  return n == 1 ? only->text : std::string_view(buffer);
}

}  // namespace corpus
