#include "readers/text_lines.h"

#include "json/escape.h"

namespace corpus::readers {

Result<bool> TextLinesReader::find_begin(Batch&) { return stream_.fill(1); }

bool TextLinesReader::find_end(std::string_view bytes, Scan&, End& end) const {
  std::size_t at = bytes.find('\n');
  if (at == std::string_view::npos) return false;
  end = {at, at + 1};
  return true;
}

void TextLinesReader::add(Batch& batch, std::string_view bytes, const Scan&, bool) {
  if (bytes.ends_with('\r')) bytes.remove_suffix(1);
  if (bytes.find_first_not_of(" \t\r\v\f") == std::string_view::npos) return;
  auto begin = static_cast<std::uint32_t>(batch.bytes.size());
  batch.bytes.append("{\"text\":");
  json::append_quoted(batch.bytes, bytes);
  batch.bytes.push_back('}');
  auto size = static_cast<std::uint32_t>(batch.bytes.size() - begin);
  batch.bytes.push_back('\n');
  batch.raw.push_back({begin, size, stream_.offset(), {}, 0});
}

}  // namespace corpus::readers
