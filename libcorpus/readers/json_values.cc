#include "readers/json_values.h"

#include <algorithm>
#include <utility>

namespace corpus::readers {
namespace {

// Where the next byte stands, kept in RecordReader::place_.
enum Place : std::uint8_t {
  kTop,         // in no array
  kArrayBegin,  // behind '['
  kAfterValue,  // behind an element
  kAfterComma,
};

constexpr std::string_view kSpace = " \t\r\n";

}  // namespace

JsonValuesReader::JsonValuesReader(Stream stream, Limits limits, bool open_arrays)
    : ListedReader(std::move(stream), limits),
      open_arrays_(open_arrays),
      garbage_(Reason::intern("malformed.array")),
      truncated_(Reason::intern("malformed.truncated")) {}

Result<bool> JsonValuesReader::find_begin(Batch& batch) {
  // A batch ends here too when it is full, so that no run of garbage makes it grow.
  while (stream_.offset() - batch.offset < limits_.batch) {
    std::string_view window = stream_.window();
    if (window.empty()) {
      CORPUS_TRY(bool more, stream_.fill(1));
      if (more) continue;
      if (place_ != kTop) list(batch, {}, stream_.offset(), truncated_);  // the ']' is missing
      place_ = kTop;
      return false;
    }
    std::size_t space = std::min(window.find_first_not_of(kSpace), window.size());
    if (space != 0) {
      stream_.take(space);
      continue;
    }
    char c = window[0];
    bool in_array = place_ != kTop;
    if (c == '{' || (c == '[' && (in_array || !open_arrays_))) return true;
    if (c == '[') {
      place_ = kArrayBegin;
    } else if (c == ']' && in_array) {
      place_ = kTop;
    } else if (c == ',' && place_ == kAfterValue) {
      place_ = kAfterComma;
    } else {
      CORPUS_CHECK(add_garbage(batch));
      continue;
    }
    stream_.take(1);
  }
  return false;
}

// Lists what stands where a value should. It ends before the next byte that could be part of the
// array, or at a line break outside an array. Strings are passed over whole; one that does not
// close on its line takes the line with it, so that every byte is looked at once.
Result<void> JsonValuesReader::add_garbage(Batch& batch) {
  std::size_t most = std::min(kPiece, limits_.max_record);
  CORPUS_CHECK(stream_.fill(most));
  std::string_view bytes = stream_.window().substr(0, most);
  std::string_view stops = place_ == kTop ? "{[],\n" : "{[],";
  std::size_t end = bytes[0] == ',' || bytes[0] == ']' ? 1 : 0;
  if (end == 0) {
    if (place_ != kTop) place_ = kAfterValue;
    do {
      if (bytes[end] == '"') {
        ++end;
        while (end < bytes.size() && bytes[end] != '"' && bytes[end] != '\n') {
          end += bytes[end] == '\\' ? 2 : 1;
        }
      }
      end = std::min(end + 1, bytes.size());
    } while (end < bytes.size() && stops.find(bytes[end]) == std::string_view::npos);
  }
  std::string_view text = bytes.substr(0, end);
  list(batch, text.substr(0, text.find_last_not_of(kSpace) + 1), stream_.offset(), garbage_);
  stream_.take(end);
  return {};
}

bool JsonValuesReader::find_end(std::string_view bytes, Scan& scan, End& end) const {
  std::size_t at = simd::find_value_end(bytes.data(), bytes.size(), scan.json);
  if (at == simd::kNoEnd) return false;
  end = {at, at};
  return true;
}

void JsonValuesReader::end_pieces() {
  if (place_ != kTop) place_ = kAfterValue;
}

void JsonValuesReader::add(Batch& batch, std::string_view bytes, const Scan& scan, bool ended) {
  end_pieces();
  if (ended) {
    place_ = kTop;
    list(batch, bytes, stream_.offset(), truncated_);
  } else if (!scan.json.line_break) {
    list(batch, bytes, stream_.offset());
  } else {
    PaddedBuffer& out = batch.bytes;
    std::size_t begin = out.size();
    out.resize(begin + bytes.size() + PaddedBuffer::kPadding);
    std::size_t size = simd::minify_value(bytes.data(), bytes.size(), out.data() + begin);
    out.resize(begin + size);
    out.push_back('\n');
    batch.raw.push_back({static_cast<std::uint32_t>(begin),
                         static_cast<std::uint32_t>(size),
                         stream_.offset(),
                         {},
                         0});
  }
}

}  // namespace corpus::readers
