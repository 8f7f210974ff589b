// The system calls that code in the sandbox may not make, as a classic BPF program for seccomp(2).
#ifndef CORPUS_SANDBOX_SECCOMP_FILTER_H_
#define CORPUS_SANDBOX_SECCOMP_FILTER_H_

#include <linux/filter.h>

#include <vector>

namespace corpus::sandbox {

// Forbidden calls fail with EPERM; those of another architecture end the process. Empty where the
// architecture is none of x86-64 and aarch64.
std::vector<sock_filter> seccomp_filter();

}  // namespace corpus::sandbox

#endif  // CORPUS_SANDBOX_SECCOMP_FILTER_H_
