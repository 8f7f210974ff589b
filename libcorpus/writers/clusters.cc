#include "writers/clusters.h"

#include <charconv>

#include "json/escape.h"

namespace corpus {

void append_position(RecordPos pos, std::string& out) {
  char text[48];
  char* to = std::to_chars(text, text + 24, pos.input()).ptr;
  *to++ = ':';
  out.append(text, std::to_chars(to, text + sizeof text, pos.offset()).ptr);
}

void append_cluster_line(const Record& record, std::string_view evidence, PaddedBuffer& out) {
  std::string at;
  append_position(record.pos, at);
  out.append("{\"record\":\"");
  out.append(at);
  out.append("\",");
  if (!record.id.empty()) {
    out.append("\"id\":");
    json::append_quoted(out, record.id);
    out.push_back(',');
  }
  out.append("\"reason\":");
  json::append_quoted(out, record.drop.name());
  out.push_back(',');
  out.append(evidence.substr(1));  // behind its brace
  out.push_back('\n');
}

}  // namespace corpus
