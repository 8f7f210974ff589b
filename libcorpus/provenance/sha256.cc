#include "provenance/sha256.h"

#include <tuple>

#include "base/hex.h"

namespace corpus::provenance {

io::Sha256& thread_hasher() {
  thread_local io::Sha256 one;
  return one;
}

Digest sha256(std::string_view bytes) { return thread_hasher().update(bytes).finish(); }

std::string hex(const Digest& digest) { return print_hex(digest); }

std::optional<Digest> parse_hex(std::string_view text) {
  return read_hex<std::tuple_size_v<Digest>>(text);
}

}  // namespace corpus::provenance
