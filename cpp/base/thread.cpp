#include "base/thread.h"

#include <memory>
#include <system_error>

namespace lamella {

namespace {

constexpr size_t kStackBytes = size_t{8} << 20;

void* run(void* body) {
  (*std::unique_ptr<std::function<void()>>(static_cast<std::function<void()>*>(body)))();
  return nullptr;
}

}  // namespace

Thread::Thread(std::function<void()> body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  auto owned = std::make_unique<std::function<void()>>(std::move(body));
  const int failure = pthread_create(&handle_, &attributes, run, owned.get());
  pthread_attr_destroy(&attributes);
  if (failure != 0) throw std::system_error(failure, std::generic_category(), "cannot start a thread");
  owned.release();
}

}  // namespace lamella
