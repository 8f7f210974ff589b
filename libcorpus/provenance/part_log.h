// The files of integrity/: names, the log of the parts' roots, hashes of files, lines of parts.
#ifndef CORPUS_PROVENANCE_PART_LOG_H_
#define CORPUS_PROVENANCE_PART_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/provenance.h"

namespace corpus::provenance {

inline constexpr std::string_view kLogName = "integrity/log";
inline constexpr std::string_view kSecretName = "integrity/secret";
inline constexpr std::string_view kKeyName = "integrity/key.pub";
inline constexpr std::uint64_t kMaxDocument = std::uint64_t{256} << 20;

// "integrity/part-00000.jsonl.zst.leaves"
std::string leaves_name(std::string_view part);

struct LogEntry {
  std::string part;
  std::uint64_t records = 0;
  Digest root{};
  // "part-00000.jsonl.zst 1234 9f0c...": the leaf of the log, and its line there.
  std::string line() const;
};

struct PartLog {
  std::vector<LogEntry> entries;
  std::uint64_t records() const;
  Digest root() const;
  MemoryHashes hashes() const;
  std::string print() const;
};
// kCorrupt for everything but what print() makes.
Result<LogEntry> parse_log_entry(std::string_view line);
Result<PartLog> parse_log(std::string_view text);

// Calls f(index, line without its line feed) for each record of a stored part.
Result<void> for_each_record(
    const std::string& path,
    const std::function<Result<void>(std::uint64_t index, std::string_view record)>& f);

struct FileDigest {
  Digest sha256{};
  std::uint64_t bytes = 0;
};
Result<FileDigest> file_digest(const std::string& path);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_PART_LOG_H_
