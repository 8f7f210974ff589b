// The loops for CPUs with AVX-512 F, BW, DQ and VL; CMakeLists.txt gives this file its flags.
#if defined(__x86_64__)
#define STUDENT_LOOPS kAvx512Loops
#define STUDENT_LOOPS_NAME "AVX-512"
#include "backend/cpu/loops_inl.h"
#endif
