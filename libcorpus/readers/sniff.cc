#include "readers/sniff.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "parquet/files.h"
#include "readers/delimited.h"
#include "simd/json_scan.h"

namespace corpus::readers {
namespace {

constexpr std::size_t kLook = std::size_t{64} << 10;  // enough for all but a very long first line
constexpr std::size_t kLookFar = std::size_t{1} << 20;
constexpr std::string_view kSpace = " \t\r\n";

std::size_t skip_space(std::string_view s, std::size_t at) {
  return std::min(s.find_first_not_of(kSpace, at), s.size());
}

Result<void> refuse_binary(std::string_view bytes, std::string_view name) {
  static constexpr std::pair<std::string_view, const char*> kKnown[] = {
      {"\xff\xfe", "UTF-16 text; convert it with iconv -f UTF-16 -t UTF-8"},
      {"\xfe\xff", "UTF-16 text; convert it with iconv -f UTF-16 -t UTF-8"},
      {"ARROW1", "Arrow, which is not supported; convert it to JSON Lines"},
      {"PK\x03\x04", "a zip archive; unpack it"},
      {"\xfd"
       "7zXZ",
       "compressed by xz; pipe it through xz -dc, or repack it with zstd"},
      {"BZh", "compressed by bzip2; pipe it through bzip2 -dc, or repack it with zstd"},
      {"\x04\x22\x4d\x18", "compressed by lz4; pipe it through lz4 -dc, or repack it with zstd"},
  };
  if (bytes.starts_with(parquet::kMagic)) {
    const char* why = parquet::built() ? "Parquet is read from its end: unpack it, or save the pipe to a file first"
                                       : parquet::kNotBuilt;
    return Error{Code::kUnsupported, std::string(name) + ": " + why};
  }
  for (const auto& [magic, what] : kKnown) {
    if (bytes.starts_with(magic)) {
      return Error{Code::kUnsupported, std::string(name) + ": is " + what};
    }
  }
  return {};
}

// "{" begins an object only before a key or its end.
bool begins_object(std::string_view s, std::size_t at) {
  std::size_t next = skip_space(s, at + 1);
  return s[at] == '{' && (next == s.size() || s[next] == '"' || s[next] == '}');
}

// The bytes begin with an object at `at`: does each line hold one, or does it span lines?
Format lines_or_values(std::string_view s, std::size_t at) {
  simd::JsonScan scan;
  std::size_t size = simd::find_value_end(s.data() + at, s.size() - at, scan);
  std::size_t line_end = std::min(s.find('\n', at), s.size());
  if (size == simd::kNoEnd || at + size > line_end) {
    if (!scan.line_break) return Format::kJsonLines;  // one long line, or a string that is cut off
    // Either an object over several lines, or a first line that was cut off before the next one.
    std::size_t before = s.find_last_not_of(kSpace, line_end);
    bool open = std::string_view("{[,:").find(s[before]) != std::string_view::npos;
    bool object_next = line_end + 1 < s.size() && s[line_end + 1] == '{';
    return object_next && (!open || s[before] == '{') ? Format::kJsonLines : Format::kJsonObject;
  }
  std::size_t next = std::min(s.find_first_not_of(" \t\r", at + size), s.size());
  return next < line_end && (s[next] == '{' || s[next] == '[') ? Format::kJsonObject
                                                               : Format::kJsonLines;
}

// Most lines look like objects: JSON Lines whose first line is broken.
bool mostly_objects(std::string_view s, bool whole) {
  std::size_t lines = 0, objects = 0;
  for (std::size_t at = 0; at < s.size();) {
    std::size_t end = s.find('\n', at);
    if (end == std::string_view::npos) {
      if (!whole) break;
      end = s.size();
    }
    std::string_view line = s.substr(at, end - at);
    at = end + 1;
    std::size_t first = skip_space(line, 0);
    if (first == line.size()) continue;
    ++lines;
    if (line[first] == '{' && line[line.find_last_not_of(kSpace)] == '}') ++objects;
  }
  return objects * 2 > lines;
}

// A header of distinct names and two rows or more, all complete ones with as many fields.
bool is_table(std::string_view s, char separator) {
  Row row(separator);
  std::vector<std::string> names;
  std::size_t rows = 0;
  for (std::size_t at = 0; at < s.size() && rows < 32;) {
    std::uint8_t state = 0;
    std::size_t size = row.find_end(s.substr(at), state);
    if (size == std::string_view::npos) break;
    std::string_view line = s.substr(at, size - 1);
    at += size;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (!row.split(line)) return false;
    if (names.empty()) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        std::string field(row.field(i));
        auto c = static_cast<unsigned char>(field.empty() ? '0' : field[0]);
        bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c >= 0x80;
        if (!letter || field.size() > 64) return false;
        if (std::find(names.begin(), names.end(), field) != names.end()) return false;
        names.push_back(std::move(field));
      }
      if (names.size() < 2) return false;
    } else {
      if (row.size() != names.size()) return false;
      ++rows;
    }
  }
  return rows >= 2;
}

Format guess(std::string_view s, std::string_view ext, bool whole) {
  std::size_t at = skip_space(s, 0);
  if (at == s.size()) return Format::kJsonLines;
  if (begins_object(s, at)) return lines_or_values(s, at);
  if (s[at] == '[') {
    std::size_t next = skip_space(s, at + 1);
    bool empty = next < s.size() && s[next] == ']' && skip_space(s, next + 1) == s.size() && whole;
    if (empty || (next < s.size() && begins_object(s, next)) || ext == "json") {
      return Format::kJsonArray;
    }
  }
  if (ext == "jsonl" || ext == "ndjson" || mostly_objects(s, whole)) return Format::kJsonLines;
  if (ext == "csv") return Format::kCsv;
  if (ext == "tsv") return Format::kTsv;
  if (ext == "txt" || ext == "md") return Format::kText;
  if (is_table(s, '\t')) return Format::kTsv;
  if (is_table(s, ',')) return Format::kCsv;
  return Format::kText;
}

}  // namespace

std::string extension(std::string_view name) {
  std::string lower(name.substr(name.rfind('/') + 1));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  for (std::string_view packed : {".zst", ".gz"}) {
    if (lower.ends_with(packed)) lower.resize(lower.size() - packed.size());
  }
  std::size_t dot = lower.rfind('.');
  return dot == std::string::npos ? std::string() : lower.substr(dot + 1);
}

Result<Format> sniff(Stream& stream, std::string_view name, std::string_view option) {
  CORPUS_CHECK(stream.fill(8));
  CORPUS_CHECK(refuse_binary(stream.window(), name));
  if (stream.window().starts_with("\xef\xbb\xbf")) stream.take(3);
  if (option == "jsonl") return Format::kJsonLines;
  if (option == "csv") return Format::kCsv;
  if (option == "tsv") return Format::kTsv;
  if (option == "text") return Format::kText;

  std::size_t look = kLook;
  CORPUS_TRY(bool more, stream.fill(look));
  if (more && stream.window().substr(0, look).find('\n') == std::string_view::npos) {
    look = kLookFar;
    CORPUS_TRY(more, stream.fill(look));
  }
  std::string_view bytes = stream.window().substr(0, look);
  if (option == "json") {
    std::size_t at = skip_space(bytes, 0);
    return at < bytes.size() && bytes[at] == '[' ? Format::kJsonArray : Format::kJsonObject;
  }
  return guess(bytes, extension(name), !more);
}

}  // namespace corpus::readers
