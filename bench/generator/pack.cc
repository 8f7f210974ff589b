#include "pack.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <cstdint>
#include <vector>

namespace corpus::demo {

bool pack_zstd(const std::string& text, std::string& packed) {
  packed.resize(ZSTD_compressBound(text.size()));
  std::size_t n = ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1);
  if (ZSTD_isError(n)) return false;
  packed.resize(n);
  return true;
}

bool pack_gzip(const std::string& text, std::string& packed) {
  packed.resize(text.size() + text.size() / 8 + 4096);
  std::vector<unsigned char> work(ISAL_DEF_LVL1_DEFAULT);
  isal_zstream stream;
  isal_deflate_init(&stream);
  stream.level = 1;
  stream.level_buf = work.data();
  stream.level_buf_size = static_cast<std::uint32_t>(work.size());
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  // The interface is not const-correct; the input is only read.
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<std::uint32_t>(packed.size());
  if (isal_deflate(&stream) != COMP_OK || stream.avail_in != 0) return false;
  packed.resize(stream.total_out);
  return true;
}

}  // namespace corpus::demo
