#include "io/stored_bytes.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace corpus::io {

StoredBytes::StoredBytes(File file) : file_(std::move(file)), buffer_(new char[kBuffer]) {}

Result<std::string_view> StoredBytes::peek(std::size_t least) {
  assert(least <= kBuffer);
  if (end_ - begin_ < least) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    CORPUS_TRY(std::size_t got, file_.read(buffer_.get() + end_, kBuffer - end_));
    hasher_.update({buffer_.get() + end_, got});
    end_ += got;
  }
  return std::string_view(buffer_.get() + begin_, end_ - begin_);
}

void StoredBytes::take(std::size_t n) {
  begin_ += n;
  position_ += n;
}

Result<std::size_t> StoredBytes::read(char* to, std::size_t n) {
  std::size_t done = std::min(n, end_ - begin_);
  std::memcpy(to, buffer_.get() + begin_, done);
  take(done);
  if (done < n) {
    CORPUS_TRY(std::size_t got, file_.read(to + done, n - done));
    hasher_.update({to + done, got});
    position_ += got;
    done += got;
  }
  return done;
}

Error StoredBytes::fail_at(std::uint64_t position, Code code, std::string_view what) const {
  return {code, file_.name() + ": byte " + std::to_string(position) + ": " + std::string(what)};
}

}  // namespace corpus::io
