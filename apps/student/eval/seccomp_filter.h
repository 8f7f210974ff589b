// The system calls that code in the sandbox may not make, as a classic BPF program for seccomp(2).
#ifndef STUDENT_EVAL_SECCOMP_FILTER_H_
#define STUDENT_EVAL_SECCOMP_FILTER_H_

#include <linux/filter.h>

#include <vector>

namespace student {

// Forbidden calls fail with EPERM; those of another architecture end the process. Empty where the architecture is
// none of x86-64 and aarch64.
std::vector<sock_filter> seccomp_filter();

}  // namespace student

#endif  // STUDENT_EVAL_SECCOMP_FILTER_H_
