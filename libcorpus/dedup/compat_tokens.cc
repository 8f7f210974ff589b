// How other tools cut a text into tokens; the table is in compat.h.
#include <algorithm>
#include <iterator>

#include "dedup/compat.h"
#include "text/english_tokens.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

namespace corpus {
namespace {

// What datatrove turns into spaces, beyond ASCII punctuation and control characters. Sorted.
constexpr char32_t kDatatrovePunctuation[] = {
    0x00AB, 0x00B4, 0x00BB, 0x2013, 0x2014, 0x2019, 0x201C, 0x201D, 0x201E, 0x2026, 0x2236, 0x2501,
    0x25BA, 0x3001, 0x3002, 0x3008, 0x3009, 0x300A, 0x300B, 0x300C, 0x300D, 0x3010, 0x3011, 0xFF01,
    0xFF05, 0xFF08, 0xFF09, 0xFF0C, 0xFF0E, 0xFF11, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF5E};

bool is_ascii_punctuation(char32_t c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}
bool is_datatrove_punctuation(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n';
  if (c < 0x7F) return is_ascii_punctuation(c);
  if (c < 0xA0) return true;
  return std::binary_search(std::begin(kDatatrovePunctuation), std::end(kDatatrovePunctuation), c);
}

// Between the two halves of a number.
bool joins_numbers(char32_t c) {
  return c == '.' || c == ',' || c == 0x060C || c == 0x066B || (c >= 0x2396 && c <= 0x2398);
}

class Tokens {
 public:
  explicit Tokens(PeerTokens& out) : out_(out) {
    out_.joined.clear();
    out_.begins.clear();
  }
  void add(std::string_view token) {
    if (!out_.begins.empty()) out_.joined += ' ';
    out_.begins.push_back(out_.joined.size());
    out_.joined += token;
  }
  void add_english(std::string_view span) {
    std::size_t begin = 0;
    for (std::uint32_t end : text::split_english(span, scratch_)) {
      add(span.substr(begin, end - begin));
      begin = end;
    }
  }
  // Those between separators.
  template <typename IsSeparator>
  void split(std::string_view text, bool with_empty, IsSeparator is_separator) {
    each_piece(text, is_separator, [&](std::string_view piece) {
      if (with_empty || !piece.empty()) add(piece);
    });
  }
  void split_english(std::string_view text) {
    each_piece(text, text::is_python_space, [&](std::string_view piece) {
      if (!piece.empty()) add_english(piece);
    });
  }

 private:
  template <typename IsSeparator, typename F>
  static void each_piece(std::string_view text, IsSeparator is_separator, F f) {
    std::size_t begin = 0, at = 0;
    while (at < text.size()) {
      auto [c, size] = text::decode(text.substr(at));
      if (is_separator(c)) {
        f(text.substr(begin, at - begin));
        begin = at + size;
      }
      at += size;
    }
    f(text.substr(begin));
  }

  PeerTokens& out_;
  text::EnglishScratch scratch_;
};

// Numbers to 0, punctuation to spaces.
std::string simplified(std::string_view text) {
  std::string out;
  auto digits = [&](std::size_t from) {  // end of the digits that begin there
    while (from < text.size()) {
      auto [c, size] = text::decode(text.substr(from));
      if (!text::is_decimal_digit(c)) break;
      from += size;
    }
    return from;
  };
  for (std::size_t at = 0; at < text.size();) {
    auto [c, size] = text::decode(text.substr(at));
    if (std::size_t end = digits(at); end != at) {
      out += '0';
      at = end;
      if (at == text.size()) break;
      auto [joint, joint_size] = text::decode(text.substr(at));
      if (!joins_numbers(joint)) continue;
      end = digits(at + joint_size);
      if (end != at + joint_size) at = end;
      continue;
    }
    if (is_datatrove_punctuation(c)) {
      out += ' ';
    } else {
      out += text.substr(at, size);
    }
    at += size;
  }
  return out;
}

template <typename Drop>
std::string without(std::string_view text, Drop drop) {
  std::string out;
  while (!text.empty()) {
    auto [c, size] = text::decode(text);
    if (!drop(c)) out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace

std::string_view PeerTokens::shingle(std::size_t first, std::size_t n) const {
  std::size_t end = first + n < begins.size() ? begins[first + n] - 1 : joined.size();
  return std::string_view(joined).substr(begins[first], end - begins[first]);
}

void tokenize(Peer peer, std::string_view text, PeerTokens& out) {
  Tokens tokens(out);
  switch (peer) {
    case Peer::kDatatrove: {
      std::string simple = simplified(text::lower(text));
      if (!text::is_ascii(simple)) {
        simple = without(text::nfd(simple), text::is_nonspacing_mark);
      }
      tokens.split_english(simple);
      return;
    }
    case Peer::kTextDedup:
      tokens.split(text::lower(text), true,
                   [](char32_t c) { return c != '_' && !text::is_letter_or_number(c); });
      return;
    case Peer::kDataJuicer:
      tokens.split(text::lower(text), false, [](char32_t c) { return c == ' '; });
      return;
    case Peer::kRedPajama: {
      std::string simple = text::lower(without(text, is_ascii_punctuation));
      tokens.split(text::nfd(simple), false, text::is_python_space);
      return;
    }
  }
}

}  // namespace corpus
