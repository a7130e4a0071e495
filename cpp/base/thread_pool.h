// A pool of workers that spin for a while between jobs: a handover costs about 0.1 us while they spin and 50
// us once they sleep. Work is cut by the problem's shape, never by the number of threads, so results do not
// depend on it.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace lamella {

class ThreadPool {
 public:
  // threads counts the calling thread: 1 means no workers. Workers start with the first job.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return size_.load(std::memory_order_relaxed); }
  // Waits for the running job, then changes the number of threads.
  void resize(int threads);

  // Calls body(begin, end) so that every item of [0, n) is covered once, in chunks of grain items claimed
  // dynamically. The caller works too. Runs alone when there is one chunk, one thread, or the pool is busy
  // with another caller. The first exception of a body is rethrown here.
  template <class Body>
  void parallel_for(int64_t n, int64_t grain, Body&& body) {
    if (n <= grain || size() == 1) {
      if (n > 0) body(int64_t{0}, n);
      return;
    }
    auto call = [](void* context, int64_t begin, int64_t end) {
      (*static_cast<std::remove_reference_t<Body>*>(context))(begin, end);
    };
    run(n, grain, call, const_cast<void*>(static_cast<const void*>(&body)));
  }

  // In a forked child: the workers did not come along; the next job starts as many anew.
  void restart_after_fork();

 private:
  using Call = void (*)(void* context, int64_t begin, int64_t end);

  void run(int64_t n, int64_t grain, Call call, void* context);
  void work_on_job(int slot);
  void worker_loop(int slot);
  bool join_job(uint64_t& last_seen);
  void start_workers();
  void stop_workers();

  std::atomic<int> size_;
  std::vector<std::thread> workers_;

  // One job at a time. ticket_ is (job number << 16 | open << 15 | workers inside): a worker joins by adding
  // one while the job is open; the caller closes it and waits until nobody is inside, so a worker that wakes
  // late delays nobody.
  std::mutex job_mutex_;
  alignas(64) std::atomic<uint64_t> ticket_{0};
  struct alignas(64) Share {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };
  std::vector<Share> shares_;  // by thread, the caller first
  int64_t grain_ = 1;
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::mutex error_mutex_;
  std::exception_ptr error_;

  std::mutex sleep_mutex_;
  std::condition_variable wake_;
  std::atomic<int> sleepers_{0};
  std::atomic<bool> stop_{false};
};

// LAMELLA_NUM_THREADS, else OMP_NUM_THREADS, else the cores this process may use (affinity mask and cgroup
// quota).
int default_thread_count();

}  // namespace lamella
