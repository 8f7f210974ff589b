#include "readers/json_lines.h"

#include <string.h>  // memrchr

#include <algorithm>

namespace corpus::readers {

bool JsonLinesReader::find_end(std::string_view bytes, Scan&, End& end) const {
  std::size_t at = bytes.find('\n');
  if (at == std::string_view::npos) return false;
  end = {at, at + 1};
  return true;
}

Result<bool> JsonLinesReader::read(Batch& batch) {
  if (in_piece()) return read_piece(batch);
  batch.offset = stream_.offset();
  PaddedBuffer& bytes = batch.bytes;
  std::size_t target = std::min(limits_.batch, limits_.max_record);
  bytes.reserve(target);
  bytes.resize(target);
  CORPUS_TRY(std::size_t size, stream_.read(bytes.data(), target));
  bytes.resize(size);
  if (size < target) return size != 0;  // the last lines

  auto cut = [&](std::size_t end) {
    stream_.unread(bytes.view().substr(end));
    bytes.resize(end);
    return true;
  };
  if (auto* last = static_cast<char*>(::memrchr(bytes.data(), '\n', size))) {
    return cut(static_cast<std::size_t>(last - bytes.data()) + 1);
  }
  for (;;) {  // one line fills it all
    constexpr std::size_t kLeast = 4096, kMost = std::size_t{1} << 20;
    // One byte over the limit is enough to know: either it is the line break, or the line is too
    // long.
    std::size_t step = std::min(std::clamp(size, kLeast, kMost), limits_.max_record + 1 - size);
    bytes.resize(size + step);
    CORPUS_TRY(std::size_t got, stream_.read(bytes.data() + size, step));
    bytes.resize(size + got);
    std::size_t at = bytes.view().find('\n', size);
    if (at != std::string_view::npos) return cut(at + 1);
    size += got;
    if (size > limits_.max_record) break;
    if (got < step) return true;
  }
  cut(0);
  begin_pieces();
  return read_piece(batch);
}

}  // namespace corpus::readers
