// zstd frames (RFC 8878), one after the other, skippable ones passed over.
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "io/decoders.h"

namespace corpus::io {
namespace {

constexpr int kLargestWindowLog = sizeof(void*) == 8 ? 31 : 30;  // what the library can decode
constexpr std::size_t kLongestHeader = 18;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    out = out << 8 | static_cast<unsigned char>(bytes[i]);
  return out;
}

// The window a frame asks for, from its header (RFC 8878, 3.1.1.1); 0 when the header is cut off.
std::uint64_t window_of(std::string_view header) {
  if (header.size() < 6) return 0;
  unsigned descriptor = static_cast<unsigned char>(header[4]);
  bool single_segment = (descriptor & 0x20) != 0;
  if (!single_segment) {
    unsigned w = static_cast<unsigned char>(header[5]);
    std::uint64_t base = std::uint64_t{1} << (10 + (w >> 3));
    return base + base / 8 * (w & 7);
  }
  static constexpr std::size_t kDictionaryId[] = {0, 1, 2, 4};
  static constexpr std::size_t kContentSize[] = {1, 2, 4, 8};
  std::size_t at = 5 + kDictionaryId[descriptor & 3];
  std::size_t size = kContentSize[descriptor >> 6];
  if (header.size() < at + size) return 0;
  return little_endian(header.substr(at, size)) + (size == 2 ? 256 : 0);
}

std::string mib(std::uint64_t bytes) { return std::to_string((bytes + 0xfffff) >> 20) + "MiB"; }

class ZstdReader final : public Decoder {
 public:
  ZstdReader(StoredBytes stored, const ReadLimits& limits)
      : Decoder(std::move(stored)), stream_(ZSTD_createDStream()), limit_(limits.zstd_window) {
    int log = std::bit_width(std::max<std::uint64_t>(limit_, 1024)) - 1;
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, std::min(log, kLargestWindowLog));
  }
  const char* compression() const override { return "zstd"; }

 private:
  struct Free {
    void operator()(ZSTD_DStream* s) const { ZSTD_freeDStream(s); }
  };

  Result<void> decode(char* to, std::size_t n, std::size_t& done) override {
    ZSTD_outBuffer out{to, n, 0};
    while (out.pos < n) {
      // The decoder is given what it asks for and no more: then the position in a message is that
      // of the broken block, not of the buffer it was in.
      std::size_t ask = std::clamp<std::size_t>(hint_, 1, StoredBytes::kBuffer);
      CORPUS_TRY(std::string_view bytes, stored_.peek(ask));
      if (bytes.empty() && !inside_) break;
      ZSTD_inBuffer in{bytes.data(), std::min(bytes.size(), ask), 0};
      std::size_t before = out.pos;
      std::size_t rest = ZSTD_decompressStream(stream_.get(), &out, &in);
      done = out.pos;
      if (ZSTD_isError(rest)) {
        keep_header({bytes.data(), in.size});
        return explain(ZSTD_getErrorCode(rest));
      }
      if (in.pos == 0 && out.pos == before && bytes.size() < ask) {
        return stored_.fail(Code::kCorrupt, "zstd frame truncated; it began at byte " +
                                                std::to_string(frame_begin_));
      }
      keep_header(bytes.substr(0, in.pos));
      stored_.take(in.pos);
      inside_ = rest != 0;
      hint_ = inside_ ? rest : kFirstBytes;
      if (!inside_) {
        frame_begin_ = stored_.position();
        header_size_ = 0;
      }
    }
    return {};
  }

  void keep_header(std::string_view consumed) {
    std::size_t more = std::min(consumed.size(), kLongestHeader - header_size_);
    std::memcpy(header_ + header_size_, consumed.data(), more);
    header_size_ += more;
  }

  Error explain(ZSTD_ErrorCode code) const {
    std::string frame = " in the zstd frame that began at byte " + std::to_string(frame_begin_);
    switch (code) {
      case ZSTD_error_prefix_unknown:
        return stored_.fail(Code::kCorrupt, "no zstd frame where one should begin");
      case ZSTD_error_checksum_wrong:
        return stored_.fail(Code::kCorrupt, "wrong checksum" + frame);
      case ZSTD_error_dictionary_wrong:
        return stored_.fail(Code::kUnsupported, "a dictionary is needed" + frame);
      case ZSTD_error_memory_allocation:
        return stored_.fail(Code::kLimit, "no memory for the window" + frame);
      case ZSTD_error_frameParameter_windowTooLarge: {
        std::uint64_t need = window_of({header_, header_size_});
        std::string what = "the zstd frame needs a window of " + mib(need);
        if (need > std::uint64_t{1} << kLargestWindowLog) {
          return stored_.fail_at(frame_begin_, Code::kLimit, what + ", more than zstd can decode");
        }
        std::uint64_t ask = std::bit_ceil(need);
        return stored_.fail_at(frame_begin_, Code::kLimit,
                               what + ", more than the limit of " + mib(limit_) +
                                   "; allow it with input.zstd_window: " + mib(ask) +
                                   " or --zstd-window " + mib(ask));
      }
      default:
        return stored_.fail(Code::kCorrupt, std::string(ZSTD_getErrorString(code)) + frame);
    }
  }

  // The magic number and the descriptor byte: what every frame has at least.
  static constexpr std::size_t kFirstBytes = 5;

  std::unique_ptr<ZSTD_DStream, Free> stream_;
  std::uint64_t limit_;
  std::size_t hint_ = kFirstBytes;
  bool inside_ = false;  // a frame has begun and not ended
  std::uint64_t frame_begin_ = 0;
  char header_[kLongestHeader];
  std::size_t header_size_ = 0;
};

}  // namespace

bool is_zstd(std::string_view head) {
  if (head.size() < 4) return false;
  std::uint64_t magic = little_endian(head.substr(0, 4));
  return magic == ZSTD_MAGICNUMBER ||
         (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

std::unique_ptr<ByteReader> make_zstd_reader(StoredBytes stored, const ReadLimits& limits) {
  return std::make_unique<ZstdReader>(std::move(stored), limits);
}

}  // namespace corpus::io
