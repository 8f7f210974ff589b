// The small words of policy.h: names of actions, dates, kinds of duties.
#include <array>
#include <charconv>

#include "corpus/policy.h"

namespace corpus::policy {
namespace {

constexpr std::array<std::string_view, 4> kActions = {"train", "train_competing", "redistribute",
                                                      "sell"};
constexpr std::array<std::string_view, 3> kDistributions = {"private", "hosted", "released"};
constexpr std::array<std::string_view, 4> kEffects = {"allow", "conditional", "unknown", "deny"};

constexpr DutyType kDuties[] = {
    {"name_prefix", "Let the student's name begin with these words and say it (student).", true},
    {"students_only",
     "Train only a model of this family and say which (student_base), or take another teacher.",
     true},
    {"non_commercial",
     "Use the result for nothing commercial and say so (commercial: false), or take another "
     "source.",
     true},
    {"attribution", "Show these words, or credit the source, where the result is documented.",
     false},
    {"licence_copy", "Give a copy of the licence and its notices with the result.", false},
    {"passthrough_terms", "Bind those who get the result to the same use restrictions.", false},
    {"use_policy", "Read the acceptable use policy and keep to it.", false},
    {"user_limit", "Stay below the limit of users or revenue, or ask the provider for a licence.",
     false},
    {"share_alike", "Share the result under the same licence.", false},
    {"permitted_access", "Use only answers that were got in the ways the terms permit.", false},
    {"disclose_ai", "Say that a model wrote the text; never pass it off as human.", false},
};

Error unknown(std::string_view what, std::string_view name, std::string_view choices) {
  return {Code::kInvalidArgument,
          std::string(what) + " '" + std::string(name) + "': use " + std::string(choices)};
}

template <std::size_t N>
int index_of(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

std::string_view name(Action action) { return kActions[static_cast<std::size_t>(action)]; }
std::string_view name(Distribution d) { return kDistributions[static_cast<std::size_t>(d)]; }
std::string_view name(Effect effect) { return kEffects[static_cast<std::size_t>(effect)]; }
std::span<const DutyType> duty_types() { return kDuties; }

Result<Action> parse_action(std::string_view text) {
  int i = index_of(kActions, text);
  if (i < 0) return unknown("intent", text, "train, train_competing, redistribute or sell");
  return static_cast<Action>(i);
}

Result<Distribution> parse_distribution(std::string_view text) {
  int i = index_of(kDistributions, text);
  if (i < 0) return unknown("distribution", text, "private, hosted or released");
  return static_cast<Distribution>(i);
}

Result<Date> parse_date(std::string_view text) {
  auto number = [&](std::size_t at, std::size_t n, int& out) {
    auto [end, ec] = std::from_chars(text.data() + at, text.data() + at + n, out);
    return ec == std::errc() && end == text.data() + at + n && out >= 0;
  };
  int year = 0, month = 0, day = 0;
  if (text.size() == 10 && text[4] == '-' && text[7] == '-' && number(0, 4, year) &&
      number(5, 2, month) && number(8, 2, day)) {
    std::chrono::year_month_day date{std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day))};
    if (date.ok()) return Date(date);
  }
  return unknown("date", text, "YYYY-MM-DD");
}

std::string to_string(Date date) {
  std::chrono::year_month_day d(date);
  char out[16];
  auto put = [&](char* to, int width, int n) {
    for (int i = width; i-- > 0; n /= 10) to[i] = static_cast<char>('0' + n % 10);
  };
  put(out, 4, static_cast<int>(d.year()));
  put(out + 5, 2, static_cast<int>(static_cast<unsigned>(d.month())));
  put(out + 8, 2, static_cast<int>(static_cast<unsigned>(d.day())));
  out[4] = out[7] = '-';
  return {out, 10};
}

Date today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

const Rule* Terms::find(Action action) const {
  for (const auto& rule : rules) {
    if (rule.action == action) return &rule;
  }
  return nullptr;
}

}  // namespace corpus::policy
