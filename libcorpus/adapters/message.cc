// One chat message in any of its spellings: {role, content}, {from, value}, parts, tool calls.
#include <string_view>

#include "adapters/extraction.h"

namespace corpus {
namespace {

constexpr KeySet kContentKeys{Key::kContent, Key::kValue, Key::kText};
constexpr KeySet kReasoningKeys{Key::kReasoningContent, Key::kReasoning, Key::kThinking};
constexpr KeySet kCallKeys{Key::kToolCalls, Key::kFunctionCall};

// What a part of a message's content is.
enum class PartKind { kSaid, kReasoning, kCall, kToolResult, kMedia };

PartKind part_kind(std::string_view type) {
  if (type == "reasoning" || type == "thinking" || type == "thought") return PartKind::kReasoning;
  if (type == "tool_call" || type == "tool_use" || type == "function_call") return PartKind::kCall;
  if (type == "tool_result" || type == "function_response") return PartKind::kToolResult;
  if (type.find("image") != type.npos || type.find("audio") != type.npos ||
      type.find("video") != type.npos || type.find("file") != type.npos) {
    return PartKind::kMedia;
  }
  return PartKind::kSaid;
}

void append(Extraction& x, Role role, json::Cursor value, unsigned rank) {
  x.last = x.turns.add(role, value, x.last, rank);
}

// The first string among `keys` of the part; a part without one adds nothing.
void append_string(Extraction& x, Role role, KeySet keys, unsigned rank) {
  for (KeySet left = keys & x.part.present(); !left.empty(); left = left.without(left.first())) {
    if (x.part.kind(left.first()) == '"') return append(x, role, x.part.cursor(left.first()), rank);
  }
}

bool add_part(Extraction& x, json::Cursor& at, Role role, unsigned rank) {
  if (at.peek() == '"') {
    append(x, role, at, rank);
    at.next();
    return true;
  }
  if (at.peek() != '{') return false;
  json::Range whole{at.position(), 0};
  if (!x.read(x.part, at)) return false;
  whole.end = at.end_of(at.token());
  std::string_view type;
  if (x.part.has(Key::kType) && x.part.kind(Key::kType) == '"') {
    type = x.turns.text(x.part.cursor(Key::kType));
  }
  switch (part_kind(type)) {
    case PartKind::kMedia:
      break;
    case PartKind::kSaid:
      append_string(x, role, kContentKeys, rank);
      break;
    case PartKind::kToolResult:
      append_string(x, Role::kTool, kContentKeys, rank);
      break;
    case PartKind::kReasoning: {
      KeySet keys = kContentKeys;
      keys.add(Key::kThinking);
      keys.add(Key::kReasoning);
      append_string(x, Role::kReasoning, keys, rank);
      break;
    }
    case PartKind::kCall:
      if (x.part.has(Key::kValue) && x.part.kind(Key::kValue) == '"') {
        append(x, Role::kCall, x.part.cursor(Key::kValue), rank);
      } else {
        x.last = x.turns.add_raw(Role::kCall, whole, at.base(), x.last);
      }
      break;
  }
  return true;
}

void add_calls(Extraction& x, Key key) {
  json::Cursor at = x.message.cursor(key);
  auto add_call = [&](json::Cursor& call) {
    json::Range whole{call.position(), 0};
    bool is_string = call.peek() == '"';
    json::Cursor start = call;
    call.skip();
    whole.end = call.end_of(call.token());
    if (is_string) {
      append(x, Role::kCall, start, 0);
    } else {
      x.last = x.turns.add_raw(Role::kCall, whole, call.base(), x.last);
    }
    return true;
  };
  if (at.peek() == '[') {
    for_each(at, add_call);
  } else if (at.peek() != 'n') {
    add_call(at);
  }
}

}  // namespace

bool add_message(Extraction& x, Role fallback, unsigned rank) {
  const Members& m = x.message;
  Key role_key = (m.present() & KeySet{Key::kRole, Key::kFrom}).first();
  Key content = (m.present() & kContentKeys).first();
  Key reasoning = (m.present() & kReasoningKeys).first();
  if (content == Key::kNone && reasoning == Key::kNone && (m.present() & kCallKeys).empty()) {
    return false;
  }
  Role role = fallback;
  if (role_key != Key::kNone && m.kind(role_key) == '"') {
    role = role_of(x.turns.text(m.cursor(role_key)));
  }
  int before = x.turns.size();
  // Only the first turn of a message is an alternative; the others continue it.
  auto rank_now = [&] { return x.turns.size() == before ? rank : 0; };

  if (reasoning != Key::kNone && m.kind(reasoning) == '"' && !is_blank(m.cursor(reasoning))) {
    append(x, Role::kReasoning, m.cursor(reasoning), rank_now());
  }
  if (content != Key::kNone && m.kind(content) != 'n') {
    json::Cursor at = m.cursor(content);
    if (at.peek() == '[') {
      if (!for_each(at, [&](json::Cursor& part) { return add_part(x, part, role, rank_now()); })) {
        return false;
      }
    } else if (at.peek() == '{') {
      if (!add_part(x, at, role, rank_now())) return false;
    } else {
      append(x, role, at, rank_now());
    }
  }
  for (Key key : {Key::kToolCalls, Key::kFunctionCall}) {
    if (m.has(key)) add_calls(x, key);
  }
  // A message that says nothing is still a turn, so that filters see the empty answer.
  if (x.turns.size() == before) x.last = x.turns.add_empty(role, x.last, rank);
  return true;
}

bool add_chat(Extraction& x, json::Cursor array, unsigned rank) {
  int said = 0;
  return for_each(array, [&](json::Cursor& at) {
    unsigned now = said == 0 ? rank : 0;
    Role speaker = said % 2 == 0 ? Role::kUser : Role::kAssistant;
    ++said;
    if (at.peek() == '"') {
      append(x, speaker, at, now);
      at.next();
      return true;
    }
    return at.peek() == '{' && x.read(x.message, at) && add_message(x, speaker, now);
  });
}

}  // namespace corpus
