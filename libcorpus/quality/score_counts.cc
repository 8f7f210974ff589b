#include "quality/score_counts.h"

#include <algorithm>
#include <bit>

namespace corpus::quality {
namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr std::size_t kPending = 4096;

}  // namespace

std::uint64_t ScoreCounts::ordered(double score) {
  auto bits = std::bit_cast<std::uint64_t>(score == 0 ? 0.0 : score);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double ScoreCounts::unordered(std::uint64_t score) {
  return std::bit_cast<double>((score & kSign) != 0 ? score & ~kSign : ~score);
}

Result<void> ScoreCounts::add(std::uint64_t score, std::uint64_t records) {
  pending_.push_back({score, records});
  // As many as are sorted already: each is then moved a few times only.
  return pending_.size() >= std::max(kPending, counts_.size()) ? compact() : Result<void>();
}

Result<void> ScoreCounts::merge(ScoreCounts& other) {
  CORPUS_TRY(auto counts, other.sorted());
  for (const Count& count : counts) CORPUS_CHECK(add(count.score, count.records));
  return {};
}

Result<std::span<const ScoreCounts::Count>> ScoreCounts::sorted() {
  CORPUS_CHECK(compact());
  return std::span<const Count>(counts_);
}

void ScoreCounts::clear() {
  counts_.clear();
  pending_.clear();
}

Result<void> ScoreCounts::compact() {
  auto before = [](const Count& a, const Count& b) { return a.score < b.score; };
  std::sort(pending_.begin(), pending_.end(), before);
  auto middle = static_cast<std::ptrdiff_t>(counts_.size());
  counts_.insert(counts_.end(), pending_.begin(), pending_.end());
  pending_.clear();
  std::inplace_merge(counts_.begin(), counts_.begin() + middle, counts_.end(), before);
  std::size_t kept = 0;
  for (const Count& count : counts_) {
    if (kept > 0 && counts_[kept - 1].score == count.score) {
      counts_[kept - 1].records += count.records;
    } else {
      counts_[kept++] = count;
    }
  }
  counts_.resize(kept);
  return account();
}

Result<void> ScoreCounts::account() {
  // inplace_merge takes as much again for a moment.
  std::uint64_t now = (2 * counts_.capacity() + pending_.capacity()) * sizeof(Count);
  if (now <= reserved_) return {};
  auto got = memory_->reserve(now - reserved_, "quality.top_percent");
  if (!got) {
    Error error = std::move(got).error();
    error.message += "; or round the scores: equal ones are counted together";
    return error;
  }
  reserved_ = now;
  return {};
}

}  // namespace corpus::quality
