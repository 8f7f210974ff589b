#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "corpus/shard.h"
#include "io/seekable.h"
#include "io/zstd_frame.h"
#include "writers/record_index.h"

namespace corpus {

struct ShardReader::Impl {
  io::File file;
  std::vector<io::SeekEntry> frames;    // data frames
  std::vector<std::uint64_t> position;  // [frame] in the file
  std::vector<std::uint32_t> first;     // [frame] records before it; one more at the end
  std::uint64_t records = 0, ids = 0;
  std::uint64_t sections = 0;  // where the index's tables begin
  Key128 sections_hash;

  std::uint64_t offsets_at() const { return sections + first.size() * 4; }
  std::uint64_t ids_at() const { return offsets_at() + records * 4; }

  Error corrupt(std::string what) const {
    return {Code::kCorrupt, file.name() + ": " + std::move(what)};
  }
  Result<void> read(void* to, std::size_t n, std::uint64_t at) const {
    CORPUS_TRY(std::size_t got, file.pread(to, n, at));
    if (got != n) return corrupt("ends at byte " + std::to_string(at + got));
    return {};
  }

  Result<void> read_tables();
  Result<void> read_index(std::uint64_t at, std::uint32_t stored);
  Result<std::uint64_t> lower_bound(std::uint64_t hash, IdEntry& found) const;
};

Result<void> ShardReader::Impl::read_tables() {
  CORPUS_TRY(frames, io::read_seek_table(file));
  io::SeekEntry index = frames.empty() ? io::SeekEntry{0, 1, 0} : frames.back();
  if (index.size != 0 || index.checksum != io::kEmptyChecksum)
    return corrupt("has no record index");
  frames.pop_back();
  std::uint64_t at = 0;
  for (const auto& frame : frames) {
    position.push_back(at);
    at += frame.stored;
  }
  return read_index(at, index.stored);
}

Result<void> ShardReader::Impl::read_index(std::uint64_t at, std::uint32_t stored) {
  constexpr std::uint32_t kHead = io::kSkippableHeader + kIndexHeader;
  char head[kHead];
  if (stored < kHead) return corrupt("has no record index");
  CORPUS_CHECK(read(head, kHead, at));
  const char* header = head + io::kSkippableHeader;
  if (io::get_u32(head) != kIndexMagic || std::string_view(header, 8) != kIndexName) {
    return corrupt("has no record index");
  }
  if (io::get_u32(header + 8) != kIndexVersion) {
    return Error{Code::kUnsupported, file.name() + ": has a record index of version " +
                                         std::to_string(io::get_u32(header + 8)) +
                                         ", this build reads version 1; update libcorpus"};
  }
  if (io::get_u64(header + 48) != hash64({header, 48}))
    return corrupt("record index: damaged header");
  std::uint64_t count = io::get_u32(header + 12);
  records = io::get_u64(header + 16);
  ids = io::get_u64(header + 24);
  sections_hash = {io::get_u64(header + 32), io::get_u64(header + 40)};
  sections = at + kHead;
  std::uint64_t room = stored - kHead;
  if (count != frames.size() || records > room / 4 || ids > room / sizeof(IdEntry) ||
      (count + 1) * 4 + records * 4 + ids * sizeof(IdEntry) != room ||
      io::get_u32(head + 4) != stored - io::kSkippableHeader) {
    return corrupt("record index: its sizes do not add up");
  }
  first.resize(count + 1);
  CORPUS_CHECK(read(first.data(), first.size() * 4, sections));
  if (first.front() != 0 || first.back() != records ||
      !std::is_sorted(first.begin(), first.end())) {
    return corrupt("record index: damaged frame table");
  }
  return {};
}

// The position of the first id entry whose hash is not below `hash`, and that entry. Hashes are
// uniform, so the guess from the bounds is nearly always within a block.
Result<std::uint64_t> ShardReader::Impl::lower_bound(std::uint64_t hash, IdEntry& found) const {
  constexpr std::uint64_t kBlock = 341;  // 4 KiB
  std::vector<IdEntry> block;
  std::uint64_t low = 0, high = ids;
  double low_hash = 0, high_hash = 18446744073709551616.0;
  for (int tries = 0; low < high; ++tries) {
    std::uint64_t from = low, size = high - low;
    if (size > kBlock) {
      double share = (static_cast<double>(hash) - low_hash) / (high_hash - low_hash);
      if (tries > 4 || !(share >= 0 && share <= 1)) share = 0.5;  // not uniform: bisect
      auto guess = static_cast<std::uint64_t>(share * static_cast<double>(size));
      from = low + std::min(guess > kBlock / 2 ? guess - kBlock / 2 : 0, size - kBlock);
      size = kBlock;
    }
    block.resize(size);
    CORPUS_CHECK(read(block.data(), size * sizeof(IdEntry), ids_at() + from * sizeof(IdEntry)));
    if (from + size < high && block.back().hash() < hash) {
      low = from + size;
      low_hash = static_cast<double>(block.back().hash());
    } else if (from > low && block.front().hash() >= hash) {
      high = from + 1;  // the answer may be the block's first entry
      high_hash = static_cast<double>(block.front().hash());
    } else {
      auto it = std::lower_bound(block.begin(), block.end(), hash,
                                 [](const IdEntry& e, std::uint64_t h) { return e.hash() < h; });
      if (it != block.end()) found = *it;
      return from + static_cast<std::uint64_t>(it - block.begin());
    }
  }
  return ids;
}

ShardReader::ShardReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShardReader::ShardReader(ShardReader&&) noexcept = default;
ShardReader& ShardReader::operator=(ShardReader&&) noexcept = default;
ShardReader::~ShardReader() = default;

Result<ShardReader> ShardReader::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  CORPUS_TRY(impl->file, io::File::open_read(path));
  CORPUS_CHECK(impl->read_tables());
  return ShardReader(std::move(impl));
}

std::uint32_t ShardReader::frames() const {
  return static_cast<std::uint32_t>(impl_->frames.size());
}
std::uint64_t ShardReader::records() const { return impl_->records; }
std::uint64_t ShardReader::first_record(std::uint32_t frame) const { return impl_->first[frame]; }

Result<void> ShardReader::read_frame(std::uint32_t number, PaddedBuffer& out) const {
  const Impl& shard = *impl_;
  const io::SeekEntry& frame = shard.frames[number];
  std::string where =
      "frame " + std::to_string(number) + " at byte " + std::to_string(shard.position[number]);
  PaddedBuffer stored;
  stored.resize(frame.stored);
  CORPUS_CHECK(shard.read(stored.data(), frame.stored, shard.position[number]));
  io::ZstdDecompressor zstd;
  auto decoded = zstd.decode(stored.view(), frame.size, out);
  if (!decoded) return std::move(decoded).error().context(where).context(shard.file.name());
  if (io::content_checksum(stored.view()) != frame.checksum) {
    return shard.corrupt(where + ": the seek table has another checksum");
  }
  return {};
}

Result<std::string> ShardReader::get(std::uint64_t number) const {
  const Impl& shard = *impl_;
  if (number >= shard.records) {
    return Error{Code::kNotFound, shard.file.name() + ": has no record " + std::to_string(number) +
                                      "; it holds " + std::to_string(shard.records) +
                                      ", counted from 0"};
  }
  auto next = std::upper_bound(shard.first.begin(), shard.first.end(), number);
  auto frame = static_cast<std::uint32_t>(next - shard.first.begin() - 1);
  std::uint32_t bounds[2] = {0, shard.frames[frame].size};
  bool last = number + 1 == *next;
  CORPUS_CHECK(shard.read(bounds, last ? 4 : 8, shard.offsets_at() + number * 4));
  PaddedBuffer lines;
  CORPUS_CHECK(read_frame(frame, lines));
  auto [begin, end] = bounds;
  if (begin >= end || end > lines.size() || lines.view()[end - 1] != '\n') {
    return shard.corrupt("record index: record " + std::to_string(number) +
                         " is not where it says");
  }
  return std::string(lines.view().substr(begin, end - begin - 1));
}

Result<std::uint64_t> ShardReader::find(std::string_view id) const {
  IdEntry found{};
  std::uint64_t hash = hash64(id);
  CORPUS_TRY(std::uint64_t at, impl_->lower_bound(hash, found));
  if (at == impl_->ids || found.hash() != hash) {
    return Error{Code::kNotFound,
                 impl_->file.name() + ": has no record with the id '" + std::string(id) + "'"};
  }
  if (found.record >= impl_->records) return impl_->corrupt("record index: damaged id table");
  return found.record;
}

Result<void> ShardReader::check(const RecordSink& each) const {
  const Impl& shard = *impl_;
  PaddedBuffer lines;
  std::vector<std::uint32_t> offsets;
  for (std::uint32_t f = 0; f < frames(); ++f) {
    CORPUS_CHECK(read_frame(f, lines));
    std::size_t count = shard.first[f + 1] - shard.first[f];
    offsets.resize(count);
    CORPUS_CHECK(shard.read(offsets.data(), count * 4, shard.offsets_at() + shard.first[f] * 4ULL));
    std::string_view text = lines.view();
    std::size_t at = 0, n = 0;
    for (; at < text.size() && n < count && offsets[n] == at; ++n) {
      std::size_t end = text.find('\n', at);
      if (each && end != std::string_view::npos) {
        CORPUS_CHECK(each(shard.first[f] + n, text.substr(at, end - at)));
      }
      at = end == std::string_view::npos ? text.size() + 1 : end + 1;
    }
    if (at != text.size() || n != count) {
      return shard.corrupt("record index: record " + std::to_string(shard.first[f] + n) +
                           " is not where it says");
    }
  }
  Hasher128 hasher;
  std::uint64_t at = shard.sections, end = shard.ids_at() + shard.ids * sizeof(IdEntry);
  for (std::string buffer(std::size_t{1} << 20, '\0'); at < end;) {
    std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - at));
    CORPUS_CHECK(shard.read(buffer.data(), n, at));
    hasher.update({buffer.data(), n});
    at += n;
  }
  if (hasher.digest() != shard.sections_hash)
    return shard.corrupt("record index: checksum differs");
  return {};
}

}  // namespace corpus
