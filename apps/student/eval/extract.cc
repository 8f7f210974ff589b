#include "eval/extract.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace student {
namespace {

constexpr std::string_view kInvalid = "[invalid]";

bool digit(char c) { return c >= '0' && c <= '9'; }
bool space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

template <typename F>
std::size_t run_of(std::string_view text, std::size_t from, F in) {
  std::size_t n = 0;
  while (from + n < text.size() && in(text[from + n])) ++n;
  return n;
}

// The last number: digits with commas and one decimal point in them, and a sign that does not follow a word.
std::string last_number(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (!digit(text[i])) {
      ++i;
      continue;
    }
    std::size_t begin = i > 0 && text[i - 1] == '-' && (i == 1 || !word(text[i - 2])) ? i - 1 : i;
    bool point = false;
    while (i < text.size()) {
      bool more = i + 1 < text.size() && digit(text[i + 1]);
      if (!digit(text[i]) && !(more && (text[i] == ',' || (text[i] == '.' && !point)))) break;
      point = point || text[i] == '.';
      ++i;
    }
    out = text.substr(begin, i - begin);
  }
  return out;
}

// Behind the last of these words, to the end of the line.
std::optional<std::string_view> after_last(std::string_view text, std::string_view mark) {
  auto at = lower(text).rfind(mark);
  if (at == std::string::npos) return {};
  auto rest = text.substr(at + mark.size());
  return trimmed(rest.substr(0, rest.find('\n')));
}

}  // namespace

std::string gsm8k_strict(std::string_view text) {
  constexpr std::string_view kMark = "#### ";
  for (auto at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at + 1)) {
    std::size_t begin = at + kMark.size();
    std::size_t sign = begin < text.size() && text[begin] == '-' ? 1 : 0;
    std::size_t n = run_of(text, begin + sign, [](char c) { return digit(c) || c == '.' || c == ','; });
    if (n > 0) return std::string(text.substr(begin, sign + n));
  }
  return std::string(kInvalid);
}

std::string gsm8k_flexible(std::string_view text) {
  std::string_view last = kInvalid;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t sign = text[i] == '-' ? 1 : 0;
    std::size_t n = run_of(text, i + sign, [](char c) { return digit(c) || c == '$' || c == '.' || c == ','; });
    if (n < 2) n = run_of(text, i + sign, digit);
    if (n == 0) {
      ++i;
      continue;
    }
    last = text.substr(i, sign + n);
    i += sign + n;
  }
  return std::string(last);
}

std::string gsm8k_normal(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != ',' && c != '$') out += c;
  }
  auto mark = out.rfind("#### ");
  if (mark != std::string::npos) out.erase(0, mark + 5);
  if (out.ends_with('.')) out.pop_back();
  return lower(out);
}

std::string final_answer(std::string_view text, bool numeric) {
  for (std::string_view mark : {"####", "answer:", "answer is"}) {
    auto found = after_last(text, mark);
    if (found && !found->empty()) return std::string(*found);
  }
  if (numeric) return last_number(text);
  auto rest = trimmed(text);
  return std::string(trimmed(rest.substr(rest.find_last_of('\n') + 1)));
}

std::string final_normal(std::string_view text) {
  std::string out;
  text = trimmed(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool between = i > 0 && i + 1 < text.size() && digit(text[i - 1]) && digit(text[i + 1]);
    if (text[i] != '$' && !(text[i] == ',' && between)) out += text[i];
  }
  if (out.ends_with('.')) out.pop_back();
  return lower(trimmed(out));
}

bool is_number(std::string_view text) {
  std::string normal = final_normal(text);
  return !normal.empty() && last_number(normal) == normal;
}

std::string humaneval_code(std::string_view prompt, std::string_view entry_point, std::string_view answer) {
  const std::string definition = "def " + std::string(entry_point);
  std::string_view code = answer;
  std::optional<std::string_view> block;
  for (auto open = answer.find("```"); open != std::string_view::npos;) {
    auto line = answer.find('\n', open);
    if (line == std::string_view::npos) break;
    auto close = answer.find("```", line);
    auto inside = answer.substr(line + 1, close == std::string_view::npos ? close : close - line - 1);
    if (!block || inside.find(definition) != std::string_view::npos) block = inside;
    if (close == std::string_view::npos || block->find(definition) != std::string_view::npos) break;
    open = answer.find("```", close + 3);
  }
  if (block) code = *block;
  if (code.find(definition) == std::string_view::npos) return std::string(prompt) + std::string(code);
  return std::string(prompt.substr(0, prompt.rfind(definition))) + std::string(code);
}

int answer_letter(std::string_view text, int letters) {
  auto marked = after_last(text, "answer is");
  if (!marked) marked = after_last(text, "answer:");
  std::string_view rest = trimmed(marked ? *marked : text);
  while (!rest.empty() && (rest.front() == '(' || rest.front() == '*' || rest.front() == ' ' || rest.front() == ':')) {
    rest.remove_prefix(1);
  }
  if (rest.empty() || (rest.size() > 1 && word(rest[1]))) return -1;
  int letter = std::toupper(static_cast<unsigned char>(rest[0])) - 'A';
  return letter >= 0 && letter < letters ? letter : -1;
}

}  // namespace student
