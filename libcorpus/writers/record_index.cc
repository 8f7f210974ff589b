#include "writers/record_index.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "io/zstd_frame.h"

namespace corpus {
namespace {

template <typename T>
std::string_view bytes_of(const std::vector<T>& items, std::size_t from = 0) {
  if (items.size() == from) return {};
  return {reinterpret_cast<const char*>(items.data() + from), (items.size() - from) * sizeof(T)};
}

// Takes `count` items off the front of `bytes`; false when there are not so many.
template <typename T>
bool take(std::string_view& bytes, std::uint64_t count, std::vector<T>& items) {
  if (count > bytes.size() / sizeof(T)) return false;
  std::size_t old = items.size();
  items.resize(old + count);
  if (count != 0) std::memcpy(items.data() + old, bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
  return true;
}

// Grows by a quarter, not by doubling: the index is the largest thing a writer keeps.
template <typename T>
void make_room(std::vector<T>& items, std::size_t more) {
  if (items.size() + more <= items.capacity()) return;
  items.reserve(items.size() + more + items.size() / 4);
}

bool before(const IdEntry& a, const IdEntry& b) {
  return a.hash() != b.hash() ? a.hash() < b.hash() : a.record < b.record;
}
bool equal(const IdEntry& a, const IdEntry& b) {
  return a.hash() == b.hash() && a.record == b.record;
}

}  // namespace

IdEntry id_entry(std::string_view id, std::uint32_t record) {
  std::uint64_t hash = hash64(id);
  return {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(hash >> 32), record};
}

void FrameNote::clear() {
  offsets_.clear();
  ids_.clear();
}

// content size, records, ids; then the offsets and the ids, with records counted from the frame's
// first
void FrameNote::encode(std::uint32_t content_size, PaddedBuffer& out) const {
  auto number = [&](std::uint64_t n) {
    auto u = static_cast<std::uint32_t>(n);
    out.append({reinterpret_cast<const char*>(&u), sizeof u});
  };
  number(content_size);
  number(offsets_.size());
  number(ids_.size());
  out.append(bytes_of(offsets_));
  out.append(bytes_of(ids_));
}

void RecordIndex::add_frame(std::string_view stored, std::string_view note) {
  std::uint32_t size = io::get_u32(note.data());
  std::uint32_t records = io::get_u32(note.data() + 4);
  std::uint32_t ids = io::get_u32(note.data() + 8);
  note.remove_prefix(12);
  frames_.push_back(
      {static_cast<std::uint32_t>(stored.size()), size, io::content_checksum(stored)});
  auto first = static_cast<std::uint32_t>(offsets_.size());
  first_.push_back(first);
  make_room(offsets_, records);
  make_room(ids_, ids);
  take(note, records, offsets_);
  std::size_t old = ids_.size();
  take(note, ids, ids_);
  for (std::size_t i = old; i < ids_.size(); ++i) ids_[i].record += first;
}

std::uint64_t RecordIndex::bytes() const {
  return frames_.size() * (sizeof(io::SeekEntry) + 4) + offsets_.size() * 4 +
         ids_.size() * sizeof(IdEntry);
}

std::string RecordIndex::take_log() {
  std::string out;
  io::put_u64(out, frames_.size() - logged_frames_);
  io::put_u64(out, offsets_.size() - logged_records_);
  io::put_u64(out, ids_.size() - logged_ids_);
  out += bytes_of(frames_, logged_frames_);
  out += bytes_of(first_, logged_frames_);
  out += bytes_of(offsets_, logged_records_);
  out += bytes_of(ids_, logged_ids_);
  logged_frames_ = frames_.size();
  logged_records_ = offsets_.size();
  logged_ids_ = ids_.size();
  return out;
}

Result<void> RecordIndex::load(std::string_view log) {
  *this = {};
  while (!log.empty()) {
    bool ok = log.size() >= 24;
    if (ok) {
      std::uint64_t frames = io::get_u64(log.data());
      std::uint64_t records = io::get_u64(log.data() + 8);
      std::uint64_t ids = io::get_u64(log.data() + 16);
      log.remove_prefix(24);
      ok = take(log, frames, frames_) && take(log, frames, first_) &&
           take(log, records, offsets_) && take(log, ids, ids_);
    }
    if (!ok) return Error{Code::kCorrupt, "the index log is damaged; start again without --resume"};
  }
  logged_frames_ = frames_.size();
  logged_records_ = offsets_.size();
  logged_ids_ = ids_.size();
  return {};
}

Result<void> RecordIndex::finish(const std::function<Result<void>(std::string_view)>& write) {
  std::sort(ids_.begin(), ids_.end(), before);
  // A content id that is also the record's own id counts once.
  ids_.erase(std::unique(ids_.begin(), ids_.end(), equal), ids_.end());
  const std::size_t frames = frames_.size();
  first_.push_back(static_cast<std::uint32_t>(offsets_.size()));

  Hasher128 hasher;
  hasher.update(bytes_of(first_));
  hasher.update(bytes_of(offsets_));
  hasher.update(bytes_of(ids_));
  Key128 sections = hasher.digest();

  std::string header(kIndexName);
  io::put_u32(header, kIndexVersion);
  io::put_u32(header, static_cast<std::uint32_t>(frames));
  io::put_u64(header, offsets_.size());
  io::put_u64(header, ids_.size());
  io::put_u64(header, sections.lo);
  io::put_u64(header, sections.hi);
  io::put_u64(header, hash64(header));

  auto body = static_cast<std::uint32_t>(header.size() + bytes_of(first_).size() +
                                         bytes_of(offsets_).size() + bytes_of(ids_).size());
  std::string head;
  io::put_skippable_header(head, kIndexMagic, body);
  CORPUS_CHECK(write(head + header));
  CORPUS_CHECK(write(bytes_of(first_)));
  CORPUS_CHECK(write(bytes_of(offsets_)));
  CORPUS_CHECK(write(bytes_of(ids_)));
  frames_.push_back({io::kSkippableHeader + body, 0, io::kEmptyChecksum});
  CORPUS_CHECK(write(io::seek_table(frames_)));
  *this = {};
  return {};
}

}  // namespace corpus
