#include "provenance/policy_text.h"

#include <algorithm>

namespace corpus::policy {
namespace {

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

// "cc by-nc 4.0 for data" -> "cc by-nc 4.0"
std::string_view without_scope(std::string_view clause) {
  for (std::string_view tail : {" for data", " for the data", " for all", " license", " licence"}) {
    if (clause.ends_with(tail)) return clause.substr(0, clause.size() - tail.size());
  }
  return clause;
}

// The terms with the most specific matching name.
const Terms* find_licence(const Registry& registry, std::string_view clause, bool builtin) {
  const Terms* best = nullptr;
  int most = -1;
  for (const auto& terms :
       registry.terms()) {  // sorted: the first of equals is the same every time
    if (terms.builtin != builtin) continue;
    for (const auto& glob : terms.names) {
      int says = specificity(glob);
      if (says > most && (glob_match(glob, clause) || glob_match(glob, without_scope(clause)))) {
        best = &terms;
        most = says;
      }
    }
  }
  return best;
}

bool add_clause(const Registry& registry, std::string_view clause, Stated& out) {
  const Terms* builtin = find_licence(registry, clause, true);
  const Terms* own = find_licence(registry, clause, false);
  if (builtin == nullptr && own == nullptr) return matches_any(registry.phrases().neutral, clause);
  out.terms.emplace_back(builtin, own);
  return true;
}

// A clause as a whole, or part by part.
void read_words(const Registry& registry, std::string_view words, Stated& out) {
  std::string whole = plain_text(words);
  if (whole.empty() || add_clause(registry, whole, out)) return;
  for (const auto& part : split_clauses(words, ",;")) {
    std::string text = plain_text(part.words);
    if (!text.empty() && !add_clause(registry, text, out))
      out.unread.emplace_back(trimmed(part.words));
  }
}

Stated read_alternative(const Registry& registry, std::string_view stated) {
  Stated out;
  for (const auto& clause : split_clauses(stated, ";")) {
    std::string whole = plain_text(clause.words);
    bool about_data = !matches_any(registry.phrases().neutral, whole);
    read_words(registry, clause.words, out);
    // What is in brackets behind words about something else is about that, too.
    if (!about_data) continue;
    for (const auto& remark : clause.remarks) read_words(registry, remark, out);
  }
  return out;
}

std::vector<std::string_view> split_at(std::string_view text, std::string_view word) {
  std::vector<std::string_view> out;
  for (;;) {
    auto at = text.find(word);
    out.push_back(trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + word.size());
  }
}

}  // namespace

std::vector<Clause> split_clauses(std::string_view text, std::string_view cut) {
  std::vector<Clause> out(1);
  bool paired =
      std::count(text.begin(), text.end(), '(') == std::count(text.begin(), text.end(), ')');
  int depth = 0;
  for (char c : text) {
    if (paired && c == '(' && depth++ == 0) {
      out.back().remarks.emplace_back();
      continue;
    }
    if (paired && c == ')' && depth > 0 && --depth == 0) continue;
    if (depth > 0) {
      out.back().remarks.back() += c;
    } else if (cut.find(c) != std::string_view::npos) {
      out.emplace_back();
    } else {
      out.back().words += c;
    }
  }
  return out;
}

std::vector<Stated> read_licence(const Registry& registry, std::string_view stated) {
  std::vector<Stated> out;
  for (auto choice : split_at(stated, " OR ")) {
    Stated& all = out.emplace_back();
    for (auto part : split_at(choice, " AND ")) {
      if (part.size() > 2 && part.front() == '(' && part.back() == ')')
        part = part.substr(1, part.size() - 2);
      Stated one = read_alternative(registry, part);
      all.terms.insert(all.terms.end(), one.terms.begin(), one.terms.end());
      all.unread.insert(all.unread.end(), one.unread.begin(), one.unread.end());
    }
  }
  return out;
}

std::vector<std::string> split_teachers(const Phrases& phrases, std::string_view cell) {
  std::vector<std::string> out;
  for (auto part : split_at(cell, " / ")) {
    for (const auto& clause : split_clauses(part, ";,")) {
      std::string_view name = trimmed(clause.words);
      bool human = matches_any(phrases.human, plain_text(name));
      bool doubt = false;
      for (const auto& remark : clause.remarks) {
        for (const auto& words : split_clauses(remark, ";,")) {
          doubt |= matches_any(phrases.doubt, plain_text(words.words));
        }
      }
      if (human && !doubt) {
        out.emplace_back(kHuman);
      } else if (human) {
        out.emplace_back(trimmed(part));
      } else if (!name.empty()) {
        out.emplace_back(name);
      }
    }
  }
  return out;
}

}  // namespace corpus::policy
