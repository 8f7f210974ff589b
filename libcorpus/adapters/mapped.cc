#include "adapters/mapped.h"

#include <string>

namespace corpus {

Result<Mapping> Mapping::parse(const Value& map) {
  const Value::Object* members = map.if_object();
  if (members == nullptr || members->empty()) {
    return Error{
        Code::kInvalidArgument,
        "map: adapt: mapped needs an object of JSON Pointers, as in {prompt: /q, response: /a}"};
  }
  Mapping out;
  out.texts_ = {{Role::kSystem, {}},
                {Role::kText, {}},
                {Role::kUser, {}},
                {Role::kReasoning, {}},
                {Role::kAssistant, {}}};
  const std::pair<std::string_view, Pointers*> known[] = {
      {"system", &out.texts_[0].at},   {"text", &out.texts_[1].at},
      {"prompt", &out.texts_[2].at},   {"reasoning", &out.texts_[3].at},
      {"response", &out.texts_[4].at}, {"chosen", &out.chosen_},
      {"rejected", &out.rejected_},    {"id", &out.id_},
      {"teacher", &out.teacher_},      {"finish_reason", &out.finish_reason_},
  };
  for (const auto& [name, value] : *members) {
    Pointers* to = nullptr;
    for (const auto& [key, pointers] : known) {
      if (key == name) to = pointers;
    }
    if (to == nullptr) {
      return Error{Code::kInvalidArgument,
                   "map." + name +
                       ": use system, text, prompt, reasoning, response, chosen, "
                       "rejected, id, teacher or finish_reason"};
    }
    for (const std::string& text : map.strings(name)) {
      auto pointer = json::Pointer::parse(text);
      if (!pointer) return std::move(pointer).error().context("map." + name);
      to->push_back(*std::move(pointer));
    }
  }
  return out;
}

bool Mapping::find(const Pointers& pointers, json::Cursor& at) {
  for (const auto& pointer : pointers) {
    json::Cursor found = at;
    if (pointer.find(found) && is_scalar(found.peek()) && found.peek() != 'n') {
      at = found;
      return true;
    }
  }
  return false;
}

bool Mapping::add_turns(Extraction& x, json::Cursor root) const {
  for (const auto& text : texts_) {
    for (const auto& pointer : text.at) {
      json::Cursor at = root;
      if (!pointer.find(at) || at.peek() == 'n') continue;
      if (is_scalar(at.peek())) {
        x.last = x.turns.add(text.role, at, x.last);
      } else if (at.peek() == '[') {
        add_strings(x, at, text.role);
      }
    }
  }
  x.prompt = x.last;
  unsigned rank = 0;
  for (const Pointers* side : {&chosen_, &rejected_}) {
    for (const auto& pointer : *side) {
      json::Cursor at = root;
      if (pointer.find(at) && at.peek() != 'n') add_branch(x, at, rank);
    }
    ++rank;
  }
  return x.turns.size() != 0;
}

}  // namespace corpus
