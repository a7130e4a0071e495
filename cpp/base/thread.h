// A thread that comes with its working memory (thread_scratch), so that it takes none while it works.
#pragma once
#include <pthread.h>

#include <functional>

namespace lamella {

class Thread {
 public:
  // Throws std::system_error where no thread can be started, or there is no memory for it.
  explicit Thread(std::function<void()> body);

  void join() { pthread_join(handle_, nullptr); }

 private:
  pthread_t handle_;
};

}  // namespace lamella
