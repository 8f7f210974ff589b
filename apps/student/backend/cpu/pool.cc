#include "backend/cpu/pool.h"

#include <cstdlib>

// oneDNN runs each call on as many OpenMP threads as the calling thread asks for: one, because the tasks
// are what is parallel here. Declared by hand, so that nothing here is compiled with OpenMP.
extern "C" void omp_set_num_threads(int);

namespace student::cpu {

void Scratch::Free::operator()(void* p) const { std::free(p); }

void* Scratch::bytes(std::size_t slot, std::size_t n) {
  Slot& s = slots_[slot];
  if (n > s.size) {
    s.memory.reset();
    s.size = (n + n / 4 + 4095) / 4096 * 4096;
    s.memory.reset(std::aligned_alloc(4096, s.size));
    if (s.memory == nullptr) std::abort();  // a few MB; nothing sensible can be done without them
  }
  return s.memory.get();
}

Pool::Pool(int threads) : scratch_(static_cast<std::size_t>(threads)) {
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(static_cast<std::size_t>(i)); });
}

Pool::~Pool() {
  leave_.store(true);
  generation_.fetch_add(1);
  generation_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Pool::drain(Scratch& scratch) {
  for (std::int64_t task; (task = next_.fetch_add(1, std::memory_order_relaxed)) < tasks_;) call_(fn_, task, scratch);
}

void Pool::work(std::size_t worker) {
  omp_set_num_threads(1);
  for (std::uint32_t seen = 0;;) {
    generation_.wait(seen);
    seen = generation_.load();
    if (leave_.load()) return;
    drain(scratch_[worker]);
    if (busy_.fetch_sub(1) == 1) busy_.notify_one();
  }
}

void Pool::run_erased(std::int64_t tasks, Call call, const void* fn) {
  omp_set_num_threads(1);
  if (workers_.empty() || tasks <= 1) {
    for (std::int64_t task = 0; task < tasks; ++task) call(fn, task, scratch_[0]);
    return;
  }
  call_ = call;
  fn_ = fn;
  tasks_ = tasks;
  next_.store(0);
  busy_.store(static_cast<std::int32_t>(workers_.size()));
  generation_.fetch_add(1);
  generation_.notify_all();
  drain(scratch_[0]);
  for (std::int32_t left; (left = busy_.load()) != 0;) busy_.wait(left);
}

}  // namespace student::cpu
