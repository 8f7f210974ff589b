#include "check/math_answer.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "check/expression.h"
#include "text/utf8.h"

namespace corpus::check {
namespace {

constexpr std::size_t kMaxList = 16, kMaxListText = 200;  // elements are compared each with each

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// From `open`, which is a brace, to behind the brace that closes it; npos when none does.
std::size_t behind_braces(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i + 1;
  }
  return std::string_view::npos;
}

std::string_view last_boxed(std::string_view text) {
  for (std::size_t at = text.rfind("\\boxed"); at != std::string_view::npos && at > 0;
       at = text.rfind("\\boxed", at - 1)) {
    std::size_t open = text.find_first_not_of(' ', at + 6);
    if (open == std::string_view::npos || text[open] != '{') continue;
    std::size_t end = behind_braces(text, open);
    if (end != std::string_view::npos) return text.substr(open + 1, end - open - 2);
  }
  return {};
}

// The rest of the sentence behind the last "answer is" and its like.
std::string_view last_named(std::string_view text) {
  for (std::size_t at = text.rfind("nswer"); at != std::string_view::npos;
       at = at == 0 ? at : text.rfind("nswer", at - 1)) {
    std::string_view rest = text.substr(at + 5);
    take(rest, "s");
    bool named = false;
    for (bool more = true; more;) {
      more = take(rest, " ") || take(rest, "*");
      for (std::string_view word : {":", "=", "is", "are", "\xEF\xBC\x9A"}) {
        if (take(rest, word)) named = more = true;
      }
    }
    std::size_t end = std::min(rest.find('\n'), rest.size());
    for (std::size_t dot = rest.find(". "); dot < end; dot = rest.find(". ", dot + 1)) end = dot;
    rest = text::trim(rest.substr(0, end));
    if (named && !rest.empty()) return rest;
    if (at == 0) break;
  }
  return {};
}

// The last number, with its sign, separators and what is divided by it.
std::string_view last_number(std::string_view text) {
  std::size_t end = text.find_last_of("0123456789");
  if (end == std::string_view::npos) return {};
  std::size_t begin = end++;
  auto inside = [&](std::size_t i) {
    char c = text[i];
    return is_digit(c) || ((c == '.' || c == ',' || c == '/') && i > 0 && is_digit(text[i - 1]) &&
                           is_digit(text[i + 1]));
  };
  while (begin > 0 && inside(begin - 1)) --begin;
  if (begin > 0 && text[begin - 1] == '.' && (begin == 1 || !is_letter(text[begin - 2]))) --begin;
  if (begin > 0 && text[begin - 1] == '$') --begin;
  if (begin > 0 && text[begin - 1] == '-' &&
      (begin == 1 || text[begin - 2] == ' ' || text[begin - 2] == '='))
    --begin;
  if (end < text.size() && text[end] == '%') ++end;
  return text.substr(begin, end - begin);
}

// Without what is around it: emphasis, dollar signs, a full stop, "x =".
std::string_view bare(std::string_view text) {
  for (std::size_t before = 0; before != text.size();) {
    before = text.size();
    text = text::trim(text);
    for (std::string_view sign : {"**", "$$", "$", "\\(", "\\[", "`", "*"}) take(text, sign);
    for (std::string_view sign : {"**", "$$", "$", "\\)", "\\]", "`", ".", "*"}) {
      if (text.ends_with(sign)) text.remove_suffix(sign.size());
    }
    if (text.starts_with("\\text{") && behind_braces(text, 5) == text.size())
      text = text.substr(6, text.size() - 7);
  }
  std::size_t equals = text.rfind('=');
  if (equals != std::string_view::npos && equals > 0 &&
      std::string_view("<>!=").find(text[equals - 1]) == std::string_view::npos)
    text = text::trim(text.substr(equals + 1));
  return text;
}

// Without the unit behind a number: "51 dollars", "3.5\text{ cm}", "12cm".
std::string_view without_unit(std::string_view text) {
  if (std::size_t unit = text.find("\\text{"); unit != std::string_view::npos && unit > 0)
    text = text::trim(text.substr(0, unit));
  if (std::size_t unit = text.find("\\mathrm{"); unit != std::string_view::npos && unit > 0)
    text = text::trim(text.substr(0, unit));
  std::size_t begin = text.find_first_not_of("-+$ "), end = begin;
  if (begin == std::string_view::npos || !(is_digit(text[begin]) || text[begin] == '.'))
    return text;
  while (end < text.size() &&
         (is_digit(text[end]) || ((text[end] == '.' || text[end] == ',' || text[end] == '/') &&
                                  end + 1 < text.size() && is_digit(text[end + 1]))))
    ++end;
  std::string_view rest = text.substr(end);
  std::string_view word = text::trim(rest);
  // One letter is a variable, and so is \pi; a word is a unit, whatever follows it.
  std::size_t letters = 0;
  while (letters < word.size() && is_letter(word[letters])) ++letters;
  bool squared = letters < word.size() && word[letters] == '^';
  static constexpr std::string_view kShort[] = {"cm", "mm", "km", "kg", "mg", "ml",
                                                "mL", "ft", "in", "lb", "oz", "hr",
                                                "am", "pm", "th", "st", "nd", "rd"};
  bool known =
      std::find(std::begin(kShort), std::end(kShort), word.substr(0, letters)) != std::end(kShort);
  bool parted = rest.size() > word.size() && letters >= 2 && word.substr(0, letters) != "pi";
  return letters >= 3 || (known && (squared || letters == 2)) || parted ? text.substr(0, end)
                                                                        : text;
}

// Letters and digits, in lower case: what is compared where there is no formula.
std::string letters_of(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (is_letter(c)) out += static_cast<char>(c | 32);
    if (is_digit(c) || static_cast<unsigned char>(c) >= 0x80) out += c;
  }
  return out;
}

// The elements of a list: what is between commas outside of brackets. A comma before three digits
// is a thousands separator.
struct List {
  std::vector<std::string_view> elements;
  bool ordered = false;
};
List elements_of(std::string_view text) {
  List out;
  if (text.size() > 2 && (text[0] == '(' || text[0] == '[') &&
      (text.back() == ')' || text.back() == ']') &&
      text.find_first_of("([", 1) == std::string_view::npos &&
      text.find(',') != std::string_view::npos) {
    out.ordered = true;
    text = text.substr(1, text.size() - 2);
  } else if (text.starts_with("\\{") && text.ends_with("\\}")) {
    text = text.substr(2, text.size() - 4);
  }
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '{' || text[i] == '[') ++depth;
    if (text[i] == ')' || text[i] == '}' || text[i] == ']') --depth;
    if (text[i] != ',' || depth != 0) continue;
    auto digit = [&](std::size_t at) { return at < text.size() && is_digit(text[at]); };
    if (i > 0 && digit(i - 1) && digit(i + 1) && digit(i + 2) && digit(i + 3) && !digit(i + 4))
      continue;
    out.elements.push_back(text::trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  out.elements.push_back(text::trim(text.substr(begin)));
  return out;
}

bool near(const Rational& a, const Rational& b, double tolerance) {
  if (a == b) return true;
  if (tolerance <= 0) return false;
  Rational distance = abs(Rational(a - b));
  return distance <= Rational(tolerance) * abs(b);
}

bool same(const Quotient& a, const Quotient& b, double tolerance) {
  auto x = a.number(), y = b.number();
  return x && y ? near(*x, *y, tolerance) : equal(a, b);
}

Quotient hundredth(Quotient value) {
  auto under = multiply(value.under, Polynomial(Rational(100)));
  if (under) value.under = *std::move(under);
  return value;
}

// "574 g" beside a number; beside a formula it may be a variable.
std::string_view without_short_unit(std::string_view text, std::string_view other) {
  if (text.size() < 3 ||
      std::string_view("gmshlLJNWVAK").find(text.back()) == std::string_view::npos ||
      text[text.size() - 2] != ' ' || !is_digit(text[text.size() - 3]) ||
      std::any_of(other.begin(), other.end(), is_letter))
    return text;
  return text::trim(text.substr(0, text.size() - 1));
}

// Printed doubles: their last digit is an accident.
bool is_printed_double(std::string_view text) {
  return text.find('.') != std::string_view::npos &&
         std::count_if(text.begin(), text.end(), is_digit) >= 15;
}

Match compare_one(std::string_view a, std::string_view b, double tolerance) {
  constexpr double kLastDigit = 1e-13;
  a = without_unit(a);
  b = without_unit(b);
  std::string_view whole = a;
  a = without_short_unit(a, b);
  b = without_short_unit(b, whole);
  if (a == b) return Match::kRight;
  if (is_printed_double(a) || is_printed_double(b)) tolerance = std::max(tolerance, kLastDigit);
  auto x = parse_formula(a), y = parse_formula(b);
  if (!x || !y) {
    std::string letters = letters_of(a);
    return !letters.empty() && letters == letters_of(b) ? Match::kRight : Match::kUnknown;
  }
  bool right = same(x->value, y->value, tolerance) ||
               (x->percent && !y->percent && same(hundredth(x->value), y->value, tolerance)) ||
               (y->percent && !x->percent && same(x->value, hundredth(y->value), tolerance));
  return right ? Match::kRight : Match::kWrong;
}

}  // namespace

std::string_view final_result(std::string_view text) {
  if (std::size_t mark = text.rfind("####"); mark != std::string_view::npos) {
    std::string_view rest = text.substr(mark + 4);
    rest = text::trim(rest.substr(0, std::min(rest.find('\n'), rest.size())));
    if (rest.find_first_of("0123456789") != std::string_view::npos) return rest;
  }
  if (std::string_view boxed = last_boxed(text); !boxed.empty()) return boxed;
  if (std::string_view named = last_named(text); !named.empty()) {
    std::string_view result = without_unit(bare(named));
    if (parse_formula(result) || elements_of(result).elements.size() > 1) return result;
    if (std::string_view number = last_number(named); !number.empty()) return number;
  }
  return last_number(text);
}

Match compare(std::string_view result, std::string_view reference, double tolerance) {
  result = bare(result);
  reference = bare(reference);
  if (result == reference) return Match::kRight;
  List a = elements_of(result), b = elements_of(reference);
  if (a.elements.size() == 1 && b.elements.size() == 1)
    return compare_one(result, reference, tolerance);
  const std::size_t n = a.elements.size();
  if (std::max(n, b.elements.size()) > kMaxList ||
      std::max(result.size(), reference.size()) > kMaxListText)
    return Match::kUnknown;
  if (n != b.elements.size()) {
    for (const List* list : {&a, &b}) {
      for (auto element : list->elements) {
        if (!parse_formula(without_unit(element))) return Match::kUnknown;
      }
    }
    return Match::kWrong;
  }
  Match out = Match::kRight;
  std::vector<bool> used(n);
  for (std::size_t i = 0; i < n; ++i) {
    Match best = Match::kWrong;
    for (std::size_t j = a.ordered ? i : 0; j < (a.ordered ? i + 1 : n) && best != Match::kRight;
         ++j) {
      if (used[j]) continue;
      Match one = compare_one(a.elements[i], b.elements[j], tolerance);
      if (one == Match::kRight) used[j] = true;
      if (one != Match::kWrong) best = one;
    }
    if (best == Match::kUnknown) return best;
    if (best == Match::kWrong) out = best;
  }
  return out;
}

std::string_view wrong_calculation(std::string_view text) {
  for (std::size_t at = text.find("<<"); at != std::string_view::npos;
       at = text.find("<<", at + 2)) {
    std::size_t end = text.find(">>", at);
    if (end == std::string_view::npos) break;
    std::string_view inside = text.substr(at + 2, end - at - 2);
    std::size_t equals = inside.rfind('=');
    if (inside.size() > 200 || equals == std::string_view::npos) continue;
    std::string_view shown = inside.substr(equals + 1);
    auto left = parse_formula(inside.substr(0, equals)), right = parse_formula(shown);
    auto a = left ? left->value.number() : std::nullopt,
         b = right ? right->value.number() : std::nullopt;
    if (!a || !b || left->percent || right->percent) continue;
    std::size_t dot = shown.find('.');
    std::size_t decimals = dot == std::string_view::npos ? 0 : shown.size() - dot - 1;
    if (decimals > 20) continue;
    Rational unit(Integer(1), Integer(pow(Integer(10), static_cast<unsigned>(decimals))));
    if (abs(Rational(*a - *b)) >= unit) return inside;
  }
  return {};
}

}  // namespace corpus::check
