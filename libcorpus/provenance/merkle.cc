// The Merkle tree of RFC 6962 section 2.1: roots and proofs.
#include <algorithm>
#include <bit>

#include "corpus/provenance.h"
#include "provenance/sha256.h"

namespace corpus::provenance {
namespace {

// The largest power of two below n, for n > 1.
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

// MTH(D[begin:end]); begin is a multiple of the power of two that covers the range.
Result<Digest> subtree(const HashReader& hashes, std::uint64_t begin, std::uint64_t end) {
  std::uint64_t n = end - begin;
  if (std::has_single_bit(n)) {
    unsigned level = static_cast<unsigned>(std::countr_zero(n));
    return hashes.hash(level, begin >> level);
  }
  std::uint64_t k = split(n);
  CORPUS_TRY(Digest left, subtree(hashes, begin, begin + k));
  CORPUS_TRY(Digest right, subtree(hashes, begin + k, end));
  return node_hash(left, right);
}

Error out_of_range(const char* what) {
  return {Code::kInvalidArgument, std::string("Merkle tree: ") + what};
}

}  // namespace

Digest leaf_hash(std::string_view leaf) {
  return thread_hasher().update(std::string_view("\0", 1)).update(leaf).finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
  char bytes[65] = {1};
  std::copy(left.begin(), left.end(), bytes + 1);
  std::copy(right.begin(), right.end(), bytes + 33);
  return thread_hasher().update({bytes, sizeof bytes}).finish();
}

void MerkleRoot::add_hash(const Digest& leaf) {
  Digest hash = leaf;
  // Each trailing one bit of the size is a complete subtree as large as the one just finished.
  for (std::uint64_t n = size_; (n & 1) != 0; n >>= 1) {
    hash = node_hash(complete_.back(), hash);
    complete_.pop_back();
  }
  complete_.push_back(hash);
  ++size_;
}

Digest MerkleRoot::root() const {
  if (complete_.empty()) return sha256({});
  Digest out = complete_.back();
  for (std::size_t i = complete_.size() - 1; i-- > 0;) out = node_hash(complete_[i], out);
  return out;
}

void MemoryHashes::add_hash(const Digest& leaf) {
  Digest hash = leaf;
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    auto& row = levels_[level];
    row.push_back(hash);
    if (row.size() % 2 != 0) return;
    hash = node_hash(row[row.size() - 2], row[row.size() - 1]);
  }
}

Result<Digest> MemoryHashes::hash(unsigned level, std::uint64_t index) const {
  if (level >= levels_.size() || index >= levels_[level].size()) {
    return out_of_range("asked for a hash beyond its leaves");
  }
  return levels_[level][index];
}

Result<Digest> root_of(const HashReader& hashes, std::uint64_t size) {
  if (size == 0) return sha256({});
  return subtree(hashes, 0, size);
}

Result<Proof> inclusion_proof(const HashReader& hashes, std::uint64_t index, std::uint64_t size) {
  if (index >= size) return out_of_range("no such leaf");
  Proof out;
  std::uint64_t begin = 0, end = size;
  while (end - begin > 1) {
    std::uint64_t middle = begin + split(end - begin);
    bool left = index < middle;
    CORPUS_TRY(Digest other, left ? subtree(hashes, middle, end) : subtree(hashes, begin, middle));
    out.push_back(other);
    (left ? end : begin) = middle;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

Result<Proof> consistency_proof(const HashReader& hashes, std::uint64_t first,
                                std::uint64_t second) {
  if (first > second) return out_of_range("the older tree is the larger one");
  Proof out;
  if (first == 0 || first == second) return out;
  std::uint64_t begin = 0, end = second;
  bool whole = true;  // the older tree is exactly D[begin:end], which its verifier knows
  while (first != end) {
    std::uint64_t middle = begin + split(end - begin);
    if (first <= middle) {
      CORPUS_TRY(Digest right, subtree(hashes, middle, end));
      out.push_back(right);
      end = middle;
    } else {
      CORPUS_TRY(Digest left, subtree(hashes, begin, middle));
      out.push_back(left);
      begin = middle;
      whole = false;
    }
  }
  if (!whole) {
    CORPUS_TRY(Digest rest, subtree(hashes, begin, end));
    out.push_back(rest);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace corpus::provenance
