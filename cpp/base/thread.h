// A thread with room on its stack for a block of tiles: up to a megabyte, which some systems' threads do not
// have.
#pragma once
#include <pthread.h>

#include <functional>

namespace lamella {

class Thread {
 public:
  // Throws std::system_error where no thread can be started.
  explicit Thread(std::function<void()> body);

  void join() { pthread_join(handle_, nullptr); }

 private:
  pthread_t handle_;
};

}  // namespace lamella
