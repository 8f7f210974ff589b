// Splicer: records as they leave: the bytes that were read, with tags and edits put in.
//
//   untouched   the record byte for byte
//   tags        `,"corpus":{"key":value,...}` before the final brace (no comma in an empty object);
//               what stands behind the brace stays
//   edits       the byte ranges they name are replaced
//   a record that has a "corpus" value already: that value is replaced by the new object, whose
//   last
//               member "before" is the old value
//
// A line is a line whatever is in it: line feeds between the tokens of a record (an element of a
// pretty-printed array) become spaces. A record that is no object cannot hold tags and is written
// without. Of two tags with one key the later counts. Linear in records, tags and edits.
//
// Holds the grouping of one batch; one object, one thread.
#ifndef CORPUS_WRITERS_SPLICE_H_
#define CORPUS_WRITERS_SPLICE_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "corpus/batch.h"
#include "writers/by_record.h"
#include "writers/lines.h"

namespace corpus {

// The key under which tags stand.
inline constexpr std::string_view kTagKey = "corpus";

// Where members can be added to the JSON object `json`: the position of its final brace, or npos
// when `json` is no object. `empty` says whether it has no members.
std::size_t final_brace(std::string_view json, bool* empty);

class Splicer {
 public:
  // To be called for a batch before its records. Keeps a pointer to it.
  void start(const Batch& batch);

  bool touched(std::size_t record) const {
    return !tags_.of(record).empty() || !edits_.of(record).empty();
  }
  // The value of a tag of that record, as JSON; empty when it has none.
  std::string_view tag(std::size_t record, std::string_view key) const;
  std::span<const std::uint32_t> edits(std::size_t record) const { return edits_.of(record); }

  // Adds the record and a line feed, with tags and edits.
  void add_line(std::size_t record, Lines& lines);

  // Appends the record with its tags behind `members` (`"k":v,...`, may be empty), without edits
  // and without a line feed.
  void append_tagged(std::size_t record, std::string_view members, PaddedBuffer& out);
  // Appends `json`, which says what the record says, with the record's tags and its earlier "corpus"
  // value.
  void append_tags_to(std::size_t record, std::string_view json, PaddedBuffer& out);
  // Appends `"k":v,...` of the record's tags; true when there were any.
  bool append_members(std::size_t record, bool comma, PaddedBuffer& out) const;

 private:
  struct Cut {
    Span span;
    std::string_view text;
  };
  void add_edits(std::size_t record);
  // `place` of the earlier "corpus" value in `json`, empty when that has none.
  void add_tags(std::size_t record, std::string_view json, Span place, std::string_view earlier,
                std::string_view members);
  void apply(std::string_view json, PaddedBuffer& out);

  const Batch* batch_ = nullptr;
  ByRecord tags_, edits_;
  std::vector<Cut> cuts_;  // of the record at hand
  PaddedBuffer object_;    // its tags
};

}  // namespace corpus

#endif  // CORPUS_WRITERS_SPLICE_H_
