#include "corpus/batch.h"

#include <cstring>

namespace corpus {
namespace {

// What an idle batch keeps; beyond it one huge record would hold memory for the rest of the run.
constexpr std::size_t kRetain = std::size_t{8} << 20;

}  // namespace

void PaddedBuffer::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  std::unique_ptr<char[]> bytes(new char[capacity + kPadding]);
  if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  std::memset(bytes.get() + capacity, 0, kPadding);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void PaddedBuffer::append(std::string_view s) {
  if (s.empty()) return;
  std::size_t old = size_;
  resize(old + s.size());
  std::memcpy(bytes_.get() + old, s.data(), s.size());
}

void Batch::reset() {
  seq = 0;
  input = 0;
  offset = 0;
  consumed = 0;
  blank_lines = 0;
  raw_listed = false;
  last = false;
  bytes.clear();
  bytes.release_above(kRetain);
  raw.clear();
  records.clear();
  tags.clear();
  edits.clear();
  for (auto& column : columns) column.clear();
  for (auto& buffer : encoded) {
    buffer.clear();
    buffer.release_above(kRetain);
  }
  encoded_records.clear();
  for (auto& note : notes) note->clear();
  arena.reset();
}

std::size_t Batch::footprint() const {
  std::size_t n = bytes.capacity() + arena.footprint() + raw.capacity() * sizeof(RawRecord) +
                  records.capacity() * sizeof(Record) + tags.capacity() * sizeof(Tag) +
                  edits.capacity() * sizeof(Edit);
  for (const auto& column : columns) n += column.capacity() * sizeof(Key128);
  for (const auto& buffer : encoded) n += buffer.capacity();
  for (const auto& note : notes) n += note->footprint();
  return n;
}

}  // namespace corpus
