#include "tokens/normalizer.h"

#include <array>
#include <utility>

#include "text/unicode_forms.h"

namespace corpus::tokens {

Result<Normalizer> Normalizer::parse(const Value& json) {
  Normalizer out;
  CORPUS_CHECK(out.add(json, 0));
  return out;
}

Result<void> Normalizer::add(const Value& json, int depth) {
  using text::Form;
  static constexpr std::array<std::pair<std::string_view, Form>, 4> kForms{
      {{"NFC", Form::kNfc}, {"NFD", Form::kNfd}, {"NFKC", Form::kNfkc}, {"NFKD", Form::kNfkd}}};
  if (json.is_null()) return {};
  std::string type = json.get("type", "");
  for (auto [name, form] : kForms) {
    if (type == name) return steps_.push_back({Kind::kForm, form, {}, {}}), Result<void>();
  }
  if (type == "Sequence" && depth < 8) {
    const Value* list = json.find("normalizers");
    if (list == nullptr || list->if_array() == nullptr)
      return Error{Code::kCorrupt, "normalizer Sequence without a list"};
    for (const Value& step : *list->if_array()) CORPUS_CHECK(add(step, depth + 1));
    return {};
  }
  if (type == "Prepend")
    return steps_.push_back({Kind::kPrepend, {}, {}, json.get("prepend", "")}), Result<void>();
  if (type == "Replace") {
    const Value* pattern = json.find("pattern");
    std::string from = pattern != nullptr ? pattern->get("String", "") : "";
    if (from.empty())
      return Error{Code::kUnsupported, "normalizer Replace of a regular expression"};
    return steps_.push_back({Kind::kReplace, {}, from, json.get("content", "")}), Result<void>();
  }
  return Error{Code::kUnsupported, "normalizer '" + type + "' is not known"};
}

std::string_view Normalizer::apply(std::string_view text, std::string& buffer) const {
  std::string_view now = text;
  auto take = [&](std::string made) {
    buffer = std::move(made);
    now = buffer;
  };
  for (const Step& step : steps_) {
    switch (step.kind) {
      case Kind::kPrepend:
        if (!now.empty()) take(step.to + std::string(now));
        break;
      case Kind::kReplace: {
        if (now.find(step.from) == std::string_view::npos) break;
        std::string made;
        std::size_t done = 0;
        for (std::size_t at; (at = now.find(step.from, done)) != std::string_view::npos;
             done = at + step.from.size()) {
          made.append(now, done, at - done).append(step.to);
        }
        take(made.append(now.substr(done)));
        break;
      }
      case Kind::kForm:
        if (text::is_ascii(now)) break;
        take(text::normalize_unicode11(now, step.form));
    }
  }
  return now;
}

std::string_view Normalizer::prepends() const {
  for (const Step& step : steps_) {
    if (step.kind == Kind::kPrepend) return step.to;
  }
  return {};
}

bool Normalizer::spaces_become(std::string_view replacement) const {
  for (const Step& step : steps_) {
    if (step.kind == Kind::kReplace && step.from == " " && step.to == replacement) return true;
  }
  return false;
}

}  // namespace corpus::tokens
