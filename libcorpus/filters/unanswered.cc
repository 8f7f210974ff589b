// filters.unanswered: answers that leave out parts of a question that has several.
//
// Sure before complete, and only where a part's answer would show. items: the prompt numbers its
// questions, the answer numbers its own from the first on, and stops before the last; or it has
// fewer words than there are questions. short: fewer than two words a question. when, count: one of
// several questions asks for a time or a number, and a short answer has neither a digit nor a word
// for one. English; what is left out within a long answer is not seen. Prompts that bring a text to
// work on are left alone, as the questions may be its own. O(text).
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "filters/asked.h"
#include "filters/record_rule_map.h"
#include "text/fold.h"
#include "text/lines.h"
#include "text/utf8.h"
#include "text/words.h"

namespace corpus {
namespace {

constexpr std::size_t kMaxPrompt = 1000;  // bytes; longer ones bring texts along
constexpr std::size_t kShortAnswer = 40;  // words that can be looked over for a number
constexpr int kMaxItems = 26;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& sorted, std::string_view word) {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

// The prompt has something to work on.
constexpr auto kMaterial = std::to_array<std::string_view>(
    {"article",    "categorize", "classify",  "correct",  "dialogue",  "edit",    "email",
     "essay",      "extract",    "following", "joke",     "letter",    "options", "paragraph",
     "paraphrase", "passage",    "play",      "poem",     "pretend",   "quiz",    "rewrite",
     "riddle",     "roleplay",   "script",    "sentence", "sentences", "story",   "summarize",
     "text",       "translate",  "tweet"});

// Words that tell a time or a number without digits.
constexpr auto kNumberWords = std::to_array<std::string_view>(
    {"after",     "all",       "always",   "annually", "another",     "any",       "april",
     "august",    "autumn",    "before",   "billion",  "both",        "centuries", "century",
     "couple",    "currently", "daily",    "day",      "days",        "decade",    "decades",
     "december",  "depends",   "dozen",    "during",   "each",        "early",     "eight",
     "eighteen",  "eighty",    "eleven",   "every",    "few",         "fifteen",   "fifty",
     "first",     "five",      "forty",    "four",     "fourteen",    "friday",    "half",
     "hour",      "hours",     "hundred",  "hundreds", "immediately", "infinite",  "january",
     "july",      "june",      "know",     "last",     "late",        "later",     "many",
     "march",     "may",       "million",  "millions", "minutes",     "moment",    "monday",
     "month",     "monthly",   "months",   "most",     "much",        "never",     "next",
     "nine",      "nineteen",  "no",       "nobody",   "none",        "not",       "november",
     "now",       "october",   "often",    "once",     "one",         "only",      "pair",
     "quarter",   "recently",  "same",     "saturday", "second",      "september", "seven",
     "seventeen", "seventy",   "several",  "single",   "six",         "sixteen",   "sixty",
     "some",      "soon",      "spring",   "still",    "summer",      "sunday",    "ten",
     "third",     "thirteen",  "thirty",   "thousand", "thousands",   "three",     "thursday",
     "time",      "today",     "tomorrow", "trillion", "tuesday",     "twelve",    "twenty",
     "twice",     "two",       "unknown",  "until",    "war",         "wednesday", "week",
     "weekly",    "weeks",     "when",     "while",    "winter",      "year",      "yearly",
     "years",     "yesterday", "yet",      "zero"});

enum Asks : std::uint32_t { kOther = 1, kWhen = 2, kCount = 4 };

// By how a question begins.
std::uint32_t what_is_asked(std::string_view question) {
  for (std::string_view joint : {"and ", "also, ", "also ", "so ", "then "}) {
    if (question.starts_with(joint)) question.remove_prefix(joint.size());
  }
  auto any = [&](std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](auto b) { return question.starts_with(b); });
  };
  if (any({"when was", "when were", "when did", "what year", "in what year", "in which year",
           "which year"}))
    return kWhen;
  if (any({"how many", "how old", "how tall", "how far", "how high"})) return kCount;
  return any({"what ",  "who ",   "where ", "why ",  "how ",    "which ", "is ",
              "are ",   "do ",    "does ",  "did ",  "was ",    "were ",  "can ",
              "could ", "whose ", "has ",   "have ", "what's ", "who's "})
             ? std::uint32_t{kOther}
             : 0;
}

// The number that a line begins with: "2." "2)" "(2)" "b)" "q2:"; 0 when there is none.
int item_of(std::string_view line) {
  while (!line.empty() && (line[0] == ' ' || line[0] == '(' || line[0] == '#' || line[0] == 'q'))
    line.remove_prefix(1);
  int number = 0;
  std::size_t i = 0;
  while (i < line.size() && i < 2 && is_digit(line[i])) number = number * 10 + (line[i++] - '0');
  if (i == 0 && !line.empty() && is_letter(line[0]) && line.substr(1, 1) == ")") {
    number = line[0] - 'a' + 1;
    i = 1;
  }
  bool closed = i > 0 && i < line.size() && (line[i] == '.' || line[i] == ')' || line[i] == ':');
  return closed && (i + 1 == line.size() || line[i + 1] == ' ') ? number : 0;
}

struct Memory {
  std::string joined, prompt, answer;
  std::vector<std::uint32_t> edges;
};

// Items that are numbered one after the other from 1; those that hold a question.
struct Items {
  int count = 0, questions = 0;
  bool in_order = true;
};
Items items_of(std::string_view folded) {
  Items out;
  text::for_each_line(folded, [&](std::string_view line) {
    int item = item_of(line);
    if (item == 0) return;
    if (item == out.count + 1) {
      ++out.count;
      out.questions += line.find('?') != std::string_view::npos;
    } else {
      out.in_order = false;
    }
  });
  return out;
}

class Unanswered {
 public:
  static constexpr std::string_view kTag = "unanswered";
  using Scratch = Memory;

  Reason judge(const Record& record, Scratch& m, Signals*) const {
    for (std::size_t i = 0; i < record.turns.size(); ++i) {
      const Turn& turn = record.turns[i];
      if (turn.role != Role::kAssistant || turn.rank != 0) continue;
      if (Reason reason = judge(asked(record, i, m.joined), turn.text, m)) return reason;
    }
    return {};
  }

 private:
  Reason judge(std::string_view question, std::string_view text, Memory& m) const {
    if (question.size() > kMaxPrompt || std::count(question.begin(), question.end(), '?') < 2)
      return {};
    m.prompt.clear();
    text::fold(question, m.prompt);
    if (m.prompt.find('"') != std::string::npos || m.prompt.find(':') != std::string::npos)
      return {};
    bool material = false;
    text::for_each_word(m.prompt, m.edges,
                        [&](std::string_view word) { material |= one_of(kMaterial, word); });
    if (material) return {};
    m.answer.clear();
    text::fold(text::trim(text), m.answer);
    std::size_t words = 0;
    bool number = false;
    text::for_each_word(m.answer, m.edges, [&](std::string_view word) {
      ++words;
      bool counts = word.size() >= 5 &&
                    (word.ends_with("th") || word.ends_with("teen") || word.ends_with("ty"));
      number |= counts || std::any_of(word.begin(), word.end(), is_digit) ||
                one_of(kNumberWords, word) || static_cast<unsigned char>(word[0]) >= 0x80;
    });
    if (words == 0 || m.answer.size() < 5) return {};  // the letter of a choice
    Items parts = items_of(m.prompt);
    if (parts.in_order && parts.count >= 2 && parts.count <= kMaxItems &&
        parts.questions == parts.count) {
      Items said = items_of(m.answer);
      bool stops = said.in_order && said.count >= 1 && said.count < parts.count;
      if (stops || words < static_cast<std::size_t>(parts.count)) return items_;
    }
    if (number || words > kShortAnswer) return {};
    std::uint32_t asks = 0;
    int questions = 0;
    for_each_question(m.prompt, [&](std::string_view one) {
      std::uint32_t what = what_is_asked(one);
      asks |= what;
      questions += what != 0;
    });
    if (questions < 2) return {};
    if (words < 2 * static_cast<std::size_t>(questions)) return short_;
    return (asks & kWhen) != 0 ? when_ : (asks & kCount) != 0 ? count_ : Reason();
  }

  template <typename F>
  static void for_each_question(std::string_view folded, F&& f) {
    std::size_t begin = 0;
    for (std::size_t at = 0; at < folded.size(); ++at) {
      char c = folded[at];
      if (c == '?') f(text::trim(folded.substr(begin, at - begin)));
      if (c == '?' || c == '!' || c == '\n' ||
          (c == '.' && (at + 1 == folded.size() || folded[at + 1] == ' ')))
        begin = at + 1;
    }
  }

  Reason short_ = Reason::intern("filters.unanswered.short");
  Reason items_ = Reason::intern("filters.unanswered.items"),
         when_ = Reason::intern("filters.unanswered.when"),
         count_ = Reason::intern("filters.unanswered.count");
};

static_assert(std::is_sorted(kMaterial.begin(), kMaterial.end()));
static_assert(std::is_sorted(kNumberWords.begin(), kNumberWords.end()));

}  // namespace

Result<Stages> make_filters_unanswered(const Value& value, BuildContext&) {
  return answers_ruled_by(Unanswered(), value.get("action", "tag") == "tag");
}

}  // namespace corpus
