#include "filters/line_style.h"

#include <vector>

#include "text/utf8.h"
#include "text/words.h"

namespace corpus {
namespace {

bool is_ascii_letter(char32_t c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

bool is_ideograph(char32_t c) { return (c >= 0x3041 && c < 0x3100) || (c >= 0x4E00 && c < 0xA000); }

bool is_letter(char32_t c) {
  return is_ascii_letter(c) || (c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7) ||
         (c >= 0x370 && c < 0x530) || is_ideograph(c) || (c >= 0xAC00 && c < 0xD7A4);
}

bool is_stop(char32_t c) {
  switch (c) {
    case '.':
    case '!':
    case '?':
    case ':':
    case ';':
    case ')':
    case ']':
    case '"':
    case '\'':
    case 0x2019:
    case 0x201D:
    case 0x2026:
    case 0xBB:
    case 0x3002:
    case 0xFF01:
    case 0xFF1F:
    case 0xFF1A:
    case 0xFF1B:
    case 0x300D:
    case 0x300F:
    case 0xFF09:
    case 0x300B:
    case 0x3011:
      return true;
    default:
      return false;
  }
}

// Where a sentence ends within a line: a stop before a space, or a CJK stop.
std::size_t find_sentence_end(std::string_view line, std::size_t from) {
  for (std::size_t i = from; i < line.size(); ++i) {
    char c = line[i];
    if ((c == '.' || c == '!' || c == '?') && i + 1 < line.size() && line[i + 1] == ' ') {
      return i + 1;
    }
    if (c == '\xE3' && line.substr(i, 3) == "\xE3\x80\x82") return i + 3;
    if (c == '\xEF' &&
        (line.substr(i, 3) == "\xEF\xBC\x81" || line.substr(i, 3) == "\xEF\xBC\x9F")) {
      return i + 3;
    }
  }
  return std::string_view::npos;
}

// Does a sentence end in a few words after a colon or dash?
bool has_short_tail(std::string_view sentence) {
  for (std::string_view mark :
       {": ", " - ", "--", "\xE2\x80\x93", "\xE2\x80\x94", "\xEF\xBC\x9A"}) {
    std::size_t at = sentence.rfind(mark);
    if (at == std::string_view::npos) continue;
    if (text::count_words(sentence.substr(at + mark.size())) < 5) return true;
  }
  return false;
}

}  // namespace

Ending ending_of(std::string_view text) {
  // Emphasis is no punctuation.
  while (text.size() > 1 && (text.back() == '*' || text.back() == '_')) text.remove_suffix(1);
  char32_t c = text::decode_last(text).c;
  if (is_letter(c)) return Ending::kLetter;
  if (c == ',' || c == 0xFF0C || c == 0x3001) return Ending::kComma;
  return is_stop(c) ? Ending::kStop : Ending::kOther;
}

LineKind kind_of(std::string_view line) {
  if (line.starts_with("    ") || line.starts_with("\t\t")) return LineKind::kOther;
  line = text::trim(line);
  if (line.empty()) return LineKind::kOther;
  if (line.find_first_of("|{}<>\\$=`#") != std::string_view::npos) return LineKind::kOther;
  if (line.find("://") != std::string_view::npos) return LineKind::kOther;
  char c = line[0];
  bool bullet = (c == '-' || c == '*' || c == '+') && line.size() > 1 && line[1] == ' ';
  std::size_t digits = line.find_first_not_of("0123456789");
  bool number = digits > 0 && digits < 4 && (line[digits] == '.' || line[digits] == ')');
  bool sign = line.starts_with("\xE2\x80\xA2");
  return bullet || number || sign ? LineKind::kListItem : LineKind::kProse;
}

LastSentence last_sentence(std::string_view line) {
  LastSentence out;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = find_sentence_end(line, end)) < line.size();) {
    // "1. " and "Dr. " end no sentence.
    if (end - begin > 12) ++out.ended_before;
    begin = end;
  }
  std::string_view sentence = text::trim(line.substr(begin));
  std::size_t words = 0, small = 0, ideographs = 0;
  std::vector<std::uint32_t> edges;
  text::for_each_word(sentence, edges, [&](std::string_view word) {
    ++words;
    char32_t c = text::decode(word).c;
    small += c >= 'a' && c <= 'z';
    ideographs += is_ideograph(c) || c >= 0x80;
    out.last_word = word;
  });
  // A name, a title or a pair of tags is no sentence; neither is what begins with a dash, and an
  // answer or an author after a colon or a dash needs no stop.
  bool ordinary = ideographs >= 6 || (words >= 5 && small * 2 >= words);
  out.is_prose =
      line.size() >= kProseBytes && ordinary && sentence[0] != '-' && !has_short_tail(sentence);
  return out;
}

}  // namespace corpus
