// NpyFile: rows of a NumPy .npy file of two dimensions (format versions 1 to 3; float32 or float64,
// little-endian, C order), read one at a time. const methods are thread safe.
#ifndef CORPUS_DEDUP_NPY_FILE_H_
#define CORPUS_DEDUP_NPY_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "corpus/result.h"
#include "io/file.h"

namespace corpus {

class NpyFile {
 public:
  static Result<NpyFile> open(const std::string& path);

  std::uint64_t rows() const { return rows_; }
  std::uint64_t columns() const { return columns_; }
  // `row` below rows().
  Result<void> read(std::uint64_t row, std::vector<float>& out) const;

 private:
  io::File file_;
  std::uint64_t rows_ = 0, columns_ = 0, begin_ = 0;
  std::uint32_t size_ = 4;  // of a number
};

}  // namespace corpus

#endif  // CORPUS_DEDUP_NPY_FILE_H_
