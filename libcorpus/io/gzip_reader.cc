// gzip members (RFC 1952), one after the other. Every member's CRC-32 and size are checked.
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <string>

#include "io/decoders.h"

namespace corpus::io {
namespace {

const char* words(int code) {
  switch (code) {
    case ISAL_INVALID_BLOCK:
      return "invalid deflate block";
    case ISAL_INVALID_SYMBOL:
      return "invalid deflate symbol";
    case ISAL_INVALID_LOOKBACK:
      return "deflate distance too far back";
    case ISAL_INVALID_WRAPPER:
      return "no gzip member where one should begin";
    case ISAL_UNSUPPORTED_METHOD:
      return "gzip method other than deflate";
    case ISAL_INCORRECT_CHECKSUM:
      return "wrong gzip checksum or size";
    default:
      return "invalid gzip data";
  }
}

class GzipReader final : public Decoder {
 public:
  explicit GzipReader(StoredBytes stored)
      : Decoder(std::move(stored)), state_(std::make_unique<inflate_state>()) {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }
  const char* compression() const override { return "gzip"; }

 private:
  Result<void> decode(char* to, std::size_t n, std::size_t& done) override {
    while (done < n) {
      CORPUS_TRY(std::string_view bytes, stored_.peek(1));
      if (finished_) {
        if (bytes.empty()) break;
        // The library would read on over a wrong magic number that comes in pieces.
        CORPUS_TRY(bytes, stored_.peek(3));
        if (!is_gzip(bytes)) return stored_.fail(Code::kCorrupt, "garbage after a gzip member");
        isal_inflate_reset(state_.get());
        state_->crc_flag = ISAL_GZIP;
        finished_ = false;
        member_begin_ = stored_.position();
      }
      std::size_t room = std::min(n - done, std::size_t{1} << 30);
      state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
      state_->avail_in = static_cast<std::uint32_t>(bytes.size());
      state_->next_out = reinterpret_cast<std::uint8_t*>(to + done);
      state_->avail_out = static_cast<std::uint32_t>(room);
      int code = isal_inflate(state_.get());
      std::size_t made = room - state_->avail_out;
      done += made;
      std::size_t used = bytes.size() - state_->avail_in;
      stored_.take(used);
      if (code < 0) {
        return stored_.fail(Code::kCorrupt, std::string(words(code)) + in_member());
      }
      finished_ = state_->block_state == ISAL_BLOCK_FINISH;
      if (!finished_ && used == 0 && made == 0) {
        return stored_.fail(Code::kCorrupt, "gzip data truncated" + in_member());
      }
    }
    return {};
  }

  std::string in_member() const {
    return " in the member that began at byte " + std::to_string(member_begin_);
  }

  std::unique_ptr<inflate_state> state_;  // 80 KiB
  bool finished_ = false;
  std::uint64_t member_begin_ = 0;
};

}  // namespace

bool is_gzip(std::string_view head) {
  return head.size() >= 3 && head.substr(0, 3) == "\x1f\x8b\x08";
}

std::unique_ptr<ByteReader> make_gzip_reader(StoredBytes stored) {
  return std::make_unique<GzipReader>(std::move(stored));
}

}  // namespace corpus::io
