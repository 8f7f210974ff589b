// Arena: memory for one batch, freed all at once.
//
// Owns every byte it hands out until reset() or destruction. Not thread safe: a batch is worked on
// by one thread at a time. reset() keeps up to `retain` bytes so that a reused batch does not
// allocate again, and gives the rest back so that one huge record does not stay in memory.
#ifndef CORPUS_ARENA_H_
#define CORPUS_ARENA_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace corpus {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  // n bytes, unaligned. Never null; n may be 0.
  char* allocate(std::size_t n) {
    if (n > left_) grow(n);
    char* out = head_;
    head_ += n;
    left_ -= n;
    return out;
  }

  // Room for at least n bytes at the returned address; commit(used) keeps the first `used` of them.
  // For writers that know only an upper bound.
  char* reserve(std::size_t n) {
    if (n > left_) grow(n);
    return head_;
  }
  void commit(std::size_t used) {
    head_ += used;
    left_ -= used;
  }

  template <typename T>
  T* allocate_array(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T>);
    auto pad = (alignof(T) - reinterpret_cast<std::uintptr_t>(reserve(n * sizeof(T) + alignof(T))) %
                                 alignof(T)) % alignof(T);
    return reinterpret_cast<T*>(allocate(n * sizeof(T) + pad) + pad);
  }

  std::string_view copy(std::string_view s) {
    char* out = allocate(s.size());
    if (!s.empty()) std::memcpy(out, s.data(), s.size());
    return {out, s.size()};
  }

  void reset(std::size_t retain = kRetain) {
    std::size_t kept = 0;
    std::erase_if(blocks_, [&](const Block& b) {
      if (kept + b.size > retain) return true;
      kept += b.size;
      return false;
    });
    footprint_ = kept;
    next_ = 0;
    head_ = nullptr;
    left_ = 0;
  }

  // Bytes held, used or not.
  std::size_t footprint() const { return footprint_; }

 private:
  static constexpr std::size_t kBlock = std::size_t{256} << 10;
  static constexpr std::size_t kRetain = std::size_t{8} << 20;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void grow(std::size_t n) {
    while (next_ < blocks_.size() && blocks_[next_].size < n) ++next_;
    if (next_ == blocks_.size()) {
      std::size_t size = std::max(n, kBlock);
      blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
      footprint_ += size;
    }
    head_ = blocks_[next_].bytes.get();
    left_ = blocks_[next_].size;
    ++next_;
  }

  std::vector<Block> blocks_;
  std::size_t next_ = 0;
  std::size_t footprint_ = 0;
  char* head_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace corpus

#endif  // CORPUS_ARENA_H_
