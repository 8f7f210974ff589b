// Proofs and logs of signed corpora, which come from strangers: nothing but what libcorpus prints is
// taken, and what is taken once is taken again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "corpus/integrity.h"
#include "provenance/part_log.h"

using namespace corpus::provenance;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const PublicKey stranger[] = {PublicKey::from_bytes({1, 2, 3})};
  if (check_proof(text, stranger)) std::abort();  // nobody has that key
  if (auto report = check_proof(text)) {
    if (report->trusted || text.find(report->part) == std::string_view::npos) std::abort();
    if (check_proof(std::string(text) + '\n')) std::abort();
  }
  if (auto log = parse_log(text)) {
    if (log->print() != text) std::abort();
    auto again = parse_log(log->print());
    if (!again || again->root() != log->root()) std::abort();
  }
  return 0;
}
