#include "dedup/cut.h"

#include <algorithm>

namespace corpus {
namespace {

bool is_tail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

// One character of a JSON string that was checked: its bytes there and as UTF-8.
struct Step {
  std::uint32_t raw, text;
};
Step step(std::string_view raw, std::size_t at) {
  if (raw[at] != '\\') return {1, 1};
  if (at + 1 >= raw.size() || raw[at + 1] != 'u') return {2, 1};
  auto unit = [&](std::size_t i) {
    unsigned c = 0;
    for (std::size_t k = 0; k < 4 && i + k < raw.size(); ++k) c = c * 16 + hex_digit(raw[i + k]);
    return c;
  };
  unsigned c = unit(at + 2);
  if (c < 0x80) return {6, 1};
  if (c < 0x800) return {6, 2};
  bool pair = c >= 0xD800 && c < 0xDC00 && at + 7 < raw.size() && raw[at + 6] == '\\' &&
              raw[at + 7] == 'u';
  if (pair) {
    unsigned low = unit(at + 8);
    if (low >= 0xDC00 && low < 0xE000) return {12, 4};
  }
  return {6, 3};  // a surrogate alone became U+FFFD
}

}  // namespace

void to_characters(std::string_view text, std::vector<Piece>& pieces) {
  for (Piece& piece : pieces) {
    while (piece.begin < piece.end && is_tail(text[piece.begin])) ++piece.begin;
    while (piece.end > piece.begin && piece.end < text.size() && is_tail(text[piece.end])) {
      --piece.end;
    }
  }
  std::erase_if(pieces, [](const Piece& piece) { return piece.begin >= piece.end; });
}

bool find_in_raw(std::string_view raw, std::string_view text, std::span<const Piece> pieces,
                 std::vector<Piece>& out) {
  out.clear();
  std::uint32_t at = 0, in_text = 0;
  auto go_to = [&](std::uint32_t target) {
    while (at < raw.size() && in_text < target) {
      Step s = step(raw, at);
      at += s.raw;
      in_text += s.text;
    }
    return in_text == target;
  };
  for (const Piece& piece : pieces) {
    if (!go_to(piece.begin)) return false;
    std::uint32_t begin = at;
    if (!go_to(piece.end)) return false;
    out.push_back({begin, at});
  }
  return go_to(static_cast<std::uint32_t>(text.size())) && at == raw.size();
}

bool cut_pieces(Batch& batch, std::size_t record, const Turn& turn, std::span<const Piece> pieces) {
  const Record& r = batch.records[record];
  std::string_view raw = r.json.substr(turn.raw.begin, turn.raw.size());
  std::vector<Piece> cuts;
  if (turn.raw.size() == 0 || !find_in_raw(raw, turn.text, pieces, cuts)) return false;
  std::vector<Span> earlier;
  for (const Edit& edit : batch.edits) {
    if (edit.record == record) earlier.push_back(edit.span);
  }
  std::sort(earlier.begin(), earlier.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  for (const Piece& cut : cuts) {
    std::uint32_t begin = turn.raw.begin + cut.begin, end = turn.raw.begin + cut.end;
    for (const Span& span : earlier) {
      if (span.end <= begin || span.begin >= end) continue;
      if (span.begin > begin) batch.edit(record, {begin, span.begin}, {});
      begin = std::max(begin, span.end);
    }
    if (begin < end) batch.edit(record, {begin, end}, {});
  }
  return true;
}

}  // namespace corpus
