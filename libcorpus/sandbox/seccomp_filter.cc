#include "sandbox/seccomp_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>

#include <cstdint>

namespace corpus::sandbox {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

// Python needs none of these to compute something. Without clone there is no fork bomb and no
// thread: RLIMIT_NPROC would not do, as the kernel does not enforce it for root.
constexpr int kForbidden[] = {SYS_clone,
                              SYS_clone3,
#ifdef SYS_fork
                              SYS_fork,
                              SYS_vfork,
#endif
                              SYS_socket,
                              SYS_socketpair,
                              SYS_connect,
                              SYS_bind,
                              SYS_listen,
                              SYS_sendto,
                              SYS_sendmsg,
                              SYS_ptrace,
                              SYS_process_vm_readv,
                              SYS_process_vm_writev,
                              SYS_pidfd_open,
                              SYS_pidfd_getfd,
                              SYS_unshare,
                              SYS_setns,
                              SYS_mount,
                              SYS_umount2,
                              SYS_pivot_root,
                              SYS_chroot,
                              SYS_open_tree,
                              SYS_move_mount,
                              SYS_fsopen,
                              SYS_fsmount,
                              SYS_bpf,
                              SYS_perf_event_open,
                              SYS_io_uring_setup,
                              SYS_userfaultfd,
                              SYS_keyctl,
                              SYS_add_key,
                              SYS_request_key,
                              SYS_memfd_create,
                              SYS_init_module,
                              SYS_finit_module,
                              SYS_kexec_load,
                              SYS_swapon,
                              SYS_reboot,
                              SYS_acct,
                              SYS_quotactl,
                              SYS_shmget,
                              SYS_msgget,
                              SYS_semget};

constexpr sock_filter statement(int code, std::uint32_t k) {
  return {static_cast<std::uint16_t>(code), 0, 0, k};
}
constexpr sock_filter jump(int code, std::uint32_t k, std::size_t yes, std::size_t no) {
  return {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(yes),
          static_cast<std::uint8_t>(no), k};
}

}  // namespace

std::vector<sock_filter> seccomp_filter() {
  if (kArchitecture == 0) return {};
  constexpr std::size_t count = std::size(kForbidden);
  static_assert(count < 250, "jumps are 8 bits wide");
  std::vector<sock_filter> out;
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  out.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
#if defined(__x86_64__)
  // Numbers with bit 30 are the x32 interface: the same calls by other numbers.
  out.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, count + 1, 0));
#endif
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(
        jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(kForbidden[i]), count - i, 0));
  }
  out.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  out.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  return out;
}

}  // namespace corpus::sandbox
