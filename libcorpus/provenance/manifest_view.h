// A corpus's manifest as trace, accounts, disclosures and certificates read it.
#ifndef CORPUS_PROVENANCE_MANIFEST_VIEW_H_
#define CORPUS_PROVENANCE_MANIFEST_VIEW_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/provenance.h"
#include "corpus/value.h"

namespace corpus::provenance {

struct ManifestView {
  std::string dir;
  Value all;
  Digest sha256{};  // of the file

  // The report of the first stage of that id; null when there is none.
  const Value* report(std::string_view stage) const;
  // A count or a text of the top level, 0 or "" when it is not there.
  std::uint64_t count(std::string_view key) const;
  bool policy_checked() const;
  // Names of the kept parts, in order.
  std::vector<std::string> parts() const;
};

// kNotFound without a manifest, kCorrupt when it is not what its digest of itself says.
Result<ManifestView> load_manifest(const std::string& dir);

// Members of `object` that are arrays of objects; empty otherwise.
const Value::Array& items(const Value* object, std::string_view key);

}  // namespace corpus::provenance

#endif  // CORPUS_PROVENANCE_MANIFEST_VIEW_H_
