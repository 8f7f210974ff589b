#include "tokens/pre_tokenizer.h"

#include <utility>

namespace corpus::tokens {
namespace {

Error unknown(std::string_view what, const std::string& value) {
  return {Code::kUnsupported,
          "pre_tokenizer: " + std::string(what) + " '" + value + "' is not known"};
}

std::string escaped(std::string_view literal) {
  std::string out;
  for (char c : literal) {
    bool sign = (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
                (c >= '{' && c <= '~');
    if (sign) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

Result<PreTokenizer> PreTokenizer::parse(const Value& json) {
  PreTokenizer out;
  CORPUS_CHECK(out.add(json, 0));
  out.recognise();
  return out;
}

PreTokenizer PreTokenizer::of(Pattern pattern) {
  PreTokenizer out;
  out.scanner_ = pattern;
  out.byte_level_ = true;
  return out;
}

Result<PreTokenizer> PreTokenizer::of_regex(std::string_view regex) {
  if (auto pattern = pattern_of(regex)) return of(*pattern);
  PreTokenizer out;
  CORPUS_CHECK(out.add_split(regex, Behavior::kIsolated, false));
  out.byte_level_ = true;
  return out;
}

Result<void> PreTokenizer::add(const Value& json, int depth) {
  if (json.is_null()) return {};
  std::string type = json.get("type", "");
  if (type == "Sequence" && depth < 8) {
    const Value* list = json.find("pretokenizers");
    if (list == nullptr || list->if_array() == nullptr)
      return Error{Code::kCorrupt, "pre_tokenizer Sequence without a list"};
    for (const Value& step : *list->if_array()) CORPUS_CHECK(add(step, depth + 1));
    return {};
  }
  if (type == "Split") return add_split(json);
  if (type == "ByteLevel") return add_byte_level(json);
  if (type == "Metaspace") return add_metaspace(json);
  if (type == "WhitespaceSplit") return add_split("\\s", Behavior::kRemoved, false);
  if (type == "Digits") {
    return add_split(
        "\\p{N}",
        json.get("individual_digits", false) ? Behavior::kIsolated : Behavior::kContiguous, false);
  }
  return unknown("type", type);
}

Result<void> PreTokenizer::add_split(std::string_view regex, Behavior behavior, bool invert) {
  Step step;
  CORPUS_TRY(step.regex, RegexSplit::compile(regex));
  step.behavior = behavior;
  step.invert = invert;
  step.source = regex;
  steps_.push_back(std::move(step));
  return {};
}

Result<void> PreTokenizer::add_split(const Value& json) {
  const Value* pattern = json.find("pattern");
  std::string regex = pattern != nullptr ? pattern->get("Regex", "") : "";
  if (pattern != nullptr && regex.empty()) regex = escaped(pattern->get("String", ""));
  if (regex.empty()) return Error{Code::kCorrupt, "pre_tokenizer Split without a pattern"};
  static constexpr std::pair<std::string_view, Behavior> kNames[] = {
      {"Removed", Behavior::kRemoved},
      {"Isolated", Behavior::kIsolated},
      {"MergedWithPrevious", Behavior::kWithPrevious},
      {"MergedWithNext", Behavior::kWithNext},
      {"Contiguous", Behavior::kContiguous}};
  std::string behavior = json.get("behavior", "");
  for (auto [name, value] : kNames) {
    if (behavior == name) return add_split(regex, value, json.get("invert", false));
  }
  return unknown("Split's behavior", behavior);
}

Result<void> PreTokenizer::add_byte_level(const Value& json) {
  byte_level_ = true;
  if (json.get("add_prefix_space", true)) {
    if (!steps_.empty()) {
      return Error{Code::kUnsupported,
                   "pre_tokenizer: ByteLevel with add_prefix_space behind another step"};
    }
    Step step;
    step.space = " ";
    step.prepend = Prepend::kAlways;
    prepends_space_ = true;
    steps_.push_back(std::move(step));
  }
  if (json.get("use_regex", true))
    return add_split(regex_of(Pattern::kGpt2), Behavior::kIsolated, false);
  return {};
}

Result<void> PreTokenizer::add_metaspace(const Value& json) {
  Step step;
  step.space = json.get("replacement", "\u2581");
  std::string scheme =
      json.get("prepend_scheme", json.get("add_prefix_space", true) ? "always" : "never");
  if (scheme != "always" && scheme != "first" && scheme != "never")
    return unknown("prepend_scheme", scheme);
  step.prepend = scheme == "always"  ? Prepend::kAlways
                 : scheme == "first" ? Prepend::kFirst
                                     : Prepend::kNever;
  prepends_space_ = step.prepend != Prepend::kNever;
  metaspace_ = step.space;
  steps_.push_back(std::move(step));
  if (!json.get("split", true)) return {};
  return add_split(escaped(metaspace_), Behavior::kWithNext, false);
}

void PreTokenizer::recognise() {
  if (!byte_level_) return;
  auto isolated = [&](std::size_t i, std::string_view regex) {
    return steps_[i].behavior == Behavior::kIsolated && !steps_[i].invert &&
           steps_[i].source == regex;
  };
  if (steps_.size() == 1) {
    const Step& only = steps_[0];
    auto pattern = pattern_of(only.source);
    bool all_kept = (only.behavior == Behavior::kIsolated && !only.invert) ||
                    (only.behavior == Behavior::kRemoved && only.invert);
    // Of DeepSeek's pattern, which leaves gaps, the scanner does two steps more.
    if (pattern && all_kept && *pattern != Pattern::kDeepseek) scanner_ = pattern;
  } else if (steps_.size() == 2 && isolated(0, "\\p{N}") && isolated(1, regex_of(Pattern::kGpt2))) {
    scanner_ = Pattern::kSmollm;
  } else if (steps_.size() == 3 && isolated(0, kDeepseekDigits) && isolated(1, kDeepseekCjk) &&
             isolated(2, regex_of(Pattern::kDeepseek))) {
    scanner_ = Pattern::kDeepseek;
  }
}

void PreTokenizer::cut(const Step& step, std::string_view text, Memory& memory,
                       std::vector<std::string_view>& out) {
  const std::size_t first = out.size();
  bool previous = false;
  bool pending = false;  // the last piece is a match that the next gap joins
  step.regex->split(text, memory.regex, [&](std::size_t begin, std::size_t end, bool matched) {
    matched = matched != step.invert;
    bool join = false;
    switch (step.behavior) {
      case Behavior::kRemoved:
        if (matched) return;
        break;
      case Behavior::kIsolated:
        break;
      case Behavior::kWithPrevious:
        join = matched && !previous && out.size() > first;
        break;
      case Behavior::kWithNext:
        join = !matched && pending;
        pending = matched;
        break;
      case Behavior::kContiguous:
        join = matched == previous && out.size() > first;
        break;
    }
    previous = matched;
    if (join) {
      out.back() = {out.back().data(), out.back().size() + (end - begin)};
    } else {
      out.push_back(text.substr(begin, end - begin));
    }
  });
}

std::string_view PreTokenizer::put_spaces(const Step& step, std::string_view text, bool first,
                                          Arena& arena) {
  std::size_t spaces = 0;
  if (step.space != " ") {
    for (char c : text) spaces += c == ' ';
  }
  bool starts = text.starts_with(step.space) || (spaces > 0 && text[0] == ' ');
  bool prepend =
      !starts && (step.prepend == Prepend::kAlways || (step.prepend == Prepend::kFirst && first));
  if (spaces == 0 && !prepend) return text;
  char* to = arena.allocate(text.size() + (spaces + prepend) * step.space.size() - spaces);
  const char* begin = to;
  auto put = [&] { to = std::copy(step.space.begin(), step.space.end(), to); };
  if (prepend) put();
  for (char c : text) spaces > 0 && c == ' ' ? put() : void(*to++ = c);
  return {begin, static_cast<std::size_t>(to - begin)};
}

void PreTokenizer::split(std::string_view text, bool first, Memory& memory,
                         std::vector<std::string_view>& pieces) const {
  pieces.assign(1, text);
  for (const Step& step : steps_) {
    memory.next.clear();
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (step.regex) {
        cut(step, pieces[i], memory, memory.next);
      } else {
        memory.next.push_back(put_spaces(step, pieces[i], first && i == 0, memory.arena));
      }
    }
    pieces.swap(memory.next);
  }
}

}  // namespace corpus::tokens
