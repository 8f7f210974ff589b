// A second stack on the same thread of the operating system: resume() runs it until it calls suspend().
// The function never returns; it is a loop that does one piece of work between two suspends.
// AddressSanitizer and ThreadSanitizer are told about every switch.
#ifndef STUDENT_BACKEND_EMU_FIBER_H_
#define STUDENT_BACKEND_EMU_FIBER_H_

#include <cstddef>

namespace student::emu {

class Fiber {
 public:
  using Function = void (*)(void* argument);

  Fiber(Function function, void* argument);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  void resume();   // from the stack that made it
  void suspend();  // from its own
  void restart();  // forgets what it was doing; from the stack that made it

 private:
  struct State;
  void prepare();
  static void enter(State* state);
  State* state_;
};

}  // namespace student::emu

#endif  // STUDENT_BACKEND_EMU_FIBER_H_
