#include "io/byte_reader.h"

#include <utility>

#include "io/decoders.h"

namespace corpus::io {
namespace {

class PlainReader final : public Decoder {
 public:
  using Decoder::Decoder;
  const char* compression() const override { return "none"; }

 private:
  Result<void> decode(char* to, std::size_t n, std::size_t& done) override {
    CORPUS_TRY(done, stored_.read(to, n));
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<ByteReader>> open_bytes(File file, const ReadLimits& limits) {
  StoredBytes stored(std::move(file));
  CORPUS_TRY(std::string_view head, stored.peek(4));
  if (is_zstd(head)) return make_zstd_reader(std::move(stored), limits);
  if (is_gzip(head)) return make_gzip_reader(std::move(stored));
  return std::unique_ptr<ByteReader>(std::make_unique<PlainReader>(std::move(stored)));
}

Result<std::unique_ptr<ByteReader>> open_bytes(const std::string& path, const ReadLimits& limits) {
  CORPUS_TRY(File file, File::open_read(path));
  return open_bytes(std::move(file), limits);
}

}  // namespace corpus::io
