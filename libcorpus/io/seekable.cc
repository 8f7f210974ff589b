#include "io/seekable.h"

namespace corpus::io {
namespace {

constexpr std::uint32_t kTableMagic = 0x184D2A5E;
constexpr std::uint32_t kFooterMagic = 0x8F92EAB1;
constexpr std::uint32_t kFooter = 9;  // frames, descriptor, magic
constexpr unsigned char kChecksumFlag = 0x80;
constexpr unsigned char kReservedBits = 0x7C;

Error corrupt(const File& file, std::string what) {
  return {Code::kCorrupt, file.name() + ": seek table: " + std::move(what)};
}

}  // namespace

void put_skippable_header(std::string& out, std::uint32_t magic, std::uint32_t size) {
  put_u32(out, magic);
  put_u32(out, size);
}

std::string seek_table(const std::vector<SeekEntry>& frames) {
  std::string out;
  std::size_t body = frames.size() * 12 + kFooter;
  out.reserve(kSkippableHeader + body);
  put_skippable_header(out, kTableMagic, static_cast<std::uint32_t>(body));
  for (const auto& frame : frames) {
    put_u32(out, frame.stored);
    put_u32(out, frame.size);
    put_u32(out, frame.checksum);
  }
  put_u32(out, static_cast<std::uint32_t>(frames.size()));
  out += static_cast<char>(kChecksumFlag);
  put_u32(out, kFooterMagic);
  return out;
}

Result<std::vector<SeekEntry>> read_seek_table(const File& file) {
  CORPUS_TRY(std::uint64_t size, file.size());
  char footer[kFooter] = {};
  if (size >= kFooter) CORPUS_CHECK(file.pread(footer, kFooter, size - kFooter));
  if (get_u32(footer + 5) != kFooterMagic) {
    return Error{Code::kNotFound, file.name() +
                                      ": has no seek table at its end; it was not written "
                                      "by libcorpus, or is cut off"};
  }
  auto flags = static_cast<unsigned char>(footer[4]);
  if ((flags & kReservedBits) != 0) return corrupt(file, "of a later version");
  const std::uint64_t entry = (flags & kChecksumFlag) != 0 ? 12 : 8;
  const std::uint64_t frames = get_u32(footer);
  const std::uint64_t total = kSkippableHeader + frames * entry + kFooter;
  if (total > size) return corrupt(file, "is larger than the file");
  std::string bytes(total - kFooter, '\0');
  CORPUS_TRY(std::size_t got, file.pread(bytes.data(), bytes.size(), size - total));
  if (got != bytes.size() || get_u32(bytes.data()) != kTableMagic ||
      get_u32(bytes.data() + 4) != total - kSkippableHeader) {
    return corrupt(file, "does not begin where its footer says");
  }
  std::vector<SeekEntry> out(frames);
  std::uint64_t stored = 0;
  const char* at = bytes.data() + kSkippableHeader;
  for (auto& frame : out) {
    frame = {get_u32(at), get_u32(at + 4), entry == 12 ? get_u32(at + 8) : 0};
    stored += frame.stored;
    at += entry;
  }
  if (stored != size - total) {
    return corrupt(file, "frames of " + std::to_string(stored) + " bytes in a file with room for " +
                             std::to_string(size - total));
  }
  return out;
}

}  // namespace corpus::io
