// Message trees as OASST has them: {text, role, rank, replies: [the same ...]}.
#include <charconv>

#include "adapters/extraction.h"

namespace corpus {
namespace {

// Adds the message at the cursor; *replies is its array of replies, null when it has none.
bool add_node(Extraction& x, json::Cursor& at, int parent, unsigned ordinal,
              json::Cursor* replies) {
  if (at.peek() != '{' || !x.read(x.message, at)) return false;
  const Members& m = x.message;
  Key text = (m.present() & KeySet{Key::kText, Key::kContent}).first();
  if (text == Key::kNone || !is_scalar(m.kind(text))) return false;
  Role role = Role::kText;
  if (m.has(Key::kRole) && m.kind(Key::kRole) == '"') {
    role = role_of(x.turns.text(m.cursor(Key::kRole)));
  }
  unsigned rank = ordinal;
  if (m.has(Key::kRank) && is_scalar(m.kind(Key::kRank))) {
    std::string_view digits = x.turns.text(m.cursor(Key::kRank));
    std::from_chars(digits.data(), digits.data() + digits.size(), rank);
  }
  if (x.teacher.base() == nullptr && m.has(Key::kModelName) && m.kind(Key::kModelName) == '"') {
    x.teacher = m.cursor(Key::kModelName);
  }
  x.last = x.turns.add(role, m.cursor(text), parent, rank);
  if (m.has(Key::kReplies) && m.kind(Key::kReplies) == '[') *replies = m.cursor(Key::kReplies);
  return true;
}

}  // namespace

bool add_tree(Extraction& x, json::Cursor root) {
  // Depth first with a stack of our own: a tree may be as deep as max_depth allows.
  auto& levels = x.levels;
  levels.clear();
  json::Cursor replies;
  if (!add_node(x, root, x.last, 0, &replies)) return false;
  auto descend = [&] {
    if (replies.base() == nullptr) return;
    replies.next();
    if (replies.peek() != ']') levels.push_back({replies, x.last, 0});
    replies = {};
  };
  descend();
  while (!levels.empty()) {
    auto& level = levels.back();
    if (!add_node(x, level.next, level.parent, level.ordinal++, &replies)) return false;
    if (!level.next.next_if(',')) levels.pop_back();
    descend();
  }
  return true;
}

}  // namespace corpus
