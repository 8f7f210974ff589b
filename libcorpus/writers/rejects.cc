#include "writers/rejects.h"

#include <charconv>
#include <cstdint>

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

void append_base64(PaddedBuffer& out, std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::size_t old = out.size();
  out.resize(old + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + old;
  auto at = [&](std::size_t i) -> std::uint32_t {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    *to++ = kDigits[three >> 18];
    *to++ = kDigits[three >> 12 & 63];
    *to++ = i + 1 < bytes.size() ? kDigits[three >> 6 & 63] : '=';
    *to++ = i + 2 < bytes.size() ? kDigits[three & 63] : '=';
  }
}

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
      append_base64(out, r.json);
      out.push_back('"');
    }
    out.append("}}");
  }
  out.push_back('\n');
}

}  // namespace corpus
