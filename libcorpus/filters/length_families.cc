#include "filters/length_families.h"

#include <algorithm>
#include <cmath>

namespace corpus {
namespace {

// Answers of exactly one length differ from nothing: a tenth is not unusual among them.
constexpr std::size_t kLeastDeviation = 2;

// The bucket that holds the middle one of `total` in `counts`.
template <typename Counts>
std::size_t middle(const Counts& counts, std::uint64_t total) {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    if (2 * seen >= total && seen > 0) return i;
  }
  return 0;
}

}  // namespace

std::size_t LengthHistogram::bucket(std::uint64_t chars) {
  auto at =
      static_cast<std::size_t>(std::lround(kSteps * std::log(static_cast<double>(chars) + 1)));
  return std::min(at, kBuckets - 1);
}

void LengthHistogram::merge(const LengthHistogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
}

UsualLength LengthHistogram::usual() const {
  UsualLength out;
  for (auto n : counts_) out.answers += n;
  std::size_t median = middle(counts_, out.answers);
  std::array<std::uint64_t, kBuckets> distances{};
  for (std::size_t i = 0; i < kBuckets; ++i)
    distances[i > median ? i - median : median - i] += counts_[i];
  out.median = log_length(median);
  out.deviation = log_length(std::max(middle(distances, out.answers), kLeastDeviation));
  return out;
}

Result<void> LengthFamilies::add(std::uint64_t family, std::size_t bucket, std::uint64_t answers) {
  all_.add(bucket, answers);
  return add_to_family(family, bucket, answers);
}

Result<void> LengthFamilies::add_to_family(std::uint64_t family, std::size_t bucket,
                                           std::uint64_t answers) {
  if (!is_kept(family)) return {};
  auto found = families_.find(family);
  if (found == families_.end()) {
    CORPUS_CHECK(memory_->reserve(kBytes, "filters.length_outlier"));
    found = families_.try_emplace(family).first;
  }
  found->second.add(bucket, answers);
  if (families_.size() > most_) thin_out();
  return {};
}

void LengthFamilies::give_up(std::uint64_t mask) {
  mask_ |= mask;
  std::size_t gone =
      std::erase_if(families_, [&](const auto& entry) { return !is_kept(entry.first); });
  memory_->release(gone * kBytes);
}

void LengthFamilies::thin_out() {
  while (families_.size() > most_ && mask_ != ~std::uint64_t{0}) {
    give_up(mask_ << 1 | 1);
  }
}

Result<void> LengthFamilies::merge(const LengthFamilies& other) {
  all_.merge(other.all_);
  // What the other gave up, this one would have given up.
  give_up(other.mask_);
  for (const auto& [family, histogram] : other.families_) {
    if (!is_kept(family)) continue;
    auto found = families_.find(family);
    if (found == families_.end()) {
      CORPUS_CHECK(memory_->reserve(kBytes, "filters.length_outlier"));
      found = families_.try_emplace(family).first;
    }
    found->second.merge(histogram);
    if (families_.size() > most_) thin_out();
  }
  return {};
}

void LengthFamilies::clear() {
  memory_->release(families_.size() * kBytes);
  families_.clear();
  all_ = {};
  mask_ = 0;
}

}  // namespace corpus
