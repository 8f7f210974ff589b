#include "writers/convert.h"

#include <algorithm>

#include "json/escape.h"
#include "json/unescape.h"

namespace corpus {
namespace {

std::string_view role_name(Target target, Role role) {
  if (target == Target::kMessages) {
    switch (role) {
      case Role::kSystem:
        return "system";
      case Role::kUser:
        return "user";
      case Role::kTool:
        return "tool";
      default:
        return "assistant";
    }
  }
  switch (role) {
    case Role::kSystem:
      return "system";
    case Role::kUser:
      return "human";
    case Role::kTool:
      return "observation";
    case Role::kCall:
      return "function_call";
    default:
      return "gpt";
  }
}

bool is_answer(Role role) {
  return role == Role::kAssistant || role == Role::kReasoning || role == Role::kText;
}

// Where the last answer of the path begins: its thoughts belong to it.
template <typename RoleOf>
std::size_t last_answer(std::span<const std::uint32_t> path, RoleOf role) {
  std::size_t begin = path.size();
  while (begin > 0 && is_answer(role(path[begin - 1]))) {
    --begin;
    bool thought_before = begin > 0 && role(path[begin - 1]) == Role::kReasoning;
    if (!thought_before) break;
  }
  return begin;
}

}  // namespace

Result<Target> parse_target(std::string_view name) {
  static constexpr std::string_view kNames[] = {"messages", "sharegpt", "alpaca", "prompt_response",
                                                "text"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (name == kNames[i]) return static_cast<Target>(i);
  }
  return Error{Code::kInvalidArgument, "output.convert: '" + std::string(name) +
                                           "' is not known; write messages, sharegpt, alpaca, "
                                           "prompt_response or text"};
}

Result<void> Converter::read_texts(Batch& batch, std::size_t record, const Splicer& splicer) {
  const Record& r = batch.records[record];
  turns_ = r.turns;
  texts_.clear();
  for (const Turn& turn : turns_) texts_.push_back(turn.text);
  if (splicer.edits(record).empty()) return {};
  for (std::size_t t = 0; t < turns_.size(); ++t) {
    CORPUS_TRY(texts_[t], edited(batch, r, turns_[t], splicer, record));
  }
  return {};
}

Result<std::string_view> Converter::edited(Batch& batch, const Record& r, const Turn& turn,
                                           const Splicer& splicer, std::size_t number) {
  order_.clear();
  const Span raw = turn.raw;
  for (auto k : splicer.edits(number)) {
    const Edit& edit = batch.edits[k];
    bool insertion = edit.span.size() == 0;
    bool outside = insertion ? edit.span.begin < raw.begin || edit.span.begin > raw.end
                             : edit.span.end <= raw.begin || edit.span.begin >= raw.end;
    if (outside) continue;
    if (edit.span.begin < raw.begin || edit.span.end > raw.end) {
      return Error{Code::kUnsupported,
                   "output.convert: a stage changed more than the text of a turn; "
                   "leave out convert, or convert in a second run"};
    }
    order_.push_back(k);
  }
  if (order_.empty()) return turn.text;
  std::sort(order_.begin(), order_.end(),
            [&](auto a, auto b) { return batch.edits[a].span.begin < batch.edits[b].span.begin; });
  text_.clear();
  std::uint32_t at = raw.begin;
  for (auto k : order_) {
    const Edit& edit = batch.edits[k];
    text_.append(r.json.substr(at, edit.span.begin - at)).append(edit.text);
    at = edit.span.end;
  }
  text_.append(r.json.substr(at, raw.end - at));
  std::size_t size = text_.size();
  text_.append(PaddedBuffer::kPadding, '\0');
  std::string_view padded = batch.arena.copy(text_);
  std::string_view out;
  bool lone = false;
  if (!json::unescape(padded.substr(0, size), batch.arena, &out, &lone)) {
    return Error{Code::kUnsupported, "output.convert: a stage wrote text that is no JSON string"};
  }
  return out;
}

void Converter::add_member(std::string_view key, std::string_view text) {
  if (json_.view().back() != '{') json_.push_back(',');
  json_.push_back('"');
  json_.append(key);
  json_.append("\":");
  json::append_quoted(json_, text);
}

std::string_view Converter::joined(Path path, std::string& out) const {
  if (path.size() == 1 && role(path[0]) != Role::kReasoning) return texts_[path[0]];
  out.clear();
  for (auto turn : path) {
    if (!out.empty()) out += "\n\n";
    if (role(turn) == Role::kReasoning) {
      out.append("<think>\n").append(texts_[turn]).append("\n</think>");
    } else {
      out += texts_[turn];
    }
  }
  return out;
}

void Converter::add_joined(std::string_view key, Path path) {
  add_member(key, joined(path, text_));
}

void Converter::add_message(Target target, Role role, std::string_view reasoning,
                            std::string_view text) {
  if (json_.view().back() == '}') json_.push_back(',');
  json_.append(target == Target::kMessages ? "{\"role\":\"" : "{\"from\":\"");
  json_.append(role_name(target, role));
  json_.push_back('"');
  if (target == Target::kShareGpt) {
    if (!reasoning.empty()) {
      more_.assign("<think>\n").append(reasoning).append("\n</think>\n\n").append(text);
      text = more_;
    }
    add_member("value", text);
  } else {
    if (!reasoning.empty()) add_member("reasoning_content", reasoning);
    // The calls of the API are a JSON array, kept as it stands; others are text.
    bool calls = role == Role::kCall && text.starts_with('[');
    add_member("content", calls ? std::string_view() : text);
    if (calls) {
      json_.append(",\"tool_calls\":");
      json_.append(text);
    }
  }
  json_.push_back('}');
}

void Converter::add_messages(Path path, Target target) {
  json_.push_back('[');
  std::string_view reasoning;
  bool thought = false;
  for (auto turn : path) {
    if (role(turn) == Role::kReasoning) {
      if (thought) add_message(target, Role::kAssistant, reasoning, {});
      reasoning = texts_[turn];
      thought = true;
      continue;
    }
    bool owns = thought && (role(turn) == Role::kAssistant || role(turn) == Role::kCall);
    if (thought && !owns) add_message(target, Role::kAssistant, reasoning, {});
    add_message(target, role(turn), owns ? reasoning : std::string_view(), texts_[turn]);
    thought = false;
  }
  if (thought) add_message(target, Role::kAssistant, reasoning, {});
  json_.push_back(']');
}

void Converter::add_preference(Target target) {
  Path prompt = path_.best().first(path_.shared());
  Path chosen = path_.best().subspan(path_.shared());
  if (target == Target::kMessages || target == Target::kShareGpt) {
    json_.append("\"prompt\":");
    add_messages(prompt, target);
    json_.append(",\"chosen\":");
    add_messages(chosen, target);
    json_.append(",\"rejected\":");
    add_messages(path_.worst(), target);
  } else {
    add_joined("prompt", prompt);
    add_joined("chosen", chosen);
    add_joined("rejected", path_.worst());
  }
}

void Converter::add_prompt_response(Path path) {
  std::size_t answer = last_answer(path, [this](auto t) { return role(t); });
  add_joined("prompt", path.first(answer));
  add_joined("response", path.subspan(answer));
}

void Converter::add_alpaca(Path path) {
  auto is_system = [&](std::size_t i) { return role(path[i]) == Role::kSystem; };
  std::size_t begin = 0;
  while (begin < path.size() && is_system(begin)) ++begin;
  Path system = path.first(begin);
  std::size_t answer = std::max(begin, last_answer(path, [this](auto t) { return role(t); }));
  // The last question: the user's turns right before the answer.
  std::size_t question = answer;
  while (question > begin && role(path[question - 1]) == Role::kUser) --question;
  Path asked = path.subspan(question, answer - question);
  add_joined("instruction", asked.first(std::min<std::size_t>(asked.size(), 1)));
  add_joined("input", asked.empty() ? asked : asked.subspan(1));
  add_joined("output", path.subspan(answer));
  if (!system.empty()) add_joined("system", system);
  if (question == begin) return;
  // Earlier rounds: what the user said, and all up to the user's next turn.
  json_.append(",\"history\":[");
  for (std::size_t i = begin; i < question;) {
    if (i != begin) json_.push_back(',');
    std::size_t said = i;
    while (said < question && role(path[said]) == Role::kUser) ++said;
    std::size_t end = said;
    while (end < question && role(path[end]) != Role::kUser) ++end;
    json_.push_back('[');
    json::append_quoted(json_, joined(path.subspan(i, said - i), text_));
    json_.push_back(',');
    json::append_quoted(json_, joined(path.subspan(said, end - said), text_));
    json_.push_back(']');
    i = end;
  }
  json_.push_back(']');
}

Result<void> Converter::add_line(Batch& batch, std::size_t record, Target target, Splicer& splicer,
                                 PaddedBuffer& out) {
  const Record& r = batch.records[record];
  CORPUS_CHECK(read_texts(batch, record, splicer));
  path_.find(turns_);
  bool compares = (r.shape == Shape::kPreference || r.shape == Shape::kRanked) &&
                  !path_.worst().empty() && target != Target::kText;
  json_.clear();
  json_.push_back('{');
  if (compares) {
    add_preference(target);
  } else if (target == Target::kMessages || target == Target::kShareGpt) {
    json_.append(target == Target::kMessages ? "\"messages\":" : "\"conversations\":");
    add_messages(path_.best(), target);
  } else if (target == Target::kAlpaca) {
    add_alpaca(path_.best());
  } else if (target == Target::kPromptResponse) {
    add_prompt_response(path_.best());
  } else {
    add_joined("text", path_.best());
  }
  if (!r.id.empty()) add_member("id", r.id);
  if (!r.teacher.empty()) add_member("generator", r.teacher);
  json_.push_back('}');
  splicer.append_tags_to(record, json_.view(), out);
  out.push_back('\n');
  return {};
}

}  // namespace corpus
