#include "bindings/runtime.h"

#include <pthread.h>

#include <chrono>

namespace lamella::bindings {

namespace {

struct Runtime {
  ThreadPool pool{default_thread_count()};
  cpu::Device device{pool};
  ops::Context context{cpu::op_table(), device};
};

// Never destroyed: workers may still spin when the interpreter goes down.
Runtime& instance() {
  static Runtime& runtime = *[] {
    auto* made = new Runtime;
    pthread_atfork(nullptr, nullptr, [] { instance().pool.restart_after_fork(); });
    return made;
  }();
  return runtime;
}

}  // namespace

const ops::Context& runtime() { return instance().context; }

const char* isa() { return instance().device.isa(); }

engine::Poll poll_signals() {
  using Clock = std::chrono::steady_clock;
  return [last = Clock::now()]() mutable {
    const auto now = Clock::now();
    if (now - last < std::chrono::milliseconds(50)) return;
    last = now;
    const GilTaken gil;
    if (unless_python_ends(PyErr_CheckSignals) != 0) throw pybind11::error_already_set();
  };
}

}  // namespace lamella::bindings
