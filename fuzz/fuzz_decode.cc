// open_bytes() over any bytes: the outcome must not depend on the sizes of reads, an Error must
// stay, and a window over the limit must never be allocated.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "io/byte_reader.h"

namespace {

struct Outcome {
  std::string bytes;
  std::string error;
  bool operator==(const Outcome&) const = default;
};

Outcome read_all(int fd, std::size_t step) {
  ::lseek(fd, 0, SEEK_SET);
  Outcome out;
  auto reader = corpus::io::open_bytes(corpus::io::File::adopt(fd, "x"), {.zstd_window = 1 << 20});
  if (!reader) {
    out.error = reader.error().message;
    return out;
  }
  std::string buffer(step, '\0');
  for (;;) {
    auto got = (*reader)->read(buffer.data(), step);
    if (!got) {
      out.error = got.error().message;
      if ((*reader)->read(buffer.data(), step)) std::abort();
      return out;
    }
    if (*got == 0) return out;
    out.bytes.append(buffer.data(), *got);
    if (out.bytes.size() > (std::size_t{8} << 20)) return out;  // a bomb: seen enough
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int fd = ::memfd_create("fuzz", 0);
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  Outcome whole = read_all(fd, std::size_t{1} << 20);
  if (whole.bytes.size() > (std::size_t{1} << 20)) return 0;
  Outcome steps = read_all(fd, 1 + size % 97);
  // A decoder may hand out the bytes before a broken spot in smaller steps, and so a few more.
  bool same = whole.error.empty() == steps.error.empty() &&
              (whole.error.empty()
                   ? whole.bytes == steps.bytes
                   : steps.bytes.starts_with(whole.bytes) || whole.bytes.starts_with(steps.bytes));
  if (!same) std::abort();
  return 0;
}
