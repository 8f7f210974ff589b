#include "writers/codec.h"

#include <charconv>
#include <string>

namespace corpus {

Result<Codec> parse_codec(std::string_view text) {
  Codec codec;
  int most = 0;
  auto colon = text.find(':');
  std::string_view name = text.substr(0, colon);
  if (name == "none") {
    codec = {Codec::Kind::kNone, 0};
  } else if (name == "zstd") {
    codec = {Codec::Kind::kZstd, 3};
    most = 22;
  } else if (name == "gzip") {
    codec = {Codec::Kind::kGzip, 6};
    most = 9;
  }
  bool known = name == "none" || most != 0;
  if (colon != std::string_view::npos) {
    std::string_view level = text.substr(colon + 1);
    const char* end = level.data() + level.size();
    auto got = std::from_chars(level.data(), end, codec.level);
    known &= got.ec == std::errc() && got.ptr == end && codec.level >= 1 && codec.level <= most;
  }
  if (known) return codec;
  return Error{Code::kInvalidArgument, "output.compress: '" + std::string(text) +
                                           "' is not known; write zstd:1 to zstd:22, gzip:1 to "
                                           "gzip:9, or none"};
}

Codec codec_of_name(std::string_view path) {
  if (path.ends_with(".zst") || path.ends_with(".zstd")) return {Codec::Kind::kZstd, 3};
  if (path.ends_with(".gz")) return {Codec::Kind::kGzip, 6};
  return {Codec::Kind::kNone, 0};
}

}  // namespace corpus
