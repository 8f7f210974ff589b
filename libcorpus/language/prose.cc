#include "language/prose.h"

#include <algorithm>
#include <array>

namespace corpus::language {
namespace {

// A line of code has many signs that prose has few of; SQL has not, but begins with one of few
// words.
bool looks_like_code(std::string_view line) {
  for (std::string_view word : {"SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "ALTER "}) {
    if (line.starts_with(word)) return true;
  }
  constexpr std::string_view kSigns = "{}();=<>[]_\\|&*#/+@$%^~";
  std::size_t signs = 0;
  for (char c : line) signs += kSigns.find(c) != std::string_view::npos;
  return signs * 12 > line.size();
}

// `line` without inline code, tags and addresses.
void append_words(std::string_view line, std::string& out) {
  for (std::size_t i = 0; i < line.size();) {
    char close = line[i] == '`' ? '`' : line[i] == '<' ? '>' : '\0';
    if (close != '\0') {
      std::size_t end = line.find(close, i + 1);
      if (end != std::string_view::npos) {
        out += ' ';
        i = end + 1;
        continue;
      }
    }
    if (line.substr(i).starts_with("http://") || line.substr(i).starts_with("https://")) {
      i = std::min(line.size(), line.find_first_of(" \t", i));
      continue;
    }
    out += line[i++];
  }
  out += '\n';
}

}  // namespace

void prose(std::string_view text, std::string& out) {
  out.clear();
  bool fenced = false;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line.substr(first).starts_with("```")) {
      fenced = !fenced;
    } else if (!fenced && !looks_like_code(line)) {
      append_words(line, out);
    }
  }
}

bool mostly_names(std::string_view text) {
  std::size_t capital = 0, small = 0;
  bool inside = false;
  for (char c : text) {
    bool is_capital = c >= 'A' && c <= 'Z', is_small = c >= 'a' && c <= 'z';
    if (!inside) {
      capital += is_capital;
      small += is_small;
    }
    inside = is_capital || is_small || static_cast<unsigned char>(c) >= 0x80 || c == '\'';
  }
  return capital > small;
}

bool speaks_of_languages(std::string_view text, std::string& scratch) {
  // Parts of words in lower case; the names are long enough to stand in few other words.
  // clang-format off
  static constexpr std::array kWords = std::to_array<std::string_view>({
      "translat", "language", "bilingual", "multilingual", "english", "chinese", "mandarin", "cantonese",
      "spanish", "french", "german", "italian", "portugu", "russian", "ukrainian", "polish", "czech",
      "slovak", "hungarian", "romanian", "bulgarian", "serbian", "croatian", "greek", "turkish", "arabic",
      "hebrew", "persian", "farsi", "hindi", "urdu", "bengali", "tamil", "telugu", "japanese", "korean",
      "vietnamese", "thai", "indonesia", "malay", "filipino", "tagalog", "dutch", "danish", "swedish",
      "norwegian", "finnish", "icelandic", "irish", "latin", "catalan", "basque", "swahili", "afrikaans",
      "esperanto", "estonian", "latvian", "lithuanian",
      // to translate, in other languages
      "tradu", "\xC3\xBC" "bersetz", "uebersetz", "vertaal", "vertal", "t\xC5\x82umacz", "oversett",
      "overs\xC3\xA6t", "\xC3\xB6vers\xC3\xA4tt", "terjemah", "\xC3\xA7" "evir", "d\xE1\xBB\x8B" "ch",
      "\xD0\xBF\xD0\xB5\xD1\x80\xD0\xB5\xD0\xB2\xD0\xB5\xD0\xB4",
      "\xD0\xBF\xD0\xB5\xD1\x80\xD0\xB5\xD0\xB2\xD0\xBE\xD0\xB4", "\xD8\xAA\xD8\xB1\xD8\xAC\xD9\x85",
      "\xEB\xB2\x88\xEC\x97\xAD", "\xE7\xBF\xBB\xE8\xAF\x91", "\xE7\xBF\xBB\xE8\xAD\xAF",
      "\xE8\xAF\x91\xE6\x88\x90", "\xE8\xAD\xAF\xE6\x88\x90", "\xE7\xBF\xBB\xE8\xA8\xB3",
      // English, German, French, Italian, Spanish, Portuguese in other languages
      "ingl\xC3\xA9s", "ingl\xC3\xAAs", "inglese", "anglais", "englisch", "engels", "angielsk",
      "espa\xC3\xB1ol", "fran\xC3\xA7" "ais", "deutsch", "italiano",
      "\xD0\xB0\xD0\xBD\xD0\xB3\xD0\xBB\xD0\xB8\xD0\xB9", "\xD1\x80\xD1\x83\xD1\x81\xD1\x81\xD0\xBA",
      // English, Chinese (three ways), Japanese, foreign, language, in Chinese characters
      "\xE8\x8B\xB1\xE6\x96\x87", "\xE8\x8B\xB1\xE8\xAF\xAD", "\xE8\x8B\xB1\xE8\xAA\x9E",
      "\xE4\xB8\xAD\xE6\x96\x87", "\xE6\xB1\x89\xE8\xAF\xAD", "\xE6\xBC\xA2\xE8\xAA\x9E",
      "\xE6\x97\xA5\xE8\xAF\xAD", "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", "\xE6\xB3\x95\xE8\xAF\xAD",
      "\xE5\xBE\xB7\xE8\xAF\xAD", "\xE4\xBF\x84\xE8\xAF\xAD", "\xE8\xA5\xBF\xE7\x8F\xAD\xE7\x89\x99",
      "\xE9\x9F\xA9\xE8\xAF\xAD", "\xE5\xA4\x96\xE8\xAF\xAD", "\xE8\xAF\xAD\xE8\xA8\x80",
      "\xE8\xAA\x9E\xE8\xA8\x80", "\xED\x95\x9C\xEA\xB5\xAD\xEC\x96\xB4", "\xEC\x98\x81\xEC\x96\xB4",
  });
  // clang-format on
  scratch.resize(text.size());
  std::transform(text.begin(), text.end(), scratch.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return scratch.find(word) != std::string::npos;
  });
}

}  // namespace corpus::language
