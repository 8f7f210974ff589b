#include "backend/emu/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__x86_64__)
// Saves what the ABI wants kept on the stack, changes stacks, takes up what was saved there.
extern "C" void student_switch_stack(void** save, void* to);
asm(R"(
.text
.globl student_switch_stack
.type student_switch_stack, @function
student_switch_stack:
  endbr64
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size student_switch_stack, .-student_switch_stack
)");
#endif

namespace student::emu {
namespace {

constexpr std::size_t kStackBytes = 128 << 10;  // kernels are shallow; sanitizers widen their frames

}  // namespace

struct Fiber::State {
  Function function;
  void* argument;
  char* stack;
#if defined(__x86_64__)
  void* own = nullptr;
  void* maker = nullptr;
#else
  ucontext_t own, maker;
#endif
#if defined(__SANITIZE_ADDRESS__)
  void* own_fake = nullptr;
  void* maker_fake = nullptr;
  const void* maker_stack = nullptr;
  std::size_t maker_bytes = 0;
#endif
#if defined(__SANITIZE_THREAD__)
  void* own_tsan = nullptr;
  void* maker_tsan = nullptr;
#endif
};

namespace {
thread_local void* entering = nullptr;  // the state of a fiber's first run
}  // namespace

void Fiber::enter(State* state) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &state->maker_stack, &state->maker_bytes);
#endif
  state->function(state->argument);
  std::abort();  // functions of fibers never return
}

Fiber::Fiber(Function function, void* argument) : state_(new State{}) {
  state_->function = function;
  state_->argument = argument;
  void* stack = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) std::abort();
  state_->stack = static_cast<char*>(stack);
  prepare();
}

Fiber::~Fiber() {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(state_->stack, kStackBytes);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(state_->own_tsan);
#endif
  munmap(state_->stack, kStackBytes);
  delete state_;
}

void Fiber::restart() {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(state_->stack, kStackBytes);
  state_->own_fake = nullptr;
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(state_->own_tsan);
#endif
  prepare();
}

void Fiber::prepare() {
#if defined(__SANITIZE_THREAD__)
  state_->own_tsan = __tsan_create_fiber(0);
#endif
  const auto run = +[] { enter(static_cast<State*>(entering)); };
#if defined(__x86_64__)
  // As student_switch_stack leaves a stack: six registers, the address to return to, and above it what a call
  // would have pushed, so that the stack is aligned as the ABI has it on entry.
  auto* top = reinterpret_cast<std::uint64_t*>(state_->stack + kStackBytes) - 1;
  *top = 0;
  *--top = reinterpret_cast<std::uint64_t>(run);
  for (int i = 0; i < 6; ++i) *--top = 0;
  state_->own = top;
#else
  getcontext(&state_->own);
  state_->own.uc_stack.ss_sp = state_->stack;
  state_->own.uc_stack.ss_size = kStackBytes;
  state_->own.uc_link = nullptr;
  makecontext(&state_->own, run, 0);
#endif
}

void Fiber::resume() {
  State* const state = state_;
  entering = state;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&state->maker_fake, state->stack, kStackBytes);
#endif
#if defined(__SANITIZE_THREAD__)
  state->maker_tsan = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(state->own_tsan, 0);
#endif
#if defined(__x86_64__)
  student_switch_stack(&state->maker, state->own);
#else
  swapcontext(&state->maker, &state->own);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(state->maker_fake, nullptr, nullptr);
#endif
}

void Fiber::suspend() {
  State* const state = state_;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&state->own_fake, state->maker_stack, state->maker_bytes);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(state->maker_tsan, 0);
#endif
#if defined(__x86_64__)
  student_switch_stack(&state->own, state->maker);
#else
  swapcontext(&state->own, &state->maker);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(state->own_fake, &state->maker_stack, &state->maker_bytes);
#endif
}

}  // namespace student::emu
