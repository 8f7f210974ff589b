// A few threads that run numbered tasks. Tasks are cut by shape and never by the number of threads, and
// each writes what no other does, so results are the same for any number of threads.
#ifndef STUDENT_BACKEND_CPU_POOL_H_
#define STUDENT_BACKEND_CPU_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace student::cpu {

// Memory that a worker uses within one task; grows, never shrinks. Slots live side by side.
class Scratch {
 public:
  float* floats(std::size_t slot, std::size_t n) { return static_cast<float*>(bytes(slot, n * sizeof(float))); }
  void* bytes(std::size_t slot, std::size_t n);

 private:
  struct Free {
    void operator()(void* p) const;
  };
  struct Slot {
    std::unique_ptr<void, Free> memory;
    std::size_t size = 0;
  };
  Slot slots_[12];
};

class Pool {
 public:
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls fn(task, scratch) once for each task in [0, tasks), on any thread; returns when all are done.
  template <typename Fn>
  void run(std::int64_t tasks, const Fn& fn) {
    run_erased(tasks, [](const void* f, std::int64_t task, Scratch& scratch) {
      (*static_cast<const Fn*>(f))(task, scratch);
    }, &fn);
  }

 private:
  using Call = void (*)(const void*, std::int64_t, Scratch&);
  void run_erased(std::int64_t tasks, Call call, const void* fn);
  void work(std::size_t worker);
  void drain(Scratch& scratch);

  std::vector<std::thread> workers_;
  std::vector<Scratch> scratch_;
  Call call_ = nullptr;
  const void* fn_ = nullptr;
  std::int64_t tasks_ = 0;
  std::atomic<std::int64_t> next_{0};
  std::atomic<std::uint32_t> generation_{0};
  std::atomic<std::int32_t> busy_{0};  // workers that have not finished this generation
  std::atomic<bool> leave_{false};
};

}  // namespace student::cpu

#endif  // STUDENT_BACKEND_CPU_POOL_H_
