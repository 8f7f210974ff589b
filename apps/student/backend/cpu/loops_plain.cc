// The loops for any CPU.
#define STUDENT_LOOPS kPlainLoops
#define STUDENT_LOOPS_NAME "plain"
#include "backend/cpu/loops_inl.h"
