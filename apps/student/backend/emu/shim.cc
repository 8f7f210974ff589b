#include "backend/emu/shim.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "backend/emu/fiber.h"

namespace student::emu {

thread_local const Coordinates* here = nullptr;

namespace {

constexpr unsigned kWarp = 32, kMostThreads = 1024;
constexpr std::size_t kMostShared = 227 << 10;  // of a block on sm_80 (163 KiB) and sm_90; the larger
constexpr unsigned char kPoison = 0xff;         // NaN as f32, f64 and bf16

enum class State : std::uint8_t { kReady, kAtBarrier, kAtExchange, kDone };

struct Thread {
  std::unique_ptr<Fiber> fiber;
  Machine* machine = nullptr;
  Coordinates at;
  State state = State::kReady;
  Place place{};
  unsigned index = 0;
  unsigned exchanges = 0;
};

struct Warp {
  // Two sets: a lane that is one exchange ahead writes into the other one.
  std::uint64_t values[2][kWarp];
  unsigned arrived = 0;
};

struct Variable {  // of shared memory
  const void* key;
  std::unique_ptr<unsigned char, decltype(&std::free)> memory{nullptr, &std::free};
  std::size_t bytes = 0;
};

std::string name_of(Place place) {
  const std::string_view file = place.file == nullptr ? "?" : place.file;
  return std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(place.line);
}

thread_local Thread* running = nullptr;

}  // namespace

struct Machine {
  Schedule schedule;
  std::uint64_t random;
  std::string fault;
  std::vector<std::unique_ptr<Thread>> threads;  // of a block; kept from launch to launch
  std::vector<Warp> warps;
  std::vector<Variable> variables;
  std::vector<Place> barriers;
  Place ignored{};
  std::size_t dynamic = 0;  // bytes of shared memory that the launch asked for
  unsigned size = 0;        // threads of the block
  unsigned arrived = 0;     // at the barrier
  unsigned done = 0;
  void (*body)(const void*) = nullptr;
  const void* context = nullptr;

  std::uint64_t draw() {  // xorshift64 (Marsaglia 2003)
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return random;
  }

  void fail(std::string what) {
    if (fault.empty()) fault = std::move(what);
  }

  std::vector<unsigned> block_order(unsigned blocks) {
    std::vector<unsigned> order(blocks);
    std::iota(order.begin(), order.end(), 0u);
    if (schedule == Schedule::kReverse) {
      std::reverse(order.begin(), order.end());
    } else if (schedule != Schedule::kForward) {
      for (unsigned i = blocks; i > 1; --i) std::swap(order[i - 1], order[draw() % i]);
    }
    return order;
  }

  // The next thread to run, after `last`; null when none is ready.
  Thread* next(unsigned last);
  Thread* first_ready(unsigned from, unsigned begin, unsigned end, bool down);
  void run_block();
  void describe_deadlock();
};

Thread* Machine::first_ready(unsigned from, unsigned begin, unsigned end, bool down) {
  const unsigned n = end - begin;
  for (unsigned i = 1; i <= n; ++i) {
    const unsigned at = begin + (down ? from - begin + n - i : from - begin + i) % n;
    if (threads[at]->state == State::kReady) return threads[at].get();
  }
  return nullptr;
}

Thread* Machine::next(unsigned last) {
  switch (schedule) {
    case Schedule::kForward: return first_ready(last, 0, size, false);
    case Schedule::kReverse: return first_ready(last, 0, size, true);
    case Schedule::kRandom: return first_ready(static_cast<unsigned>(draw() % size), 0, size, false);
    case Schedule::kGreedy:
    case Schedule::kGreedyReverse: break;
  }
  const bool down = schedule == Schedule::kGreedyReverse;
  const unsigned warp = last / kWarp * kWarp;
  if (Thread* same = first_ready(last, warp, warp + kWarp, down)) return same;
  return first_ready(last, 0, size, down);
}

void Machine::describe_deadlock() {
  std::string waiting;
  for (unsigned i = 0; i < size; ++i) {
    const Thread& t = *threads[i];
    if (t.state == State::kDone || (i > 0 && t.state == threads[i - 1]->state && t.place == threads[i - 1]->place)) {
      continue;
    }
    waiting += (waiting.empty() ? "" : ", ") + std::string("thread ") + std::to_string(i) +
               (t.state == State::kAtBarrier ? " at the barrier " : " at the exchange ") + name_of(t.place);
    if (waiting.size() > 300) break;
  }
  fail("divergence: " + std::to_string(done) + " of " + std::to_string(size) + " threads have ended, while " + waiting);
}

void Machine::run_block() {
  for (Variable& v : variables) std::memset(v.memory.get(), kPoison, v.bytes);
  for (Warp& warp : warps) warp.arrived = 0;
  arrived = done = 0;
  for (unsigned i = 0; i < size; ++i) {
    threads[i]->state = State::kReady;
    threads[i]->exchanges = 0;
  }
  const bool down = schedule == Schedule::kReverse || schedule == Schedule::kGreedyReverse;
  unsigned last = down ? 0 : size - 1;
  while (fault.empty() && done < size) {
    Thread* thread = next(last);
    if (thread == nullptr) {
      describe_deadlock();
      break;
    }
    last = thread->index;
    running = thread;
    here = &thread->at;
    thread->fiber->resume();
  }
  running = nullptr;
  here = nullptr;
  if (done < size) {
    for (unsigned i = 0; i < size; ++i) threads[i]->fiber->restart();
  }
}

Emulator::Emulator(Schedule schedule, std::uint64_t seed) : machine_(std::make_unique<Machine>()) {
  machine_->schedule = schedule;
  machine_->random = seed * 0x9E3779B97F4A7C15u | 1;
}
Emulator::~Emulator() = default;

const std::string& Emulator::fault() const { return machine_->fault; }
void Emulator::forget_fault() { machine_->fault.clear(); }
const std::vector<Place>& Emulator::barriers() const { return machine_->barriers; }
void Emulator::ignore_barrier(Place place) { machine_->ignored = place; }

void Emulator::run(dim3 grid, dim3 block, std::size_t dynamic, void (*body)(const void*), const void* context) {
  Machine& m = *machine_;
  if (!m.fault.empty()) return;
  m.size = block.x * block.y * block.z;
  if (m.size == 0 || m.size > kMostThreads || m.size % kWarp != 0) {
    return m.fail("a block of " + std::to_string(m.size) + " threads; it has to be 32 to 1024, whole warps");
  }
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.y > 65535 || grid.z > 65535) {
    return m.fail("a grid of " + std::to_string(grid.x) + " x " + std::to_string(grid.y) + " x " +
                  std::to_string(grid.z) + " blocks");
  }
  m.body = body;
  m.context = context;
  m.warps.resize(m.size / kWarp);
  m.variables.clear();
  m.dynamic = dynamic;
  while (m.threads.size() < m.size) {
    auto thread = std::make_unique<Thread>();
    thread->machine = &m;
    thread->index = static_cast<unsigned>(m.threads.size());
    thread->fiber = std::make_unique<Fiber>([](void* argument) {
      auto* self = static_cast<Thread*>(argument);
      for (;;) {
        self->machine->body(self->machine->context);
        self->state = State::kDone;
        ++self->machine->done;
        self->fiber->suspend();
      }
    }, thread.get());
    m.threads.push_back(std::move(thread));
  }
  for (unsigned i = 0; i < m.size; ++i) {
    m.threads[i]->at.thread = dim3(i % block.x, i / block.x % block.y, i / (block.x * block.y));
    m.threads[i]->at.block_size = block;
    m.threads[i]->at.grid_size = grid;
  }
  for (const unsigned number : m.block_order(grid.x * grid.y * grid.z)) {
    for (unsigned i = 0; i < m.size; ++i) {
      m.threads[i]->at.block = dim3(number % grid.x, number / grid.x % grid.y, number / (grid.x * grid.y));
    }
    m.run_block();
    if (!m.fault.empty()) break;
  }
  m.variables.clear();
}

void* shared(const void* key, std::size_t bytes) {
  Machine& m = *running->machine;
  std::size_t total = bytes;
  for (Variable& v : m.variables) {
    if (v.key == key) return v.memory.get();
    total += v.bytes;
  }
  if (total > kMostShared) {
    m.fail("shared memory of " + std::to_string(total) + " bytes");  // noticed when this thread waits or ends
  }
  Variable v;
  v.key = key;
  v.bytes = bytes;
  v.memory.reset(static_cast<unsigned char*>(std::aligned_alloc(16, (bytes + 15) / 16 * 16)));
  std::memset(v.memory.get(), kPoison, bytes);
  m.variables.push_back(std::move(v));
  return m.variables.back().memory.get();
}

void* dynamic_shared() {
  static const char place = 0;
  return shared(&place, running->machine->dynamic);
}

unsigned lane() { return running->index % kWarp; }

void barrier(Place place) {
  Thread& self = *running;
  Machine& m = *self.machine;
  if (std::find(m.barriers.begin(), m.barriers.end(), place) == m.barriers.end()) m.barriers.push_back(place);
  if (place == m.ignored) return;
  self.place = place;
  self.state = State::kAtBarrier;
  if (++m.arrived == m.size) {
    for (unsigned i = 0; i < m.size; ++i) {
      if (!(m.threads[i]->place == place)) {
        m.fail("divergence: threads of a block at the barriers " + name_of(place) + " and " +
               name_of(m.threads[i]->place));
      }
      m.threads[i]->state = State::kReady;
    }
    m.arrived = 0;
  }
  self.fiber->suspend();
}

const std::uint64_t* exchange(std::uint64_t value, Place place) {
  Thread& self = *running;
  Machine& m = *self.machine;
  const unsigned first = self.index / kWarp * kWarp;
  Warp& warp = m.warps[self.index / kWarp];
  std::uint64_t* values = warp.values[self.exchanges++ % 2];
  values[self.index - first] = value;
  self.place = place;
  self.state = State::kAtExchange;
  if (++warp.arrived == kWarp) {
    for (unsigned i = first; i < first + kWarp; ++i) {
      if (!(m.threads[i]->place == place)) {
        m.fail("divergence: lanes of a warp at the exchanges " + name_of(place) + " and " +
               name_of(m.threads[i]->place));
      }
      m.threads[i]->state = State::kReady;
    }
    warp.arrived = 0;
  }
  self.fiber->suspend();
  return values;
}

}  // namespace student::emu
