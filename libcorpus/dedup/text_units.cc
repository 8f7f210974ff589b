#include "dedup/text_units.h"

#include "text/utf8.h"

namespace corpus {
namespace {

bool ends_sentence(char32_t c) {
  return c == '.' || c == '!' || c == '?' || c == 0x3002 || c == 0xFF01 || c == 0xFF1F;
}
bool closes(char32_t c) {
  return c == '"' || c == '\'' || c == ')' || c == ']' || c == 0x201D || c == 0x2019 ||
         c == 0x300D || c == 0x300F;
}

void add(std::vector<Piece>& units, std::size_t begin, std::size_t end) {
  if (begin < end) {
    units.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }
}

void cut_sentences(std::string_view text, std::vector<Piece>& units) {
  std::size_t begin = 0, at = 0;
  while (at < text.size()) {
    auto [c, size] = text::decode(text.substr(at));
    at += size;
    if (c != '\n' && !ends_sentence(c)) continue;
    bool wide = c > 0x7F;  // no space follows in scripts without spaces
    while (c != '\n' && at < text.size()) {
      auto next = text::decode(text.substr(at));
      if (!ends_sentence(next.c) && !closes(next.c)) break;
      at += next.size;
    }
    bool space = c == '\n' || at == text.size();
    while (at < text.size()) {
      auto next = text::decode(text.substr(at));
      if (!text::is_space(next.c)) break;
      at += next.size;
      space = true;
    }
    if (!space && !wide) continue;
    add(units, begin, at);
    begin = at;
  }
  add(units, begin, text.size());
}

}  // namespace

TextUnit parse_text_unit(std::string_view name) {
  if (name == "paragraph") return TextUnit::kParagraph;
  return name == "sentence" ? TextUnit::kSentence : TextUnit::kLine;
}

void cut_units(std::string_view text, TextUnit unit, std::vector<Piece>& units) {
  units.clear();
  if (unit == TextUnit::kSentence) return cut_sentences(text, units);
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', end)) {
    ++end;
    if (unit == TextUnit::kParagraph) {
      // White space and at least one more line feed.
      std::size_t more = text.find_first_not_of(" \t\r\n", end);
      std::string_view gap = text.substr(end, more == text.npos ? text.npos : more - end);
      std::size_t last = gap.rfind('\n');
      if (last == gap.npos) continue;
      end += last + 1;
    }
    add(units, begin, end);
    begin = end;
  }
  add(units, begin, text.size());
}

}  // namespace corpus
