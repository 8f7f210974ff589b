// The loops for CPUs with AVX2 and FMA; CMakeLists.txt gives this file its flags.
#if defined(__x86_64__)
#define STUDENT_LOOPS kAvx2Loops
#define STUDENT_LOOPS_NAME "AVX2"
#include "backend/cpu/loops_inl.h"
#endif
