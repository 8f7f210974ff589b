#include "provenance/part_log.h"

#include <charconv>

#include "io/byte_reader.h"
#include "io/file.h"
#include "provenance/sha256.h"

namespace corpus::provenance {
namespace {

constexpr std::size_t kStep = std::size_t{1} << 20;
constexpr std::size_t kLongestRecord = std::size_t{1} << 30;  // the largest frame of a shard

Error refused(std::string what) {
  return {Code::kCorrupt, std::string(kLogName) + ": " + std::move(what)};
}

}  // namespace

std::string leaves_name(std::string_view part) {
  return "integrity/" + std::string(part) + ".leaves";
}

std::string LogEntry::line() const {
  return part + ' ' + std::to_string(records) + ' ' + hex(root);
}

std::uint64_t PartLog::records() const {
  std::uint64_t n = 0;
  for (const auto& entry : entries) n += entry.records;
  return n;
}

Digest PartLog::root() const {
  MerkleRoot tree;
  for (const auto& entry : entries) tree.add(entry.line());
  return tree.root();
}

MemoryHashes PartLog::hashes() const {
  MemoryHashes out;
  for (const auto& entry : entries) out.add_hash(leaf_hash(entry.line()));
  return out;
}

std::string PartLog::print() const {
  std::string out;
  for (const auto& entry : entries) out += entry.line() + '\n';
  return out;
}

Result<LogEntry> parse_log_entry(std::string_view line) {
  LogEntry out;
  auto first = line.find(' ');
  auto second = line.find(' ', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return refused("a line is no name, number and root");
  std::string_view number = line.substr(first + 1, second - first - 1);
  auto root = parse_hex(line.substr(second + 1));
  out.part = line.substr(0, first);
  std::from_chars(number.data(), number.data() + number.size(), out.records);
  if (root) out.root = *root;
  if (!root || out.line() != line) return refused("a line is no name, number and root");
  // The name leads to a file of the folder.
  if (!out.part.starts_with("part-") || out.part.find('/') != std::string::npos ||
      out.part.find('\0') != std::string::npos) {
    return refused("'" + out.part + "' is no name of a part");
  }
  return out;
}

Result<PartLog> parse_log(std::string_view text) {
  PartLog out;
  while (!text.empty()) {
    auto end = text.find('\n');
    if (end == std::string_view::npos) return refused("its last line is cut off");
    CORPUS_TRY(out.entries.emplace_back(), parse_log_entry(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return out;
}

Result<void> for_each_record(
    const std::string& path,
    const std::function<Result<void>(std::uint64_t, std::string_view)>& f) {
  CORPUS_TRY(auto reader, io::open_bytes(path, io::ReadLimits{}));
  std::string buffer;  // from the start of a record on
  std::size_t filled = 0;
  for (std::uint64_t index = 0;;) {
    buffer.resize(filled + kStep);
    CORPUS_TRY(std::size_t n, reader->read(buffer.data() + filled, kStep));
    if (n == 0 && filled == 0) return {};
    if (n == 0) return Error{Code::kCorrupt, path + ": its last record has no line feed"};
    std::string_view text(buffer.data(), filled + n);
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n', filled); end != std::string_view::npos;
         end = text.find('\n', begin)) {
      CORPUS_CHECK(f(index++, text.substr(begin, end - begin)));
      begin = end + 1;
    }
    buffer.erase(0, begin);
    filled = text.size() - begin;
    if (filled > kLongestRecord) return Error{Code::kLimit, path + ": a record beyond 1 GiB"};
  }
}

Result<FileDigest> file_digest(const std::string& path) {
  CORPUS_TRY(io::File file, io::File::open_read(path));
  io::Sha256 hasher;
  FileDigest out;
  std::string buffer(kStep, '\0');
  for (;;) {
    CORPUS_TRY(std::size_t n, file.read(buffer.data(), buffer.size()));
    if (n == 0) break;
    hasher.update({buffer.data(), n});
    out.bytes += n;
  }
  out.sha256 = hasher.finish();
  return out;
}

}  // namespace corpus::provenance
