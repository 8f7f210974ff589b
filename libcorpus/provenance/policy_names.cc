// Names of models as people write them, and globs over them.
#include "corpus/policy.h"
#include "provenance/policy_text.h"

namespace corpus::policy {

std::string normal_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '_' || c == ':' || c == '\t') c = '-';
    if (c == '-' && (out.empty() || out.back() == '-')) continue;
    out += c;
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

// Linear in practice: only the last '*' is ever gone back to.
bool glob_match(std::string_view glob, std::string_view text) {
  std::size_t g = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && (glob[g] == text[t] || glob[g] == '?') && glob[g] != '*') {
      ++g;
      ++t;
    } else if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

int specificity(std::string_view glob) {
  int letters = 0;
  bool exact = true;
  for (char c : glob) {
    bool wild = c == '*' || c == '?';
    letters += wild ? 0 : 1;
    exact &= !wild;
  }
  return exact ? letters + 1000 : letters;
}

bool matches_any(std::string_view globs, std::string_view text) {
  for (;;) {
    auto bar = globs.find('|');
    if (glob_match(globs.substr(0, bar), text)) return true;
    if (bar == std::string_view::npos) return false;
    globs.remove_prefix(bar + 1);
  }
}

bool matches_any(const std::vector<std::string>& globs, std::string_view text) {
  for (const auto& glob : globs) {
    if (glob_match(glob, text)) return true;
  }
  return false;
}

std::string plain_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
    if (c == '"' || (c == ' ' && (out.empty() || out.back() == ' '))) continue;
    out += c;
  }
  while (out.ends_with(' ') || out.ends_with('.')) out.pop_back();
  return out;
}

}  // namespace corpus::policy
