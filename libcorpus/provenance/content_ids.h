// The content ids of a signed corpus: a sorted list under a Merkle tree, so that it can be shown
// that an id is not among them (docs/formats/integrity.md).
#ifndef CORPUS_PROVENANCE_CONTENT_IDS_H_
#define CORPUS_PROVENANCE_CONTENT_IDS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/provenance.h"
#include "provenance/json_look.h"

namespace corpus::provenance {

inline constexpr std::string_view kIdsName = "integrity/ids";

using ContentId = std::array<std::uint8_t, 16>;  // in the order of its hex digits
std::optional<ContentId> parse_content_id(std::string_view hex);
std::string hex(const ContentId& id);

// Reads "id" out of the "corpus" value of stored records. One a thread.
class ContentIdReader {
 public:
  std::optional<ContentId> read(std::string_view record);

 private:
  JsonLook look_;
};

struct ContentIds {
  std::vector<ContentId> ids;  // ascending, each once, after finish()
  std::uint64_t without = 0;   // records that carry none

  void add(const ContentIds& part);
  void finish();
  MemoryHashes hashes() const;
  Digest root() const;
  std::string print() const;  // 16 bytes an id
};
// kCorrupt when the ids do not ascend.
Result<ContentIds> parse_content_ids(std::string_view bytes);

Digest content_id_leaf(const ContentId& id);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_CONTENT_IDS_H_
