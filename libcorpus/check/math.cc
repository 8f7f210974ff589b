// check.math: is the result that an answer ends with the one of a reference?
//
// right, wrong, or unverified where one of the two is no formula that can be compared. What was
// compared is written under "corpus", with rejected records as well: "12 != 13". Exact, unless a
// tolerance is given (check/math_answer.h).
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "check/math_answer.h"
#include "corpus/component.h"
#include "json/escape.h"
#include "json/field.h"
#include "text/utf8.h"

namespace corpus {
namespace {

using check::Match;

constexpr std::size_t kShown = 80;  // bytes of a result that are written down

struct Options {
  bool tag = true;
  bool calculations = true;
  bool drop_unverified = false;
  double tolerance = 0;
};

class Math final : public Map {
 public:
  Math(json::Field reference, std::optional<json::Field> answer, const Options& options)
      : reference_(std::move(reference)), answer_(std::move(answer)), options_(options) {}
  std::uint32_t fields() const override { return Fields::kTurns; }
  std::unique_ptr<State> scratch() const override { return std::make_unique<Memory>(); }

  Result<void> run(Batch& batch, State* state) const override {
    auto& memory = static_cast<Memory&>(*state);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (!batch.records[i].drop) judge(batch, i, memory);
    }
    return {};
  }

 private:
  struct Memory : State {
    json::Field::Scratch reference, answer;
    std::string why;
  };

  void judge(Batch& batch, std::size_t i, Memory& m) const {
    Record& record = batch.records[i];
    auto text = answer_ ? answer_->find(record.json, m.answer) : last_answer(record);
    if (!text) return;
    if (options_.calculations) {
      if (auto wrong = check::wrong_calculation(*text); !wrong.empty()) {
        m.why.assign(wrong);
        return say(batch, i, "calculation", calculation_, m.why);
      }
    }
    auto reference = reference_.find(record.json, m.reference);
    // Where the answer is the reference, there is nothing to compare it with.
    if (!reference || (!answer_ && *reference == *text)) return;
    std::string_view wanted = text::trim(*reference);
    // A worked solution rather than a result.
    if (wanted.size() > kShown || wanted.find_first_of("\n#") != std::string_view::npos ||
        wanted.find("\\boxed") != std::string_view::npos) {
      wanted = check::final_result(wanted);
    }
    std::string_view got = check::final_result(*text);
    m.why.clear();
    if (wanted.empty() || got.empty()) {
      m.why = wanted.empty() ? "no result in the reference" : "no result in the answer";
      return say(batch, i, "unverified", unverified_, m.why);
    }
    Match match = check::compare(got, wanted, options_.tolerance);
    if (match == Match::kRight) return say(batch, i, "right", {}, m.why);
    m.why.append(cut(got)).append(match == Match::kWrong ? " != " : " ~ ").append(cut(wanted));
    match == Match::kWrong ? say(batch, i, "wrong", wrong_, m.why)
                           : say(batch, i, "unverified", unverified_, m.why);
  }

  static std::optional<std::string_view> last_answer(const Record& record) {
    std::optional<std::string_view> out;
    for (const Turn& turn : record.turns) {
      if (turn.role == Role::kAssistant && turn.rank == 0) out = turn.text;
    }
    return out;
  }
  static std::string_view cut(std::string_view text) {
    return text.size() <= kShown ? text : std::string_view("...");
  }

  void say(Batch& batch, std::size_t i, std::string_view verdict, Reason reason,
           const std::string& why) const {
    const bool drops =
        !options_.tag && reason && (reason != unverified_ || options_.drop_unverified);
    if (!options_.tag && !drops) return;
    if (drops) batch.records[i].drop = reason;
    std::string_view quoted = why.empty() ? std::string_view() : json::quoted(batch.arena, why);
    constexpr std::string_view kVerdict = "{\"verdict\":\"", kWhy = "\",\"why\":";
    char* begin = batch.arena.allocate(kVerdict.size() + verdict.size() +
                                       (why.empty() ? 2 : kWhy.size() + quoted.size() + 1));
    char* to = begin;
    auto put = [&](std::string_view s) { to = std::copy(s.begin(), s.end(), to); };
    put(kVerdict);
    put(verdict);
    put(why.empty() ? "\"" : kWhy);
    put(quoted);
    put("}");
    batch.tag(i, "math", {begin, static_cast<std::size_t>(to - begin)});
  }

  json::Field reference_;
  std::optional<json::Field> answer_;
  Options options_;
  Reason wrong_ = Reason::intern("check.math.wrong"),
         calculation_ = Reason::intern("check.math.calculation"),
         unverified_ = Reason::intern("check.math.unverified");
};

}  // namespace

Result<Stages> make_check_math(const Value& value, BuildContext&) {
  auto reference = json::Field::parse(value.get("reference", "/answer"));
  if (!reference) return std::move(reference).error().context("reference");
  std::optional<json::Field> answer;
  if (std::string pointer = value.get("answer", ""); !pointer.empty()) {
    auto field = json::Field::parse(pointer);
    if (!field) return std::move(field).error().context("answer");
    answer = *std::move(field);
  }
  Options options;
  options.tag = value.get("action", "tag") == "tag";
  options.calculations = value.get("calculations", true);
  options.drop_unverified = value.get("unverified", "keep") == "drop";
  options.tolerance = value.get("tolerance", 0.0);
  return stages(std::make_unique<Math>(*std::move(reference), std::move(answer), options));
}

}  // namespace corpus
