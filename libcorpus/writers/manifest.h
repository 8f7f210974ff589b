// manifest.json: what a corpus folder holds and where it came from (docs/formats/manifest.md,
// schemas/manifest.json). Its presence says that the folder is whole: it is written last.
//
// Printing is deterministic: no times, threads or machine. Reading checks the form, the version and
// the digest that the manifest carries of itself.
#ifndef CORPUS_WRITERS_MANIFEST_H_
#define CORPUS_WRITERS_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/component.h"
#include "corpus/recipe.h"
#include "corpus/result.h"
#include "corpus/value.h"

namespace corpus {

inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::int64_t kManifestVersion = 1;

struct FileInfo {
  std::string name;           // relative to the folder: "part-00000.jsonl.zst"
  std::uint64_t bytes = 0;    // as stored
  std::uint64_t records = 0;  // lines
  std::uint64_t continued =
      0;               // lines that the next line continues (pieces of an over-long record)
  std::string sha256;  // of the stored bytes, hex
  bool operator==(const FileInfo&) const = default;
};

// The recipe without the place it wrote to, so that equal corpora have equal manifests.
Value recipe_value(const Recipe& recipe);
std::string print_manifest(const Recipe& recipe, const RunSummary& summary,
                           const std::vector<FileInfo>& files);

struct Manifest {
  Value all;  // as it stands in the file
  std::uint64_t in = 0, kept = 0, malformed = 0, rejected = 0;
  bool writes_rejects = true, writes_malformed = true;
  std::vector<FileInfo> files;  // names checked: no way out of the folder
};
// `name` is used in messages. kCorrupt when it is damaged, kUnsupported for a later version.
Result<Manifest> parse_manifest(std::string_view text, std::string_view name);
// kNotFound when the folder has none.
Result<Manifest> read_manifest(const std::string& dir);

}  // namespace corpus

#endif  // CORPUS_WRITERS_MANIFEST_H_
