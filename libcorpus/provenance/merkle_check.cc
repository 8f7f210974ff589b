// Checking Merkle proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2): from the proof alone, no tree.
#include <bit>

#include "corpus/provenance.h"

namespace corpus::provenance {
namespace {

Error refused(const char* what) { return {Code::kCorrupt, std::string("proof: ") + what}; }

}  // namespace

Result<void> check_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                             std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return refused("the leaf's number is not below the tree's size");
  std::uint64_t fn = index, sn = size - 1;
  Digest r = leaf;
  for (const Digest& p : proof) {
    if (sn == 0) return refused("has more hashes than the tree has levels");
    if ((fn & 1) != 0 || fn == sn) {
      r = node_hash(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return refused("has fewer hashes than the tree has levels");
  if (r != root) return refused("does not lead to the root: leaf, proof or root were changed");
  return {};
}

Result<void> check_consistency(std::uint64_t first, std::uint64_t second,
                               std::span<const Digest> proof, const Digest& first_root,
                               const Digest& second_root) {
  if (first > second) return refused("the older tree is the larger one");
  if (first == second || first == 0) {
    if (!proof.empty()) return refused("has hashes where none are needed");
    if (first == second && first_root != second_root)
      return refused("equal sizes, different roots");
    if (first == 0 && first_root != sha256({})) return refused("the empty tree has another root");
    return {};
  }
  if (proof.empty()) return refused("has no hashes");
  std::size_t next = 0;
  // When the older tree is complete, its root stands first in the path and is left out of the
  // proof.
  Digest fr = std::has_single_bit(first) ? first_root : proof[next++];
  Digest sr = fr;
  std::uint64_t fn = first - 1, sn = second - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  for (; next < proof.size(); ++next) {
    if (sn == 0) return refused("has more hashes than the tree has levels");
    const Digest& c = proof[next];
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return refused("has fewer hashes than the tree has levels");
  if (fr != first_root) return refused("does not lead to the older root");
  if (sr != second_root)
    return refused("does not lead to the newer root: what was logged has been changed");
  return {};
}

}  // namespace corpus::provenance
