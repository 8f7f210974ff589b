// Which vector instructions this CPU has, asked once. Kernels pick their body by it at run time, so
// that one binary runs anywhere; each has a scalar twin that is also the reference in its test.
//
//   #if CORPUS_X86
//   __attribute__((target(CORPUS_TARGET_AVX2))) int kernel_avx2(...);   // only where has_avx2()
//   #endif
#ifndef CORPUS_SIMD_CPU_H_
#define CORPUS_SIMD_CPU_H_

#if defined(__x86_64__)
#define CORPUS_X86 1
#else
#define CORPUS_X86 0
#endif

// What has_avx2() promises, for __attribute__((target(...))).
#define CORPUS_TARGET_AVX2 "avx2,bmi,bmi2,popcnt"
// What has_avx512() promises, besides that.
#define CORPUS_TARGET_AVX512 "avx512f,avx512bw,avx512vl,avx512dq,avx2,bmi,bmi2,popcnt"

namespace corpus::simd {

inline bool has_avx2() {
#if CORPUS_X86
  static const bool yes = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                          __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  return yes;
#else
  return false;
#endif
}

inline bool has_avx512() {
#if CORPUS_X86
  static const bool yes = has_avx2() && __builtin_cpu_supports("avx512f") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512dq");
  return yes;
#else
  return false;
#endif
}

}  // namespace corpus::simd

#endif  // CORPUS_SIMD_CPU_H_
