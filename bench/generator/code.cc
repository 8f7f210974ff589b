// Small functions, queries and types in several languages, with explanations and worked examples.
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "conversation.h"
#include "grammar.h"

namespace corpus::demo {
namespace {

enum class Case { kSnake, kCamel, kPascal };

// Two or three words in the language's case.
std::string identifier(Rng& rng, Case style, bool verb, int nouns) {
  static const Rule &verbs = grammar()["v"], &things = grammar()["t"], &adjectives = grammar()["j"];
  static const Registers none;
  std::string out, word;
  for (int i = verb ? -1 : 0; i < nouns; ++i) {
    word.clear();
    expand(i < 0                                    ? verbs
           : i == 0 && nouns > 1 && rng.chance(0.4) ? adjectives
                                                    : things,
           rng, none, word);
    if (style == Case::kPascal || (style == Case::kCamel && !out.empty())) {
      word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    } else if (style == Case::kSnake && !out.empty()) {
      out += '_';
    }
    out += word;
  }
  return out;
}

std::string fill(std::string_view text, const std::vector<std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$') {
      out += values[static_cast<std::size_t>(text[++i] - '0')];
    } else {
      out += text[i];
    }
  }
  return out;
}

// $0 function, $1 argument, $2 accumulator, $3 loop variable, $4 condition, $5 value, $6 start,
// $7 update; each language's own spelling of one loop.
struct Language {
  std::string_view name, fence;
  Case functions, variables;
  std::string_view loop, list_open, list_close;
};
constexpr Language kLanguages[] = {
    {"Python", "python", Case::kSnake, Case::kSnake,
     "def $0($1):\n    $2 = $6\n    for $3 in $1:\n        if $4:\n            $7\n    return $2\n",
     "[", "]"},
    {"JavaScript", "javascript", Case::kCamel, Case::kCamel,
     "function $0($1) {\n  let $2 = $6;\n  for (const $3 of $1) {\n    if ($4) $7;\n  }\n  return "
     "$2;\n}\n",
     "[", "]"},
    {"C++", "cpp", Case::kSnake, Case::kSnake,
     "long $0(const std::vector<long>& $1) {\n  long $2 = $6;\n  for (long $3 : $1) {\n    if ($4) "
     "{\n      $7;\n    }\n  }\n  return $2;\n}\n",
     "{", "}"},
    {"Go", "go", Case::kPascal, Case::kCamel,
     "func $0($1 []int) int {\n\t$2 := $6\n\tfor _, $3 := range $1 {\n\t\tif $4 "
     "{\n\t\t\t$7\n\t\t}\n\t}\n\treturn $2\n}\n",
     "{", "}"},
    {"Rust", "rust", Case::kSnake, Case::kSnake,
     "pub fn $0($1: &[i64]) -> i64 {\n    let mut $2 = $6;\n    for &$3 in $1 {\n        if $4 {\n "
     "           $7;\n        }\n    }\n    $2\n}\n",
     "[", "]"},
    {"Java", "java", Case::kCamel, Case::kCamel,
     "static long $0(List<Long> $1) {\n    long $2 = $6;\n    for (long $3 : $1) {\n        if "
     "($4) $7;\n    }\n    return $2;\n}\n",
     "[", "]"},
};

// A filter, a value and an aggregate over a list of whole numbers.
struct Task {
  int test, test_by, value, value_by, aggregate;
  bool passes(long x) const {
    return test == 0   ? x > test_by
           : test == 1 ? x % test_by == 0
           : test == 2 ? x < test_by
                       : x != test_by;
  }
  long of(long x) const {
    return value == 0 ? x : value == 1 ? x * value_by : value == 2 ? x + value_by : x * x;
  }
};

void write_loop(Rng& rng, std::string& question, std::string& answer) {
  static const Rule &ask = grammar()["code_ask"], &intro = grammar()["code_intro"],
                    &why = grammar()["code_why"], &example = grammar()["code_example"],
                    &more = grammar()["code_more"];
  thread_local Registers reg;
  const Language& lang = kLanguages[rng.below(std::size(kLanguages))];
  Task task{rng.between(0, 3), rng.between(2, 90), rng.between(0, 3), rng.between(2, 70),
            rng.between(0, 2)};
  if (task.test == 1) task.test_by = rng.between(2, 12);
  reg[0] = identifier(rng, lang.functions, true, 2);
  reg[1] = identifier(rng, lang.variables, false, 2);
  reg[2] = identifier(rng, lang.variables, false, 2);
  reg[3] = identifier(rng, lang.variables, false, 1) + (rng.chance(0.5) ? "_" : "x");
  std::string by = std::to_string(task.test_by), value_by = std::to_string(task.value_by);
  constexpr std::string_view kTests[] = {"above ", "divisible by ", "below ", "different from "};
  reg[4] = std::string(kTests[task.test]) + by;
  reg[5] = task.value == 0   ? "the number itself"
           : task.value == 1 ? value_by + " times the number"
           : task.value == 2 ? "the number plus " + value_by
                             : "the square of the number";
  constexpr std::string_view kAggregates[] = {"the sum", "the count", "the largest"};
  reg[6] = kAggregates[task.aggregate];
  reg[7] = lang.name;

  const std::string& x = reg[3];
  std::string condition = x + (task.test == 0   ? " > " + by
                               : task.test == 1 ? " % " + by + " == 0"
                               : task.test == 2 ? " < " + by
                                                : " != " + by);
  std::string value = task.value == 0   ? x
                      : task.value == 1 ? x + " * " + value_by
                      : task.value == 2 ? x + " + " + value_by
                                        : x + " * " + x;
  std::string update = task.aggregate == 0 ? reg[2] + " += " + value : reg[2] + " += 1";
  if (task.aggregate == 2) {
    // The largest of non-negative values starts from zero in every language.
    if (lang.name == "Python")
      update = reg[2] + " = max(" + reg[2] + ", " + value + ")";
    else if (lang.name == "JavaScript" || lang.name == "Java")
      update = reg[2] + " = Math.max(" + reg[2] + ", " + value + ")";
    else if (lang.name == "C++")
      update = reg[2] + " = std::max(" + reg[2] + ", " + value + ")";
    else if (lang.name == "Rust")
      update = reg[2] + " = " + reg[2] + ".max(" + value + ")";
    else
      update = reg[2] + " = max(" + reg[2] + ", " + value + ")";
  }

  long result = 0;
  reg[8] = lang.list_open;
  for (int i = 0, n = rng.between(4, 8); i < n; ++i) {
    long v = rng.between(1, 120);
    if (i) reg[8] += ", ";
    reg[8] += std::to_string(v);
    if (!task.passes(v)) continue;
    result = task.aggregate == 0   ? result + task.of(v)
             : task.aggregate == 1 ? result + 1
                                   : std::max(result, task.of(v));
  }
  reg[8] += lang.list_close;
  reg[9] = std::to_string(result);

  sentence(ask, rng, reg, question);
  sentence(intro, rng, reg, answer);
  answer.append("\n\n```").append(lang.fence).append("\n");
  answer += fill(lang.loop, {reg[0], reg[1], reg[2], x, condition, value, "0", update});
  answer += "```\n\n";
  sentences(why, rng.between(2, 5), rng, reg, answer);
  sentence(example, rng, reg, answer);
  answer += ' ';
  sentences(more, rng.between(1, 5), rng, reg, answer);
  answer.pop_back();
}

void write_query(Rng& rng, std::string& question, std::string& answer) {
  static const Rule &ask = grammar()["sql_ask"], &why = grammar()["sql_why"],
                    &more = grammar()["code_more"];
  thread_local Registers reg;
  for (int i : {1, 2, 3, 5})
    reg[static_cast<std::size_t>(i)] = identifier(rng, Case::kSnake, false, 2);
  constexpr std::string_view kCalls[] = {"SUM", "AVG", "MAX", "MIN", "COUNT"};
  constexpr std::string_view kWords[] = {"the sum of `", "the average of `", "the largest `",
                                         "the smallest `", "the number of `"};
  std::size_t call = rng.below(std::size(kCalls));
  reg[4] = std::string(kWords[call]) + reg[3] + "`";
  reg[6] = std::to_string(rng.between(3, 9000));
  std::string alias = identifier(rng, Case::kSnake, false, 2);
  sentence(ask, rng, reg, question);
  answer += "```sql\nSELECT " + reg[2] + ", " + std::string(kCalls[call]) + "(" + reg[3] + ") AS " +
            alias + "\nFROM " + reg[1] + "\nWHERE " + reg[5] + " > " + reg[6] + "\nGROUP BY " +
            reg[2] + "\nORDER BY " + alias + " DESC;\n```\n\n";
  sentences(why, rng.between(2, 4), rng, reg, answer);
  sentences(more, rng.between(2, 6), rng, reg, answer);
  answer.pop_back();
}

void write_type(Rng& rng, std::string& question, std::string& answer) {
  static const Rule &ask = grammar()["type_ask"], &why = grammar()["type_why"],
                    &more = grammar()["code_more"];
  thread_local Registers reg;
  bool python = rng.chance(0.5);
  reg[7] = python ? "Python" : "C++";
  reg[0] = identifier(rng, Case::kPascal, false, 2);
  reg[1] = identifier(rng, Case::kSnake, false, 2);
  reg[2] = identifier(rng, Case::kSnake, false, 2);
  std::string method = identifier(rng, Case::kSnake, true, 1);
  std::string weight = std::to_string(rng.between(2, 500));
  reg[8] = "`" + reg[1] + "` and `" + reg[2] + "`";
  reg[9] = "`" + reg[1] + "` times " + weight + " plus `" + reg[2] + "`";
  sentence(ask, rng, reg, question);
  if (python) {
    answer += fill(
        "```python\nclass $0:\n    def __init__(self, $1, $2=0):\n        self.$1 = $1\n"
        "        self.$2 = $2\n\n    def $3(self):\n        return self.$1 * $4 + self.$2\n```\n\n",
        {reg[0], reg[1], reg[2], method, weight});
  } else {
    answer += fill(
        "```cpp\nclass $0 {\n public:\n  explicit $0(long $1, long $2 = 0) : $1_($1), $2_($2) {}\n"
        "  long $3() const { return $1_ * $4 + $2_; }\n\n private:\n  long $1_;\n  long "
        "$2_;\n};\n```\n\n",
        {reg[0], reg[1], reg[2], method, weight});
  }
  sentences(why, rng.between(3, 5), rng, reg, answer);
  sentences(more, rng.between(2, 5), rng, reg, answer);
  answer.pop_back();
}

}  // namespace

void write_code(Rng& rng, std::string& question, std::string& answer) {
  std::size_t kind = rng.below(10);
  if (kind < 6) return write_loop(rng, question, answer);
  if (kind < 8) return write_query(rng, question, answer);
  write_type(rng, question, answer);
}

}  // namespace corpus::demo
