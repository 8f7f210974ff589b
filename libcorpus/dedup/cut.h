// Takes pieces out of the text of a turn, as edits of the record (corpus/batch.h).
#ifndef CORPUS_DEDUP_CUT_H_
#define CORPUS_DEDUP_CUT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "corpus/batch.h"

namespace corpus {

// Half-open bytes of a text.
struct Piece {
  std::uint32_t begin = 0, end = 0;
  bool operator==(const Piece&) const = default;
};

// `pieces` with borders moved inwards so that no character of the UTF-8 `text` is cut, without those
// of which nothing is left.
void to_characters(std::string_view text, std::vector<Piece>& pieces);

// Where the pieces of the unescaped `text` are in `raw`, the inside of its JSON string; false when
// `raw` is not that text. Pieces are ascending and do not touch.
bool find_in_raw(std::string_view raw, std::string_view text, std::span<const Piece> pieces,
                 std::vector<Piece>& out);

// Edits the pieces away. What earlier stages edited stays as they made it. False when the turn's
// text is no JSON string of the record: nothing is edited then.
bool cut_pieces(Batch& batch, std::size_t record, const Turn& turn, std::span<const Piece> pieces);

}  // namespace corpus

#endif  // CORPUS_DEDUP_CUT_H_
