// The vector loops of the cpu backend: one row or one piece of a row at a time, single threaded, any
// length. loops_inl.h is compiled three times (plain, AVX2+FMA, AVX-512) into three tables of the same
// functions, and the widest that the CPU has is chosen at start. All three add up in the same order, in
// 16 lanes; they differ by fused multiply-adds alone. tests/student/ops/loops_test.cc compares them.
#ifndef STUDENT_BACKEND_CPU_LOOPS_H_
#define STUDENT_BACKEND_CPU_LOOPS_H_

#include <cstdint>

namespace student::cpu {

// Plain numbers only: this header is seen by code compiled for CPUs that may not be there, where an
// inline function of the standard library would be a trap for the linker.
using Bf16 = std::uint16_t;

struct AdamStep {
  float lr, beta1, beta2, eps, decay, grad_scale;  // decay: what the weight is multiplied by, 1 - lr * weight_decay
  float correct1, correct2;                        // 1 / (1 - beta1^step), 1 / sqrt(1 - beta2^step)
  std::uint64_t seed, step, stream;
};

// For activations of type T.
template <typename T>
struct Rows {
  // y = norm(x (+ residual)) * w; returns rstd. x is written only when there is a residual.
  float (*rmsnorm)(T* y, T* x, const T* w, const T* residual, std::int64_t n, float eps);
  // dx = or += ...; dw += dy * xhat where dw is not null.
  void (*rmsnorm_backward)(T* dx, bool accumulate, float* dw, const T* dy, const T* x, const T* w, float rstd,
                           std::int64_t n);
  // One row of heads; sign -1 turns back.
  void (*rope)(T* x, const float* cos, const float* sin, std::int32_t heads, std::int32_t half, float sign);
  void (*swiglu)(T* out, const T* gate, const T* up, std::int64_t n);
  void (*swiglu_backward)(T* dgate, T* dup, const T* dout, const T* gate, const T* up, std::int64_t n);
  void (*load)(float* to, const T* from, std::int64_t n);
  void (*store)(T* to, const float* from, std::int64_t n);
  void (*add)(float* to, const T* from, std::int64_t n);             // to += from
  void (*axpy)(T* y, const float* x, float a, std::int64_t n);       // y += a * x
  void (*axpy_f32)(float* y, const T* x, float a, std::int64_t n);   // y += a * x
  float (*dot)(const float* a, const T* b, std::int64_t n);
  // out[r * 4 + c] = a[r] . w[c], for `rows` <= 4 rows of a and four of w; each sum is the one of dot().
  void (*dot4)(float* out, const float* a, std::int64_t lda, int rows, const T* w, std::int64_t ldw, std::int64_t n);
  // out = scale * exp(x - lse); may be in place.
  void (*softmax_scaled)(T* out, const float* x, float lse, float scale, std::int64_t n);
  void (*adamw)(T* param, float* master, float* m, float* v, const float* grad, std::int64_t n, std::int64_t first,
                const AdamStep& s);
};

// Rows of n weights in whole blocks of tensor/blocks.h.
struct Blocks {
  void (*load)(float* to, const void* blocks, std::int64_t n);
  // out[c] = a . w[c] for four rows of w that follow each other; the sums of dot() over what load() gives.
  void (*dot4)(float* out, const float* a, const void* w, std::int64_t n);
};

struct Loops {
  const char* name;
  Rows<float> f32;
  Rows<Bf16> bf16;
  float (*max)(const float* x, std::int64_t n);                      // -inf for none
  float (*sum_exp)(const float* x, float max, std::int64_t n);       // sum of exp(x - max)
  float (*exp_in_place)(float* x, float max, std::int64_t n);        // x = exp(x - max); returns the sum
  // dscores: ds = p * (dp - delta) * scale, into p
  void (*softmax_backward)(float* p, const float* dp, float delta, float scale, std::int64_t n);
  void (*scale)(float* x, float a, std::int64_t n);
  double (*sum)(const float* x, std::int64_t n);
  double (*sum_of_squares)(const float* x, std::int64_t n);
  Blocks q4_1, q8_0;

  template <typename T>
  const Rows<T>& rows() const {
    if constexpr (sizeof(T) == 2) return bf16;
    else return f32;
  }
};

extern const Loops kPlainLoops;
#if defined(__x86_64__)
extern const Loops kAvx2Loops, kAvx512Loops;
#endif

// The best for this CPU.
const Loops& loops();

}  // namespace student::cpu

#endif  // STUDENT_BACKEND_CPU_LOOPS_H_
