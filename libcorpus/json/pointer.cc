#include "json/pointer.h"

#include <algorithm>
#include <charconv>

#include "corpus/arena.h"
#include "json/unescape.h"

namespace corpus::json {
namespace {

bool same_name(const Cursor& at, const std::string& step) {
  Range raw = at.string();
  std::string_view name(at.base() + raw.begin, raw.end - raw.begin);
  if (name.find('\\') == name.npos) return name == step;
  Arena arena;
  bool lone = false;
  return unescape(name, arena, &name, &lone) && name == step;
}

bool enter_object(Cursor& at, const std::string& step) {
  at.next();
  if (at.peek() == '}') return false;
  do {
    bool found = same_name(at, step);
    at.next();
    at.next();  // the colon
    if (found) return true;
    at.skip();
  } while (at.next_if(','));
  return false;
}

bool enter_array(Cursor& at, const std::string& step) {
  unsigned index = 0;
  auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) return false;
  if (step.size() > 1 && step[0] == '0') return false;
  at.next();
  if (at.peek() == ']') return false;
  for (; index > 0; --index) {
    at.skip();
    if (!at.next_if(',')) return false;
  }
  return true;
}

}  // namespace

Result<Pointer> Pointer::parse(std::string_view text) {
  auto bad = [&](const char* why) {
    return Error{Code::kInvalidArgument, "JSON Pointer '" + std::string(text) + "': " + why};
  };
  Pointer out;
  if (text.empty()) return out;
  if (text[0] != '/') return bad("it has to begin with '/', as in \"/data/0/text\"");
  std::string* step = nullptr;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      step = &out.steps_.emplace_back();
    } else if (text[i] != '~') {
      *step += text[i];
    } else if (i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1')) {
      *step += text[++i] == '0' ? '~' : '/';
    } else {
      return bad("'~' is written ~0 and '/' inside a name ~1");
    }
  }
  return out;
}

bool Pointer::find(Cursor& at) const {
  return std::all_of(steps_.begin(), steps_.end(), [&](const std::string& step) {
    return at.peek() == '{' ? enter_object(at, step) : at.peek() == '[' && enter_array(at, step);
  });
}

}  // namespace corpus::json
