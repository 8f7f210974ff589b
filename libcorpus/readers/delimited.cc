#include "readers/delimited.h"

#include <algorithm>
#include <utility>

#include "json/escape.h"

namespace corpus::readers {
namespace {

// Where in a row a byte stands.
enum State : std::uint8_t { kFieldBegin, kPlain, kQuoted, kQuoteInQuoted };

std::string_view without_cr(std::string_view row) {
  if (row.ends_with('\r')) row.remove_suffix(1);
  return row;
}

}  // namespace

std::size_t Row::find_end(std::string_view bytes, std::uint8_t& state) const {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (state == kQuoted) {
      i = bytes.find('"', i);
      if (i == std::string_view::npos) return i;
      state = kQuoteInQuoted;
      ++i;
      continue;
    }
    char c = bytes[i++];
    if (c == '\n') {
      state = kFieldBegin;
      return i;
    }
    if (c == separator_) {
      state = kFieldBegin;
    } else if (c == '"' && state != kPlain) {
      state = kQuoted;  // opens a field, or is the second of a pair
    } else {
      state = kPlain;
    }
  }
  return std::string_view::npos;
}

bool Row::split(std::string_view row) {
  fields_.clear();
  std::size_t at = 0;
  for (;;) {
    std::size_t end;
    if (at < row.size() && row[at] == '"') {
      bool doubled = false;
      std::size_t close = at + 1;
      for (;;) {
        close = row.find('"', close);
        if (close == std::string_view::npos) return false;
        if (close + 1 == row.size() || row[close + 1] != '"') break;
        doubled = true;
        close += 2;
      }
      end = close + 1;
      if (end == row.size() || row[end] == separator_) {
        fields_.push_back({row.substr(at + 1, close - at - 1), doubled});
      } else if (separator_ == '\t') {  // most TSV files do not quote at all
        end = std::min(row.find(separator_, end), row.size());
        fields_.push_back({row.substr(at, end - at), false});
      } else {
        return false;
      }
    } else {
      end = std::min(row.find(separator_, at), row.size());
      fields_.push_back({row.substr(at, end - at), false});
    }
    if (end == row.size()) return true;
    at = end + 1;
  }
}

std::string_view Row::field(std::size_t i) {
  auto [text, doubled] = fields_[i];
  if (!doubled) return text;
  unquoted_.clear();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end =
        std::min(text.find('"', at), text.size() - 1) + 1;  // up to the first of a pair
    unquoted_.append(text.substr(at, end - at));
    at = text[end - 1] == '"' ? end + 1 : end;
  }
  return unquoted_;
}

DelimitedReader::DelimitedReader(Stream stream, Limits limits, char separator)
    : ListedReader(std::move(stream), limits),
      row_(separator),
      bad_row_(Reason::intern("malformed.csv_row")) {}

Result<void> DelimitedReader::begin(std::string_view name) {
  std::uint8_t state = 0;
  std::size_t scanned = 0, end = std::string_view::npos;
  while (end == std::string_view::npos) {
    std::string_view window = stream_.window();
    end = row_.find_end(window.substr(scanned), state);
    if (end != std::string_view::npos) {
      end += scanned;
    } else if (window.size() > limits_.max_record) {
      return Error{Code::kLimit, std::string(name) +
                                     ": the header row is longer than max_record; if this is no "
                                     "table, say format: text"};
    } else {
      scanned = window.size();
      CORPUS_TRY(bool more, stream_.fill(scanned + 1));
      if (!more) end = scanned;
    }
  }
  std::string_view row = stream_.window().substr(0, end);
  if (row.ends_with('\n')) row.remove_suffix(1);
  if (!row_.split(without_cr(row))) {
    return Error{Code::kCorrupt, std::string(name) +
                                     ": the header row has a quote out of place; if this is no "
                                     "table, say format: text"};
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < row_.size(); ++i) {
    std::string column(row_.field(i)), unique = column;
    for (int n = 2; std::find(names.begin(), names.end(), unique) != names.end(); ++n) {
      unique = column + "_" + std::to_string(n);
    }
    std::string key(1, i == 0 ? '{' : ',');
    json::append_quoted(key, unique);
    keys_.push_back(key + ":");
    names.push_back(std::move(unique));
  }
  stream_.take(end);
  return {};
}

Result<bool> DelimitedReader::find_begin(Batch&) { return stream_.fill(1); }

bool DelimitedReader::find_end(std::string_view bytes, Scan& scan, End& end) const {
  std::size_t next = row_.find_end(bytes, scan.delimited);
  if (next == std::string_view::npos) return false;
  end = {next - 1, next};
  return true;
}

void DelimitedReader::add(Batch& batch, std::string_view bytes, const Scan&, bool) {
  std::string_view row = without_cr(bytes);
  if (row.empty()) return;
  if (!row_.split(row) || row_.size() != keys_.size()) {
    list(batch, row, stream_.offset(), bad_row_);
    return;
  }
  auto begin = static_cast<std::uint32_t>(batch.bytes.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    batch.bytes.append(keys_[i]);
    json::append_quoted(batch.bytes, row_.field(i));
  }
  batch.bytes.push_back('}');
  auto size = static_cast<std::uint32_t>(batch.bytes.size() - begin);
  batch.bytes.push_back('\n');
  batch.raw.push_back({begin, size, stream_.offset(), {}, 0});
}

}  // namespace corpus::readers
