// Is a corpus folder whole and what its manifest says?
#ifndef CORPUS_VERIFY_H_
#define CORPUS_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "corpus/result.h"

namespace corpus {

struct VerifyReport {
  bool ok = false;
  std::uint64_t files = 0;            // that were there and were read
  std::uint64_t records = 0;          // lines in kept parts
  std::string error;                  // the first problem; empty when ok
  std::vector<std::string> problems;  // all of them, at most 100
};

// kBytes stops at the stored bytes: what the files hold is then what the manifest says of them.
enum class VerifyDepth : std::uint8_t { kBytes, kContents };

// Checks: the manifest's digest of itself; size and SHA-256 of each file; that each decompresses,
// has as many lines as the manifest says and an index that is true; kept + rejected + malformed ==
// in, and equal to the lines written; no missing file, none too many, no unfinished run. An Error
// only when the machine fails or there is no such folder: damage is a report that says no. Streams,
// in the memory of one frame a thread. `threads` work on one file each, at most.
Result<VerifyReport> verify(const std::string& dir, int threads = 1,
                            VerifyDepth depth = VerifyDepth::kContents);

}  // namespace corpus

#endif  // CORPUS_VERIFY_H_
