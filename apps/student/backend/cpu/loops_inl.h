// Bodies of loops.h, for one instruction set: STUDENT_LOOPS is the name of the table that the including
// file defines. Vectors of 16 floats are GCC's; the compiler splits them where registers are narrower.
// Nothing of the standard library may be called here (see loops.h).
#ifndef STUDENT_BACKEND_CPU_LOOPS_INL_H_
#define STUDENT_BACKEND_CPU_LOOPS_INL_H_

#include "backend/cpu/loops.h"
#include "tensor/philox.h"

namespace student::cpu {
namespace {

typedef float Vf __attribute__((vector_size(64)));
typedef std::int32_t Vi __attribute__((vector_size(64)));
typedef std::uint32_t Vu __attribute__((vector_size(64)));
typedef std::uint16_t Vh __attribute__((vector_size(32)));
typedef double Vd __attribute__((vector_size(128)));
constexpr std::int64_t kLanes = 16;

inline Vf splat(float x) { return Vf{} + x; }

inline Vf load(const float* p) {
  Vf v;
  __builtin_memcpy(&v, p, sizeof(v));
  return v;
}
inline void store(float* p, Vf v) { __builtin_memcpy(p, &v, sizeof(v)); }
inline Vf load(const Bf16* p) {
  Vh h;
  __builtin_memcpy(&h, p, sizeof(h));
  return reinterpret_cast<Vf>(__builtin_convertvector(h, Vu) << 16);
}
inline Vh to_half(Vf v) {
  const Vu bits = reinterpret_cast<Vu>(v);
  const Vu rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const Vi nan = (bits & 0x7fffffffu) > 0x7f800000u;
  return __builtin_convertvector(nan ? ((bits >> 16) | 0x40u) : rounded, Vh);
}
inline void store(Bf16* p, Vf v) {
  const Vh h = to_half(v);
  __builtin_memcpy(p, &h, sizeof(h));
}
// What a value is after a stop in T.
inline Vf rounded(Vf v, const float*) { return v; }
inline Vf rounded(Vf v, const Bf16*) {
  return reinterpret_cast<Vf>(__builtin_convertvector(to_half(v), Vu) << 16);
}

// The last n < 16 of a row; the other lanes read as zero and are not written.
template <typename T>
inline Vf load_part(const T* p, std::int64_t n) {
  T part[kLanes] = {};
  __builtin_memcpy(part, p, static_cast<std::size_t>(n) * sizeof(T));
  return load(part);
}
template <typename T>
inline void store_part(T* p, Vf v, std::int64_t n) {
  T part[kLanes];
  store(part, v);
  __builtin_memcpy(p, part, static_cast<std::size_t>(n) * sizeof(T));
}

// Calls body(offset, load, store): `load` and `store` move a whole vector or the rest of the row.
template <typename Body>
inline void each(std::int64_t n, const Body& body) {
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    body(i, [](const auto* p) { return load(p); }, [](auto* p, Vf v) { store(p, v); });
  }
  if (i < n) {
    const std::int64_t rest = n - i;
    body(i, [rest](const auto* p) { return load_part(p, rest); }, [rest](auto* p, Vf v) { store_part(p, v, rest); });
  }
}

inline float total(Vf v) {
  typedef float V8 __attribute__((vector_size(32)));
  typedef float V4 __attribute__((vector_size(16)));
  const V8 a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
               __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  const V4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

// e^x with Cephes' polynomial, relative error below 2e-7; below -87.3 it is about 1e-38.
inline Vf exp(Vf x) {
  x = x < -87.3f ? splat(-87.3f) : x;
  x = x > 88.3f ? splat(88.3f) : x;
  const Vf shifted = x * 1.44269504f + 12582912.0f;  // the integer nearest to x / ln 2 in the low bits
  const Vf k = shifted - 12582912.0f;
  const Vf r = x - k * 0.693359375f - k * -2.12194440e-4f;
  Vf p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return p * reinterpret_cast<Vf>((reinterpret_cast<Vu>(shifted) << 23) + 0x3f800000u);
}

template <typename T>
float rmsnorm(T* y, T* x, const T* w, const T* residual, std::int64_t n, float eps) {
  Vf squares{};
  each(n, [&](std::int64_t i, auto get, auto put) {
    Vf v = get(x + i);
    if (residual != nullptr) {
      v = rounded(v + get(residual + i), x);
      put(x + i, v);
    }
    squares += v * v;
  });
  const float rstd = 1.0f / __builtin_sqrtf(total(squares) / static_cast<float>(n) + eps);
  each(n, [&](std::int64_t i, auto get, auto put) { put(y + i, rounded(get(x + i) * rstd, x) * get(w + i)); });
  return rstd;
}

template <typename T>
void rmsnorm_backward(T* dx, bool accumulate, float* dw, const T* dy, const T* x, const T* w, float rstd,
                      std::int64_t n) {
  Vf dots{};
  each(n, [&](std::int64_t i, auto get, auto put) {
    const Vf normal = get(x + i) * rstd, d = get(dy + i);
    dots += d * get(w + i) * normal;
    if (dw != nullptr) put(dw + i, get(dw + i) + d * normal);
  });
  const float mean = total(dots) / static_cast<float>(n);
  each(n, [&](std::int64_t i, auto get, auto put) {
    const Vf d = rstd * (get(dy + i) * get(w + i) - get(x + i) * rstd * mean);
    put(dx + i, accumulate ? get(dx + i) + d : d);
  });
}

template <typename T>
void rope(T* x, const float* cos, const float* sin, std::int32_t heads, std::int32_t half, float sign) {
  for (std::int32_t h = 0; h < heads; ++h, x += 2 * half) {
    T* second = x + half;
    each(half, [&](std::int64_t i, auto get, auto put) {
      const Vf a = get(x + i), b = get(second + i), c = get(cos + i), s = get(sin + i) * sign;
      put(x + i, a * c - b * s);
      put(second + i, b * c + a * s);
    });
  }
}

template <typename T>
void swiglu(T* out, const T* gate, const T* up, std::int64_t n) {
  each(n, [&](std::int64_t i, auto get, auto put) {
    const Vf g = get(gate + i);
    put(out + i, g / (1.0f + exp(-g)) * get(up + i));
  });
}

template <typename T>
void swiglu_backward(T* dgate, T* dup, const T* dout, const T* gate, const T* up, std::int64_t n) {
  each(n, [&](std::int64_t i, auto get, auto put) {
    const Vf g = get(gate + i), d = get(dout + i), u = get(up + i);
    const Vf sigmoid = 1.0f / (1.0f + exp(-g));
    put(dgate + i, d * u * sigmoid * (1.0f + g * (1.0f - sigmoid)));
    put(dup + i, d * g * sigmoid);
  });
}

template <typename To, typename From>
void convert(To* to, const From* from, std::int64_t n) {
  each(n, [&](std::int64_t i, auto get, auto put) { put(to + i, get(from + i)); });
}

template <typename Y, typename X>
void axpy(Y* y, const X* x, float a, std::int64_t n) {
  each(n, [&](std::int64_t i, auto get, auto put) { put(y + i, get(y + i) + a * get(x + i)); });
}

template <typename T>
void add(float* to, const T* from, std::int64_t n) {
  each(n, [&](std::int64_t i, auto get, auto put) { put(to + i, get(to + i) + get(from + i)); });
}

template <int kRows, int kCols, typename T>
inline void dots(float* out, const float* a, std::int64_t lda, const T* w, std::int64_t ldw, std::int64_t n) {
  Vf sums[kRows][kCols] = {};
  each(n, [&](std::int64_t i, auto get, auto) {
    for (int c = 0; c < kCols; ++c) {
      const Vf b = get(w + c * ldw + i);
      if (kCols > 1) __builtin_prefetch(w + (c + kCols) * ldw + i);  // the next call's: rows are short
      for (int r = 0; r < kRows; ++r) sums[r][c] += get(a + r * lda + i) * b;
    }
  });
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < kCols; ++c) out[r * kCols + c] = total(sums[r][c]);
  }
}

template <typename T>
float dot(const float* a, const T* b, std::int64_t n) {
  float out;
  dots<1, 1>(&out, a, 0, b, 0, n);
  return out;
}

// One or two rows of a do not make up for more than one stream of w, which is what the machine's own prefetching
// follows best: 2.5 times as fast as four streams on an AMD EPYC (2026-11-27).
template <typename T>
void dot4(float* out, const float* a, std::int64_t lda, int rows, const T* w, std::int64_t ldw, std::int64_t n) {
  if (rows == 3) return dots<3, 4>(out, a, lda, w, ldw, n);
  if (rows == 4) return dots<4, 4>(out, a, lda, w, ldw, n);
  for (int c = 0; c < 4; ++c) {
    if (rows == 1) {
      dots<1, 1>(out + c, a, lda, w + c * ldw, ldw, n);
    } else {
      float both[2];
      dots<2, 1>(both, a, lda, w + c * ldw, ldw, n);
      out[c] = both[0];
      out[4 + c] = both[1];
    }
  }
}

template <typename T>
void softmax_scaled(T* out, const float* x, float lse, float scale, std::int64_t n) {
  each(n, [&](std::int64_t i, auto get, auto put) { put(out + i, exp(get(x + i) - lse) * scale); });
}

float max(const float* x, std::int64_t n) {
  Vf most = splat(-__builtin_inff());
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const Vf v = load(x + i);
    most = most > v ? most : v;
  }
  float best = -__builtin_inff();
  for (; i < n; ++i) best = best > x[i] ? best : x[i];
  for (int lane = 0; lane < kLanes; ++lane) best = best > most[lane] ? best : most[lane];
  return best;
}

template <bool kStore>
inline float exp_sum(float* out, const float* x, float most, std::int64_t n) {
  Vf sums{};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const Vf e = exp(load(x + i) - most);
    if (kStore) store(out + i, e);
    sums += e;
  }
  float sum = total(sums);
  if (i < n) {
    float part[kLanes];
    store(part, exp(load_part(x + i, n - i) - most));
    for (std::int64_t j = 0; j < n - i; ++j) {
      sum += part[j];
      if (kStore) out[i + j] = part[j];
    }
  }
  return sum;
}

float sum_exp(const float* x, float most, std::int64_t n) { return exp_sum<false>(nullptr, x, most, n); }
float exp_in_place(float* x, float most, std::int64_t n) { return exp_sum<true>(x, x, most, n); }

void softmax_backward(float* p, const float* dp, float delta, float scale, std::int64_t n) {
  each(n, [&](std::int64_t i, auto get, auto put) { put(p + i, get(p + i) * (get(dp + i) - delta) * scale); });
}

void scale(float* x, float a, std::int64_t n) {
  each(n, [&](std::int64_t i, auto get, auto put) { put(x + i, get(x + i) * a); });
}

template <bool kSquare>
double add_up(const float* x, std::int64_t n) {
  Vd sums{};
  each(n, [&](std::int64_t i, auto get, auto) {
    const Vd v = __builtin_convertvector(get(x + i), Vd);
    sums += kSquare ? v * v : v;
  });
  double sum = 0;
  for (int lane = 0; lane < kLanes; ++lane) sum += sums[lane];
  return sum;
}

inline Vf sqrt(Vf v) {
  for (int lane = 0; lane < kLanes; ++lane) v[lane] = __builtin_sqrtf(v[lane]);
  return v;
}

// Where a weight is stored without a master: to nearest in f32, up or down by chance in bf16.
inline void store_weight(float* p, Vf w, std::int64_t n, std::uint64_t, const AdamStep&) {
  if (n == kLanes) store(p, w);
  else store_part(p, w, n);
}
inline void store_weight(Bf16* p, Vf w, std::int64_t n, std::uint64_t element, const AdamStep& s) {
  std::uint32_t bits[kLanes];
  __builtin_memcpy(bits, &w, sizeof(w));
  for (std::int64_t i = 0; i < n; ++i) {
    p[i] = stochastic_bf16(bits[i], philox_bits(s.seed, s.step, s.stream, element + static_cast<std::uint64_t>(i)));
  }
}

template <typename T>
void adamw(T* param, float* master, float* m, float* v, const float* grad, std::int64_t n, std::int64_t first,
           const AdamStep& s) {
  std::int64_t i = 0;
  const auto update = [&](std::int64_t count, auto get, auto put) {
    const Vf g = get(grad + i) * s.grad_scale;
    const Vf m1 = s.beta1 * get(m + i) + (1 - s.beta1) * g;
    const Vf v1 = s.beta2 * get(v + i) + (1 - s.beta2) * g * g;
    put(m + i, m1);
    put(v + i, v1);
    Vf w = master != nullptr ? get(master + i) : get(param + i);
    w = w * s.decay - s.lr * s.correct1 * m1 / (sqrt(v1) * s.correct2 + s.eps);
    if (master != nullptr) {
      put(master + i, w);
      put(param + i, w);
    } else {
      store_weight(param + i, w, count, static_cast<std::uint64_t>(first + i), s);
    }
  };
  for (; i + kLanes <= n; i += kLanes) {
    update(kLanes, [](const auto* p) { return load(p); }, [](auto* p, Vf x) { store(p, x); });
  }
  if (const std::int64_t rest = n - i; rest > 0) {
    update(rest, [rest](const auto* p) { return load_part(p, rest); },
           [rest](auto* p, Vf x) { store_part(p, x, rest); });
  }
}

template <typename T>
constexpr Rows<T> rows_of() {
  return {rmsnorm<T>,        rmsnorm_backward<T>, rope<T>,        swiglu<T>, swiglu_backward<T>, convert<float, T>,
          convert<T, float>, add<T>,              axpy<T, float>, axpy<float, T>, dot<T>, dot4<T>, softmax_scaled<T>,
          adamw<T>};
}

}  // namespace
}  // namespace student::cpu

#include "backend/cpu/blocks_inl.h"

namespace student::cpu {

extern const Loops STUDENT_LOOPS = {STUDENT_LOOPS_NAME, rows_of<float>(), rows_of<Bf16>(), max,       sum_exp,
                                    exp_in_place,       softmax_backward, scale,           add_up<false>, add_up<true>,
                                    {load_blocks<Q4>, dot4_blocks<Q4>}, {load_blocks<Q8>, dot4_blocks<Q8>}};

}  // namespace student::cpu

#endif  // STUDENT_BACKEND_CPU_LOOPS_INL_H_
