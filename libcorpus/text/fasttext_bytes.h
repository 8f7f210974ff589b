// The bytes of a fastText model, read in order: numbers, words, matrices. Never past their end:
// what is cut off or makes no sense is answered with false.
#ifndef CORPUS_TEXT_FASTTEXT_BYTES_H_
#define CORPUS_TEXT_FASTTEXT_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace corpus::text {

class FastTextBytes {
 public:
  explicit FastTextBytes(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  bool get(T* out) {
    if (rest_.size() < sizeof(T)) return false;
    std::memcpy(out, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return true;
  }
  bool get_word(std::string* out) {
    std::size_t end = rest_.find('\0');
    if (end == std::string_view::npos) return false;
    out->assign(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return true;
  }
  template <typename T>
  bool get_array(std::int64_t n, std::vector<T>* out) {
    if (n < 0 || static_cast<std::uint64_t>(n) > rest_.size() / sizeof(T)) return false;
    out->resize(static_cast<std::size_t>(n));
    if (n > 0) std::memcpy(out->data(), rest_.data(), out->size() * sizeof(T));
    rest_.remove_prefix(out->size() * sizeof(T));
    return true;
  }

  // Rows of `dim` numbers, product-quantised or not.
  bool get_matrix(bool quantised, std::size_t dim, std::vector<float>* out, std::int64_t* rows) {
    return quantised ? get_quantised(dim, out, rows) : get_dense(dim, out, rows);
  }

 private:
  struct Quantiser {
    std::int32_t dim = 0, parts = 0, part_dim = 0, last_dim = 0;
    std::vector<float> centroids;
    // Of part `part` (as many numbers as the part has), for a code.
    const float* centroid(std::int32_t part, std::uint8_t code) const {
      constexpr std::size_t kCodes = 256;
      auto at = static_cast<std::size_t>(part) * kCodes * static_cast<std::size_t>(part_dim);
      return &centroids[at +
                        code * static_cast<std::size_t>(part == parts - 1 ? last_dim : part_dim)];
    }
  };
  bool get_quantiser(Quantiser* q) {
    return get(&q->dim) && get(&q->parts) && get(&q->part_dim) && get(&q->last_dim) && q->dim > 0 &&
           q->dim < 1 << 16 && q->parts > 0 && q->part_dim > 0 && q->last_dim > 0 &&
           q->last_dim <= q->part_dim &&
           std::int64_t{q->parts - 1} * q->part_dim + q->last_dim == q->dim &&
           get_array(std::int64_t{q->dim} * 256, &q->centroids);
  }
  bool get_dense(std::size_t dim, std::vector<float>* out, std::int64_t* rows) {
    std::int64_t columns = 0;
    return get(rows) && get(&columns) && *rows >= 0 && *rows < std::int64_t{1} << 40 &&
           static_cast<std::size_t>(columns) == dim && get_array(*rows * columns, out);
  }
  bool get_quantised(std::size_t dim, std::vector<float>* out, std::int64_t* rows) {
    std::uint8_t by_norm = 0;
    std::int64_t columns = 0;
    std::int32_t code_size = 0;
    std::vector<std::uint8_t> codes, norms;
    Quantiser direction, norm;
    if (!get(&by_norm) || !get(rows) || !get(&columns) ||
        static_cast<std::size_t>(columns) != dim || !get(&code_size) ||
        !get_array(code_size, &codes) || !get_quantiser(&direction) || direction.dim != columns ||
        *rows < 0 || *rows > code_size || *rows * direction.parts != code_size) {
      return false;
    }
    if (by_norm != 0 && (!get_array(*rows, &norms) || !get_quantiser(&norm) || norm.dim != 1))
      return false;
    out->resize(static_cast<std::size_t>(*rows) * dim);
    const std::uint8_t* code = codes.data();
    float* to = out->data();
    for (std::size_t row = 0; row < static_cast<std::size_t>(*rows); ++row) {
      float scale = by_norm != 0 ? *norm.centroid(0, norms[row]) : 1.0F;
      for (std::int32_t part = 0; part < direction.parts; ++part) {
        const float* from = direction.centroid(part, *code++);
        for (std::int32_t n = part == direction.parts - 1 ? direction.last_dim : direction.part_dim;
             n > 0; --n) {
          *to++ = scale * *from++;
        }
      }
    }
    return true;
  }

  std::string_view rest_;
};

}  // namespace corpus::text

#endif  // CORPUS_TEXT_FASTTEXT_BYTES_H_
