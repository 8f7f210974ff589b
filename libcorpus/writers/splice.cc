#include "writers/splice.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>

namespace corpus {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view earlier_of(const Record& r) {
  return r.json.substr(r.corpus_tag.begin, r.corpus_tag.size());
}

void join_lines(char* from, char* end) {
  while (from != end) {
    auto* found = std::memchr(from, '\n', static_cast<std::size_t>(end - from));
    if (found == nullptr) return;
    from = static_cast<char*>(found);
    *from++ = ' ';
  }
}

}  // namespace

std::size_t final_brace(std::string_view json, bool* empty) {
  std::size_t i = json.size();
  while (i > 0 && is_space(json[i - 1])) --i;
  if (i == 0 || json[i - 1] != '}') return std::string_view::npos;
  std::size_t brace = i - 1;
  for (i = brace; i > 0 && is_space(json[i - 1]);) --i;
  *empty = i > 0 && json[i - 1] == '{';
  return brace;
}

void Splicer::start(const Batch& batch) {
  batch_ = &batch;
  tags_.build(batch.tags, batch.records.size());
  edits_.build(batch.edits, batch.records.size());
}

std::string_view Splicer::tag(std::size_t record, std::string_view key) const {
  std::string_view value;
  for (auto k : tags_.of(record)) {
    if (batch_->tags[k].key == key) value = batch_->tags[k].value;
  }
  return value;
}

bool Splicer::append_members(std::size_t record, bool comma, PaddedBuffer& out) const {
  auto list = tags_.of(record);
  for (std::size_t n = 0; n < list.size(); ++n) {
    const Tag& tag = batch_->tags[list[n]];
    bool again = false;
    for (auto later : list.subspan(n + 1)) again |= batch_->tags[later].key == tag.key;
    if (again) continue;
    if (comma) out.push_back(',');
    comma = true;
    out.push_back('"');
    out.append(tag.key);
    out.append("\":");
    out.append(tag.value);
  }
  return !list.empty();
}

void Splicer::add_edits(std::size_t record) {
  for (auto k : edits_.of(record)) cuts_.push_back({batch_->edits[k].span, batch_->edits[k].text});
}

void Splicer::add_tags(std::size_t record, std::string_view json, Span place,
                       std::string_view earlier, std::string_view members) {
  bool tagged = !members.empty() || !tags_.of(record).empty();
  if (!tagged && (earlier.empty() || place.size() != 0)) return;
  bool empty = false;
  std::size_t brace = final_brace(json, &empty);
  if (brace == std::string_view::npos) return;
  object_.clear();
  if (place.size() == 0) {
    if (!empty) object_.push_back(',');
    object_.push_back('"');
    object_.append(kTagKey);
    object_.append("\":");
  }
  if (tagged) {
    object_.push_back('{');
    object_.append(members);
    append_members(record, !members.empty(), object_);
    if (!earlier.empty()) object_.append(",\"before\":");
  }
  object_.append(earlier);
  if (tagged) object_.push_back('}');
  auto at = static_cast<std::uint32_t>(brace);
  cuts_.push_back({place.size() != 0 ? place : Span{at, at}, object_.view()});
}

void Splicer::apply(std::string_view json, PaddedBuffer& out) {
  auto by_begin = [](const Cut& a, const Cut& b) { return a.span.begin < b.span.begin; };
  if (!std::is_sorted(cuts_.begin(), cuts_.end(), by_begin)) {
    std::stable_sort(cuts_.begin(), cuts_.end(), by_begin);
  }
  std::size_t start = out.size();
  std::size_t at = 0;
  for (const auto& cut : cuts_) {
    // An edit inside the earlier "corpus" value: that value is kept whole as "before".
    if (cut.span.begin < at) continue;
    assert(cut.span.end <= json.size());
    out.append(json.substr(at, cut.span.begin - at));
    out.append(cut.text);
    at = cut.span.end;
  }
  out.append(json.substr(at));
  join_lines(out.data() + start, out.data() + out.size());
  cuts_.clear();
}

void Splicer::append_tagged(std::size_t record, std::string_view members, PaddedBuffer& out) {
  const Record& r = batch_->records[record];
  add_tags(record, r.json, r.corpus_tag, earlier_of(r), members);
  apply(r.json, out);
}

void Splicer::append_tags_to(std::size_t record, std::string_view json, PaddedBuffer& out) {
  add_tags(record, json, Span{}, earlier_of(batch_->records[record]), {});
  apply(json, out);
}

void Splicer::add_line(std::size_t record, Lines& lines) {
  const Record& r = batch_->records[record];
  // Only a listed record can hold a line feed: the others were split at them.
  bool listed = batch_->raw_listed || !batch_->raw.empty();
  if (!touched(record) && !(listed && r.json.find('\n') != std::string_view::npos)) {
    // The line feed that the record was read with, when it stands in the batch's own bytes.
    auto address = [](const char* p) { return reinterpret_cast<std::uintptr_t>(p); };
    const PaddedBuffer& bytes = batch_->bytes;
    const char* end = r.json.data() + r.json.size();
    bool inside = address(r.json.data()) >= address(bytes.data()) &&
                  address(end) < address(bytes.data() + bytes.size());
    if (inside && *end == '\n') {
      lines.run({r.json.data(), r.json.size() + 1});
    } else {
      lines.run(r.json);
      lines.text().push_back('\n');
    }
    return;
  }
  PaddedBuffer& out = lines.text();
  add_edits(record);
  add_tags(record, r.json, r.corpus_tag, earlier_of(r), {});
  apply(r.json, out);
  out.push_back('\n');
}

}  // namespace corpus
