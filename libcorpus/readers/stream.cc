#include "readers/stream.h"

#include <algorithm>
#include <cstring>

namespace corpus::readers {
namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10;
constexpr std::size_t kRetain = std::size_t{4} << 20;

}  // namespace

Result<std::size_t> Stream::pull(char* to, std::size_t n) {
  std::size_t done = 0;
  while (done < n) {
    CORPUS_TRY(std::size_t got, bytes_->read(to + done, n - done));
    ended_ = got == 0;
    if (ended_) break;
    done += got;
  }
  return done;
}

Result<bool> Stream::fill(std::size_t n) {
  std::size_t have = buffer_.size() - begin_;
  if (have >= n || ended_) return have >= n;
  std::size_t want = std::max(n, have + kChunk);
  if (buffer_.capacity() > kRetain && want <= kRetain) {  // one huge record needed that much
    PaddedBuffer smaller;
    smaller.append(window());
    buffer_ = std::move(smaller);
  } else if (begin_ != 0 && have != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, have);
  }
  begin_ = 0;
  buffer_.resize(have);
  buffer_.resize(want);
  auto got = pull(buffer_.data() + have, want - have);
  buffer_.resize(have + (got ? *got : 0));
  if (!got) return std::move(got).error();
  return buffer_.size() >= n;
}

void Stream::take(std::size_t n) {
  begin_ += n;
  offset_ += n;
}

Result<std::size_t> Stream::read(char* to, std::size_t n) {
  if (n < kChunk) CORPUS_CHECK(fill(n));
  std::size_t done = std::min(n, buffer_.size() - begin_);
  if (done != 0) std::memcpy(to, buffer_.data() + begin_, done);
  take(done);
  if (done < n && n >= kChunk) {
    CORPUS_TRY(std::size_t got, pull(to + done, n - done));
    offset_ += got;
    done += got;
  }
  return done;
}

void Stream::unread(std::string_view bytes) {
  if (begin_ == buffer_.size()) {  // nothing ahead: any place in the buffer will do
    buffer_.resize(std::max(buffer_.size(), bytes.size()));
    begin_ = buffer_.size();
  }
  if (begin_ < bytes.size()) {
    PaddedBuffer moved;
    moved.reserve(bytes.size() + window().size());
    moved.append(bytes);
    moved.append(window());
    buffer_ = std::move(moved);
    begin_ = 0;
  } else {
    begin_ -= bytes.size();
    if (!bytes.empty()) std::memcpy(buffer_.data() + begin_, bytes.data(), bytes.size());
  }
  offset_ -= bytes.size();
}

Result<bool> Stream::skip_to(std::uint64_t offset) {
  while (offset_ < offset) {
    CORPUS_CHECK(fill(1));
    std::uint64_t have = window().size();
    if (have == 0) return false;
    take(static_cast<std::size_t>(std::min(have, offset - offset_)));
  }
  return offset_ == offset;
}

}  // namespace corpus::readers
