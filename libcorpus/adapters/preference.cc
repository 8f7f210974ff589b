// Preference pairs: the chosen answer and the rejected one below the same prompt.
#include <algorithm>

#include "adapters/extraction.h"

namespace corpus {
namespace {

// Up to here everything added is one chain: prompt, then the chosen side. A side that is a whole
// conversation repeats its beginning; the repetition is taken out again, so that each prompt is one
// turn. Two turns are the same when role and text are.
void hang_branch(Extraction& x, std::size_t first, unsigned rank) {
  auto& turns = x.turns.turns();
  std::size_t size = turns.size() - first;
  if (size == 0) return;
  std::size_t common = 0;
  std::size_t limit = std::min(size - 1, first);
  while (common < limit && turns[common].role == turns[first + common].role &&
         turns[common].text == turns[first + common].text) {
    ++common;
  }
  auto prompt = static_cast<std::size_t>(x.prompt + 1);
  // The side has to repeat the prompt to its end. The chosen side ends where the rejected begins,
  // so at least the last turn of it stays apart.
  if (common < prompt) common = 0;
  if (rank > 0 && common == first && common > 0) --common;
  turns.erase(turns.begin() + static_cast<std::ptrdiff_t>(first),
              turns.begin() + static_cast<std::ptrdiff_t>(first + common));
  int parent = common > 0 ? static_cast<int>(common) - 1 : x.prompt;
  for (std::size_t i = first; i < turns.size(); ++i) {
    turns[i].parent = parent;
    turns[i].rank = 0;
    parent = static_cast<int>(i);
  }
  turns[first].rank = static_cast<std::uint8_t>(rank);
  x.last = parent;
}

}  // namespace

bool add_branch(Extraction& x, json::Cursor value, unsigned rank) {
  auto first = static_cast<std::size_t>(x.turns.size());
  x.last = x.prompt;
  if (value.peek() == '"') {
    // Without a prompt beside it the string is a whole dialogue ("\n\nHuman: ...").
    Role role = x.prompt < 0 ? Role::kText : Role::kAssistant;
    x.turns.add(role, value, x.prompt, rank);
    return true;
  }
  if (value.peek() == '{') {
    if (!x.read(x.message, value) || !add_message(x, Role::kAssistant, rank)) return false;
  } else if (value.peek() != '[' || !add_chat(x, value, rank)) {
    return false;
  }
  hang_branch(x, first, rank);
  return true;
}

}  // namespace corpus
