#include "dedup/vector_store.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace corpus {
namespace {

constexpr std::size_t kMostDimensions = 65536;

// Before the numbers of a vector in the log.
struct LogEntry {
  std::uint64_t pos, rank, dimensions;
};

}  // namespace

float dot(const float* a, const float* b, std::size_t n) {
  float sums[16] = {};
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    for (std::size_t k = 0; k < 16; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (std::size_t k = 0; i < n; ++i, ++k) sums[k] += a[i] * b[i];
  for (std::size_t step = 8; step != 0; step /= 2) {
    for (std::size_t k = 0; k < step; ++k) sums[k] += sums[k + step];
  }
  return sums[0];
}

VectorStore::VectorStore(MemoryBudget* memory, std::string_view who, std::string path)
    : memory_(memory),
      who_(who),
      log_(path, SpillFile::Keep::kForRestart),
      logs_(!path.empty()) {}

VectorStore::~VectorStore() { memory_->release(accounted_); }

Result<bool> VectorStore::add(RecordPos pos, std::uint64_t rank, std::span<const float> vector) {
  double length = 0;
  for (float x : vector) length += static_cast<double>(x) * static_cast<double>(x);
  length = std::sqrt(length);
  if (!std::isfinite(length) || length == 0) return false;
  std::vector<float> unit(vector.begin(), vector.end());
  for (float& x : unit) x = static_cast<float>(static_cast<double>(x) / length);
  std::lock_guard lock(mutex_);
  CORPUS_CHECK(put(pos, rank, unit));
  return true;
}

Result<void> VectorStore::put(RecordPos pos, std::uint64_t rank, std::span<const float> vector) {
  if (dimensions_ == 0) dimensions_ = vector.size();
  if (vector.size() != dimensions_ || dimensions_ > kMostDimensions) {
    return other_dimensions(vector.size());
  }
  // Both grow by half; what they hold for a moment while they do is accounted for, too.
  if (entries_.size() == entries_.capacity()) {
    std::size_t more = std::max<std::size_t>(entries_.capacity() / 2, 64);
    std::size_t capacity = entries_.capacity() + more;
    std::uint64_t bytes = capacity * (sizeof(Entry) + dimensions_ * sizeof(float));
    CORPUS_CHECK(memory_->reserve(bytes, who_));
    entries_.reserve(capacity);
    floats_.reserve(capacity * dimensions_);
    memory_->release(std::exchange(accounted_, bytes));
  }
  entries_.push_back({pos, rank, floats_.size()});
  floats_.insert(floats_.end(), vector.begin(), vector.end());
  return {};
}

Error VectorStore::other_dimensions(std::size_t n) const {
  return {Code::kInvalidArgument,
          std::string(who_) + ": a vector has " + std::to_string(n) + " numbers, another one " +
              std::to_string(dimensions_) + " (at most " + std::to_string(kMostDimensions) +
              "); all have to come from one model"};
}

void VectorStore::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.pos < b.pos;
  });
}

Result<void> VectorStore::save(const StateSink& sink) {
  if (!logs_) return {};
  std::string item;
  for (; saved_ < entries_.size(); ++saved_) {
    const Entry& entry = entries_[saved_];
    LogEntry head{entry.pos.packed, entry.rank, dimensions_};
    item.assign(reinterpret_cast<const char*>(&head), sizeof head);
    item.append(reinterpret_cast<const char*>(vector(saved_)), dimensions_ * sizeof(float));
    CORPUS_CHECK(log_.append(item, item.size()));
  }
  CORPUS_CHECK(log_.open());
  CORPUS_CHECK(log_.sync());
  std::uint64_t size = log_.size();
  return sink({reinterpret_cast<const char*>(&size), sizeof size});
}

Result<void> VectorStore::load(std::string_view bytes) {
  std::uint64_t size = 0;
  auto damaged = [&] {
    return Error{Code::kCorrupt,
                 std::string(who_) + ": what was saved is cut off; start again without --resume"};
  };
  if (bytes.size() % sizeof size != 0) return damaged();
  if (bytes.empty()) return {};
  std::memcpy(&size, bytes.data() + bytes.size() - sizeof size, sizeof size);
  CORPUS_CHECK(log_.reopen(size));
  SpillFile::Block block;
  std::vector<float> vector;
  for (std::uint64_t at = 0; at < size; at = block.next) {
    CORPUS_CHECK(log_.read(at, block));
    LogEntry head;
    if (block.items.size() < sizeof head) return damaged();
    std::memcpy(&head, block.items.data(), sizeof head);
    if (head.dimensions > kMostDimensions ||
        block.items.size() != sizeof head + head.dimensions * sizeof(float)) {
      return damaged();
    }
    vector.resize(head.dimensions);
    std::memcpy(vector.data(), block.items.data() + sizeof head, vector.size() * sizeof(float));
    CORPUS_CHECK(put({head.pos}, head.rank, vector));
  }
  saved_ = entries_.size();
  return {};
}

}  // namespace corpus
