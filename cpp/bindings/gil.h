// The GIL, taken and given back. A thread that asks for it while the interpreter goes down never gets it:
// Python 3.11 to 3.13 end the thread, unwinding it through destructors that let go of objects without the GIL
// and must not throw, which ends the process with an error. So the thread is stopped where it asked, as later
// versions do.
#pragma once
#include <pybind11/pybind11.h>

#include <optional>

#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

namespace lamella::bindings {

// Does not return; the process ends without this thread.
[[noreturn]] void stop_this_thread();

// What ask() returns, which asks for the GIL or calls what may give it back for a while: any code of
// Python's.
template <class Ask>
auto unless_python_ends(Ask&& ask) {
#if defined(__GLIBCXX__)
  try {
    return ask();
  } catch (abi::__forced_unwind&) {
    stop_this_thread();
  }
#else
  return ask();
#endif
}

class GilTaken {
 public:
  GilTaken() {
    unless_python_ends([this] { gil_.emplace(); });
  }

 private:
  std::optional<pybind11::gil_scoped_acquire> gil_;
};

class GilReleased {
 public:
  GilReleased() : thread_(PyEval_SaveThread()) {}
  ~GilReleased() {
    unless_python_ends([this] { PyEval_RestoreThread(thread_); });
  }
  GilReleased(const GilReleased&) = delete;
  GilReleased& operator=(const GilReleased&) = delete;

 private:
  PyThreadState* thread_;
};

}  // namespace lamella::bindings
