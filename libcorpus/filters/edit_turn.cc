#include "filters/edit_turn.h"

#include <algorithm>

#include "json/escape.h"

namespace corpus {

bool edit_turn(Batch& batch, std::size_t record, std::size_t turn, std::string_view text) {
  Record& r = batch.records[record];
  const Span raw = r.turns[turn].raw;
  if (raw.size() == 0) return false;
  std::string_view quoted = json::quoted(batch.arena, text);
  std::string_view inside = quoted.substr(1, quoted.size() - 2);
  // Edits do not overlap: what is changed again replaces the first change.
  auto same = [&](const Edit& edit) {
    return edit.record == record && edit.span.begin >= raw.begin && edit.span.end <= raw.end;
  };
  std::erase_if(batch.edits, same);
  batch.edit(record, raw, inside);
  auto* turns = batch.arena.allocate_array<Turn>(r.turns.size());
  std::copy(r.turns.begin(), r.turns.end(), turns);
  turns[turn].text = batch.arena.copy(text);
  r.turns = {turns, r.turns.size()};
  return true;
}

}  // namespace corpus
