// filters.pii: personal data and secrets (filters/pii_scan.h): count them, replace them by <EMAIL>,
// <PHONE> and so on, or drop the record.
#include <array>
#include <string>
#include <vector>

#include "corpus/component.h"
#include "filters/edit_turn.h"
#include "filters/pii_scan.h"

namespace corpus {
namespace {

enum class Action : std::uint8_t { kTag, kRedact, kDrop };

struct Scratch : State {
  std::vector<PiiFound> found;
  std::string text;
};

class PiiFilter final : public Map {
 public:
  PiiFilter(Scope scope, Action action, std::uint32_t kinds)
      : scope_(scope), action_(action), kinds_(kinds) {
    for (std::size_t i = 0; i < kPiiKinds; ++i) {
      reasons_[i] = Reason::intern("filters.pii." + std::string(name(static_cast<Pii>(i))));
    }
  }
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Scratch>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& s = static_cast<Scratch&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (batch.records[i].drop) continue;
      std::array<std::uint32_t, kPiiKinds> counts{};
      bool any = false;
      for (std::size_t t = 0; t < batch.records[i].turns.size(); ++t) {
        const Turn turn = batch.records[i].turns[t];
        if (!in_scope(turn, scope_)) continue;
        find_pii(turn.text, kinds_, s.found);
        if (s.found.empty()) continue;
        any = true;
        for (const PiiFound& f : s.found) ++counts[static_cast<std::size_t>(f.kind)];
        if (action_ == Action::kDrop) break;
        if (action_ == Action::kRedact && !redact(batch, i, t, turn.text, s)) {
          // Text that cannot be changed must not pass as if it had been.
          batch.records[i].drop = fixed_;
          break;
        }
      }
      if (!any) continue;
      if (action_ == Action::kDrop) {
        for (std::size_t k = kPiiKinds; k-- > 0;) {
          if (counts[k] > 0) batch.records[i].drop = reasons_[k];
        }
      }
      batch.tag(i, "pii", write(batch.arena, counts));
    }
    return {};
  }

 private:
  static bool redact(Batch& batch, std::size_t record, std::size_t turn, std::string_view text,
                     Scratch& s) {
    s.text.clear();
    std::size_t at = 0;
    for (const PiiFound& f : s.found) {
      s.text.append(text.substr(at, f.begin - at)).push_back('<');
      for (char c : name(f.kind)) s.text += c == '_' || (c >= '0' && c <= '9') ? c : static_cast<char>(c - 32);
      s.text += '>';
      at = f.end;
    }
    s.text.append(text.substr(at));
    return edit_turn(batch, record, turn, s.text);
  }

  static std::string_view write(Arena& arena, const std::array<std::uint32_t, kPiiKinds>& counts) {
    std::string out = "{";
    for (std::size_t k = 0; k < kPiiKinds; ++k) {
      if (counts[k] == 0) continue;
      if (out.size() > 1) out += ',';
      out += '"';
      out.append(name(static_cast<Pii>(k))).append("\":").append(std::to_string(counts[k]));
    }
    out += '}';
    return arena.copy(out);
  }

  Scope scope_;
  Action action_;
  std::uint32_t kinds_;
  std::array<Reason, kPiiKinds> reasons_;
  Reason fixed_ = Reason::intern("filters.pii.not_editable");
};

}  // namespace

Result<Stages> make_filters_pii(const Value& value, BuildContext&) {
  std::string action = value.get("action", "tag");
  std::uint32_t kinds = (1U << kPiiKinds) - 1;
  if (value.find("kinds") != nullptr) {
    kinds = 0;
    for (const auto& wanted : value.strings("kinds")) {
      for (std::size_t k = 0; k < kPiiKinds; ++k) {
        if (name(static_cast<Pii>(k)) == wanted) kinds |= 1U << k;
      }
    }
  }
  CORPUS_TRY(Scope scope, parse_scope(value.get("scope", "text")));
  return stages(std::make_unique<PiiFilter>(scope, action == "drop"     ? Action::kDrop
                                                   : action == "redact" ? Action::kRedact
                                                                        : Action::kTag,
                                            kinds));
}

}  // namespace corpus
