#include "writers/rejects.h"

#include <charconv>
#include <cstdint>

#include "base/base64.h"
#include "json/escape.h"

namespace corpus {
namespace {

void add_number(std::string& out, std::uint64_t n) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
}

// `"reason":...,"input":...,"offset":...`, built in `out`.
void set_members(std::string& out, const Record& r) {
  out.assign("\"reason\":");
  json::append_quoted(out, r.drop.name());
  out += ",\"input\":";
  add_number(out, r.pos.input());
  out += ",\"offset\":";
  add_number(out, r.pos.offset());
  if ((r.flags & Record::kPiece) != 0) {
    out += (r.flags & Record::kMorePieces) != 0 ? ",\"more\":true" : ",\"more\":false";
  }
}

}  // namespace

void append_reject(const Batch& batch, std::size_t record, Splicer& splicer, std::string& scratch,
                   PaddedBuffer& out) {
  const Record& r = batch.records[record];
  set_members(scratch, r);
  bool empty = false;
  bool as_it_is = !r.drop.malformed() && r.json.find('\n') == std::string_view::npos &&
                  final_brace(r.json, &empty) != std::string_view::npos;
  if (as_it_is) {
    splicer.append_tagged(record, scratch, out);
  } else {
    out.append("{\"corpus\":{");
    out.append(scratch);
    splicer.append_members(record, true, out);
    if (json::valid_utf8(r.json)) {
      out.append(",\"raw\":");
      json::append_quoted(out, r.json);
    } else {
      out.append(",\"raw_base64\":\"");
      std::size_t old = out.size();
      out.resize(old + base64_size(r.json.size()));
      base64(r.json, out.data() + old);
      out.push_back('"');
    }
    out.append("}}");
  }
  out.push_back('\n');
}

}  // namespace corpus
