// filters.structure: answers that leave open what they opened.
//
// open_fence: a code fence that is never closed. bad_json, unfinished_json: a ```json block, or an
// answer that is JSON from its first byte, which breaks a rule or stops too early. open_tag,
// close_tag: <think> without </think> or the other way round; what is in backticks is quoted, and
// does not count. All of it is O(text), and no more than a search where there is nothing of the
// kind.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/component.h"
#include "filters/json_text.h"
#include "filters/record_rule_map.h"
#include "text/fences.h"
#include "text/utf8.h"

namespace corpus {
namespace {

enum Kind { open_fence, bad_json, unfinished_json, open_tag, close_tag, kKinds };
constexpr std::array<std::string_view, kKinds> kNames = {
    "open_fence", "bad_json", "unfinished_json", "open_tag", "close_tag"};
constexpr std::uint32_t bit(Kind kind) { return 1U << kind; }

std::uint32_t kind_of(JsonEnd end) {
  return end == JsonEnd::kWhole ? 0 : bit(end == JsonEnd::kInvalid ? bad_json : unfinished_json);
}

// Comments, an ellipsis, <a placeholder>: written for a reader, on purpose.
bool is_for_a_reader(std::string_view rest) {
  for (std::string_view sign : {"//", "/*", "#", "...", "\xE2\x80\xA6", "<"}) {
    if (rest.starts_with(sign)) return true;
  }
  return false;
}

// One value or several, as in JSON Lines. A block that begins with a member is an excerpt.
std::uint32_t judge_json_block(std::string_view body) {
  for (body = text::trim(body); body.starts_with('{') || body.starts_with('[');
       body = text::trim(body)) {
    std::size_t size = 0;
    JsonEnd end = read_json(body, &size);
    body.remove_prefix(size);
    if (end != JsonEnd::kWhole) return is_for_a_reader(body) ? 0 : kind_of(end);
  }
  return 0;
}

std::string_view after(std::string_view text, std::size_t n) { return text::trim(text.substr(n)); }

// Begins as only JSON does: {"key": or [{"key": or ["...
bool begins_as_json(std::string_view text) {
  if (text.starts_with('[')) {
    text = after(text, 1);
    if (text.starts_with('"')) return true;
  }
  if (!text.starts_with('{')) return false;
  text = after(text, 1);
  if (!text.starts_with('"')) return false;
  std::size_t close = text.find('"', 1);
  return close != std::string_view::npos && after(text, close + 1).starts_with(':');
}

class Structure {
 public:
  static constexpr std::string_view kTag = "structure";
  using Scratch = std::vector<std::uint32_t>;  // how often each tag is open

  Structure(Scope scope, std::uint32_t kinds, std::vector<std::string> tags)
      : scope_(scope), kinds_(kinds), tags_(std::move(tags)) {
    for (int kind = 0; kind < kKinds; ++kind) {
      reasons_[kind] = Reason::intern("filters.structure." + std::string(kNames[kind]));
    }
  }

  Reason judge(const Record& record, Scratch& scratch, Signals*) const {
    for (const Turn& turn : record.turns) {
      if (!is_judged(turn, scope_)) continue;
      if (std::uint32_t found = kinds_ & find(turn.text, scratch); found != 0) {
        return reasons_[static_cast<std::size_t>(__builtin_ctz(found))];
      }
    }
    return {};
  }

 private:
  std::uint32_t find(std::string_view text, Scratch& scratch) const {
    std::uint32_t found = 0;
    text::Fences fences =
        text::walk_fences(text, [&](std::string_view info, std::string_view body) {
          if (info == "json" || info == "JSON") found |= judge_json_block(body);
        });
    if (fences.left_open()) found |= bit(open_fence);
    if (std::string_view start = text::trim(text); begins_as_json(start)) {
      std::size_t size = 0;
      found |= kind_of(read_json(start, &size));
    }
    if ((kinds_ & (bit(open_tag) | bit(close_tag))) != 0) found |= unbalanced_tags(text, scratch);
    return found;
  }

  std::uint32_t unbalanced_tags(std::string_view text, Scratch& open) const {
    std::uint32_t found = 0;
    bool any = false, in_code = false;
    std::size_t looked = 0;  // in_code holds up to here
    for (std::size_t at = text.find('<'); at != std::string_view::npos;
         at = text.find('<', at + 1)) {
      const bool closes = text.substr(at + 1).starts_with('/');
      const std::size_t tag = tag_at(text.substr(at + 1 + closes));
      if (tag == tags_.size() || (at > 0 && text[at - 1] == '`')) continue;
      for (std::size_t fence = text.find("```", looked); fence < at;
           fence = text.find("```", looked)) {
        in_code = !in_code;
        looked = fence + 3;
      }
      if (in_code) continue;
      if (!any) open.assign(tags_.size(), 0);
      any = true;
      if (!closes) {
        ++open[tag];
      } else if (open[tag] == 0) {
        found |= bit(close_tag);
      } else {
        --open[tag];
      }
    }
    for (std::size_t tag = 0; any && tag < tags_.size(); ++tag) {
      if (open[tag] > 0) found |= bit(open_tag);
    }
    return found;
  }

  // Number of the tag whose name and ">" `text` begins with; tags_.size() when there is none.
  std::size_t tag_at(std::string_view text) const {
    std::size_t i = 0;
    while (i < tags_.size() && !(text.size() > tags_[i].size() && text[tags_[i].size()] == '>' &&
                                 text.starts_with(tags_[i])))
      ++i;
    return i;
  }

  Scope scope_;
  std::uint32_t kinds_;
  std::vector<std::string> tags_;
  std::array<Reason, kKinds> reasons_;
};

}  // namespace

Result<Stages> make_filters_structure(const Value& value, BuildContext&) {
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "response")));
  std::uint32_t kinds = value.find("reasons") == nullptr ? (1U << kKinds) - 1 : 0;
  for (const auto& name : value.strings("reasons")) {
    for (int kind = 0; kind < kKinds; ++kind) {
      if (name == kNames[kind]) kinds |= 1U << kind;
    }
  }
  std::vector<std::string> tags = {"think", "thinking", "thought", "reasoning", "scratchpad"};
  if (value.find("tags") != nullptr) tags = value.strings("tags");
  return answers_ruled_by(Structure(scope, kinds, std::move(tags)),
                          value.get("action", "drop") == "tag");
}

}  // namespace corpus
