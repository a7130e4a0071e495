#include "base/thread.h"

#include <cerrno>
#include <memory>
#include <new>
#include <system_error>

#include "base/thread_scratch.h"

namespace lamella {

namespace {

constexpr size_t kStackBytes = size_t{1} << 20;  // some systems give less than the frames here may need

struct Start {
  std::function<void()> body;
  Block scratch;
};

[[noreturn]] void refuse(int failure) {
  throw std::system_error(failure, std::generic_category(), "cannot start a thread");
}

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  use_as_thread_scratch(start->scratch);
  start->body();
  return nullptr;
}

}  // namespace

Thread::Thread(std::function<void()> body) {
  std::unique_ptr<Start> owned;
  try {
    owned.reset(new Start{std::move(body), Block(kThreadScratchBytes)});
  } catch (const std::bad_alloc&) {
    refuse(ENOMEM);
  }
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  const int failure = pthread_create(&handle_, &attributes, run, owned.get());
  pthread_attr_destroy(&attributes);
  if (failure != 0) refuse(failure);
  owned.release();
}

}  // namespace lamella
