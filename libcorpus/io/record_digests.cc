#include "io/record_digests.h"

#include <algorithm>
#include <cstring>

namespace corpus::io {
namespace {

constexpr std::string_view kHead = "CORPUSRD 1\n";
constexpr std::size_t kTail = 64 + 32;  // SHA-256 of the part, XXH3-128 of all before; hex

}  // namespace

Result<RecordDigestWriter> RecordDigestWriter::create(const std::string& path) {
  RecordDigestWriter out;
  CORPUS_TRY(out.file_, File::create(path));
  CORPUS_CHECK(out.append(kHead));
  return out;
}

Result<RecordDigestWriter> RecordDigestWriter::reopen(const std::string& path,
                                                      std::uint64_t records) {
  const std::uint64_t end = kHead.size() + records * sizeof(RecordDigest);
  RecordDigestWriter out;
  CORPUS_TRY(out.file_, File::open_append(path));
  std::string buffer(std::size_t{1} << 20, '\0');
  for (std::uint64_t at = 0; at < end;) {
    auto want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - at));
    CORPUS_TRY(std::size_t got, out.file_.pread(buffer.data(), want, at));
    if (got != want) {
      return Error{Code::kCorrupt, path +
                                       ": is shorter than the checkpoint says; start again without "
                                       "--resume in another folder"};
    }
    out.hasher_.update({buffer.data(), got});
    at += got;
  }
  CORPUS_CHECK(out.file_.truncate(end));
  return out;
}

Result<void> RecordDigestWriter::append(std::string_view entries) {
  hasher_.update(entries);
  return file_.write(entries);
}

Result<void> RecordDigestWriter::finish(std::string_view part_sha256) {
  CORPUS_CHECK(append(part_sha256));
  CORPUS_CHECK(file_.write(hex(hasher_.digest())));
  CORPUS_CHECK(file_.sync());
  return file_.close();
}

std::optional<RecordDigests> RecordDigests::open(const std::string& path,
                                                 std::string_view part_sha256) {
  if (!exists(path)) return std::nullopt;
  auto file = MappedFile::open(path);
  if (!file) return std::nullopt;
  RecordDigests out(*std::move(file));
  std::string_view bytes = out.file_.view();
  if (!bytes.starts_with(kHead) || bytes.size() < kHead.size() + kTail) return std::nullopt;
  std::string_view tail = bytes.substr(bytes.size() - kTail);
  out.entries_ = bytes.substr(kHead.size(), bytes.size() - kHead.size() - kTail);
  if (out.entries_.size() % sizeof(RecordDigest) != 0 || tail.substr(0, 64) != part_sha256 ||
      tail.substr(64) != hex(hash128(bytes.substr(0, bytes.size() - 32)))) {
    return std::nullopt;
  }
  return out;
}

RecordDigest RecordDigests::operator[](std::uint64_t record) const {
  RecordDigest out;
  std::memcpy(&out, entries_.data() + record * sizeof out, sizeof out);
  return out;
}

}  // namespace corpus::io
