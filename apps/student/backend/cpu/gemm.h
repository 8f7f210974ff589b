// Matrix products of the cpu backend. oneDNN computes tiles, one thread each, whose sizes follow from the
// shape alone; a thin product (few rows: decoding) has loops of its own, in which every row is computed
// alike whatever other rows there are.
#ifndef STUDENT_BACKEND_CPU_GEMM_H_
#define STUDENT_BACKEND_CPU_GEMM_H_

#include <memory>

#include "backend/cpu/pool.h"
#include "tensor/tensor.h"

namespace student::cpu {

// A row of bf16 or of blocks, in f32.
void widen_row(float* to, const Tensor& x, std::int64_t row);

// c[m,n] = op(a) op(b) (+ c), f32, on the calling thread: for tiles of attention. Leading dimensions in elements.
void small_gemm(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, float alpha,
                const float* a, std::int64_t lda, const float* b, std::int64_t ldb, bool accumulate, float* c,
                std::int64_t ldc);

class Gemm {
 public:
  explicit Gemm(Pool& pool);
  ~Gemm();

  bool native_bf16() const { return native_bf16_; }
  // As Backend::gemm; b may be as it was stored.
  void run(Tensor c, Tensor a, bool trans_a, Tensor b, bool trans_b, bool accumulate, Tensor bias);

 private:
  struct Tile;
  struct Primitives;
  void thin(Tensor c, Tensor a, Tensor b, bool accumulate, Tensor bias);
  void tile_f32(const Tile& t);
  void tile_widened(const Tile& t, Scratch& scratch);  // weights as stored, and bf16 where the CPU cannot multiply it
  void tiles_bf16(const Tile& whole, std::int64_t tile_m, std::int64_t tile_n);

  Pool& pool_;
  bool native_bf16_ = false;
  std::unique_ptr<Primitives> primitives_;
};

}  // namespace student::cpu

#endif  // STUDENT_BACKEND_CPU_GEMM_H_
