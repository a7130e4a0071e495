#include "base/thread.h"

#include <memory>
#include <system_error>

#include "base/thread_scratch.h"

namespace lamella {

namespace {

constexpr size_t kStackBytes = size_t{1} << 20;  // some systems give less than the frames here may need

struct Start {
  std::function<void()> body;
  Block scratch;
};

void* run(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  give_thread_scratch(std::move(start->scratch));
  start->body();
  return nullptr;
}

}  // namespace

Thread::Thread(std::function<void()> body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  auto owned = std::make_unique<Start>(std::move(body), Block(kThreadScratchBytes));
  const int failure = pthread_create(&handle_, &attributes, run, owned.get());
  pthread_attr_destroy(&attributes);
  if (failure != 0) throw std::system_error(failure, std::generic_category(), "cannot start a thread");
  owned.release();
}

}  // namespace lamella
