// Any bytes as a shard: opening, looking up and checking never crash, and what check() passed can
// be read.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "corpus/shard.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int fd = ::memfd_create("shard", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(fd);
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  auto shard = corpus::ShardReader::open(path);
  if (!shard) return 0;
  bool whole = static_cast<bool>(shard->check());
  for (std::uint64_t n = 0; n < shard->records() && n < 64; ++n) {
    if (!shard->get(n) && whole) std::abort();
  }
  (void)shard->find("own-2");
  (void)shard->find("");
  return 0;
}
