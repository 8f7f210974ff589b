// XXH3 (Yann Collet, xxhash 0.8): the hash for keys, digests of recipes and checksums of files that
// only have to survive accidents. Not for signatures.
#ifndef CORPUS_BASE_HASH_H_
#define CORPUS_BASE_HASH_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/batch.h"

struct XXH3_state_s;

namespace corpus {

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);
std::uint64_t xxh64(std::string_view bytes);  // XXH64, seed 0: the older function of the family
Key128 hash128(std::string_view bytes, std::uint64_t seed = 0);
std::string hex(Key128 key);        // 32 lower-case digits, high half first, as xxhsum -H2 prints it
void hex(Key128 key, char out[32]);

// The same over pieces: hash of the concatenation.
class Hasher128 {
 public:
  Hasher128();
  ~Hasher128();
  Hasher128(Hasher128&&) noexcept;
  Hasher128& operator=(Hasher128&&) noexcept;
  void reset();
  void update(std::string_view bytes);
  Key128 digest() const;

 private:
  XXH3_state_s* state_;
};

}  // namespace corpus

#endif  // CORPUS_BASE_HASH_H_
