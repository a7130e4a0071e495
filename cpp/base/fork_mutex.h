// A mutex that a forked child can take although a thread of its parent held it: that thread did not come
// along and will never give it back. What it guards is then as that thread left it.
#pragma once
#include <atomic>

namespace lamella {

class ForkMutex {
 public:
  ForkMutex() = default;
  ForkMutex(const ForkMutex&) = delete;
  ForkMutex& operator=(const ForkMutex&) = delete;

  void lock();
  bool try_lock();
  void unlock();

 private:
  std::atomic<int> holder_{0};  // the process that holds it, counted along the line of forks; 0: none
};

}  // namespace lamella
