// Spans: parts of texts that others have too, and what is done about them. The second half of
// dedup.lines and dedup.substring.
#ifndef CORPUS_DEDUP_SPANS_H_
#define CORPUS_DEDUP_SPANS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "corpus/batch.h"
#include "corpus/component.h"
#include "corpus/record.h"
#include "corpus/result.h"
#include "dedup/external_sort.h"
#include "dedup/position_list.h"

namespace corpus {

// A span of a turn's text by the hash of what it says. Ordered so that equal ones follow each other, the first
// first.
struct HashedSpan {
  Key128 key;
  RecordPos pos;
  std::uint32_t turn = 0;
  std::uint32_t begin = 0, end = 0;
  std::uint32_t reserved = 0;
  auto operator<=>(const HashedSpan&) const = default;
};
static_assert(sizeof(HashedSpan) == 40);

// A span of a turn's text; `of` has the same one earlier. Ordered by where it is.
struct RepeatedSpan {
  RecordPos pos;
  std::uint32_t turn = 0;
  std::uint32_t begin = 0, end = 0;  // bytes of the turn's text
  std::uint32_t reserved = 0;
  RecordPos of;
  auto operator<=>(const RepeatedSpan&) const = default;
};
static_assert(sizeof(RepeatedSpan) == 32);

enum class SpanAction : std::uint8_t {
  kTrim,  // cut the spans out; a record of which nothing is left is dropped
  kDrop,  // drop the record when more than `share` of its text is in spans
  kTag,   // only say so
};
SpanAction parse_span_action(std::string_view name);  // "trim", "drop", "tag"

struct SpanPolicy {
  SpanAction action = SpanAction::kTrim;
  double share = 0;
  Scope scope = Scope::kText;
  std::string_view component;  // "dedup.lines": begins the reasons
  std::string_view method;     // "lines": in the evidence, and the tag of what stays
};

// Joins spans that overlap or touch (of one turn), so that what comes out is disjoint. What is named
// is what the first of the joined ones named.
Result<void> join_spans(ExternalSort<RepeatedSpan>& spans, ExternalSort<RepeatedSpan>& joined);

// The Map that does it. The list holds disjoint spans.
std::unique_ptr<Map> apply_spans(std::unique_ptr<PositionList<RepeatedSpan>> list,
                                 const SpanPolicy& policy);

}  // namespace corpus

#endif  // CORPUS_DEDUP_SPANS_H_
