#include "base/fork_mutex.h"

#include <pthread.h>

namespace lamella {

namespace {

std::atomic<int> process{1};
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, [] { ++process; });

}  // namespace

bool ForkMutex::try_lock() {
  const int here = process.load(std::memory_order_relaxed);
  int holder = holder_.load(std::memory_order_relaxed);
  while (holder != here) {
    if (holder_.compare_exchange_weak(holder, here, std::memory_order_acquire, std::memory_order_relaxed))
      return true;
  }
  return false;
}

void ForkMutex::lock() {
  while (!try_lock()) holder_.wait(process.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

void ForkMutex::unlock() {
  holder_.store(0, std::memory_order_release);
  holder_.notify_one();
}

}  // namespace lamella
