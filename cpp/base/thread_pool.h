// A pool of workers that spin for a while between jobs: a handover costs about 0.1 us while they spin and 50
// us once they sleep. Work is cut by the problem's shape, never by the number of threads, so results do not
// depend on it.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "base/thread.h"

namespace lamella {

class ThreadPool {
 public:
  // threads counts the calling thread: 1 means no workers. Workers start with the first job.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return size_.load(std::memory_order_relaxed); }
  // Threads that share a job of the calling thread.
  int team() const { return alone_ ? 1 : size(); }
  // Waits for the running job, then changes the number of threads.
  void resize(int threads);

  // Calls body(begin, end) so that every item of [0, n) is covered once, in chunks of grain items claimed
  // dynamically. The caller works too, by itself when there is one chunk, one thread, when it says so (Alone)
  // or the pool is busy with another caller. The first exception of a body is rethrown here.
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

  // While it lives, this thread does its jobs alone, if it says so.
  class Alone {
   public:
    explicit Alone(bool alone) : before_(std::exchange(alone_, alone)) {}
    ~Alone() { alone_ = before_; }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;

   private:
    bool before_;
  };

  // In a forked child: the workers did not come along; the next job starts as many anew.
  void restart_after_fork();

 private:
  using Call = void (*)(void* context, int64_t begin, int64_t end);

  // A job, cut into chunks, of which every thread has a share: a contiguous range.
  struct Job {
    uint64_t number = 0;
    int64_t n = 0, grain = 1, chunks = 0, threads = 1;
    Call call = nullptr;
    void* context = nullptr;

    // Rounded up: chunk 0 is the caller's.
    int64_t first_chunk(size_t thread) const {
      return (static_cast<int64_t>(thread) * chunks + threads - 1) / threads;
    }
  };

  // A line moves between cores in 50 to 200 ns, which is what a handover costs. So there is one that only the
  // caller writes, and workers write lines that the caller reads when it has nothing left to do.
  struct alignas(64) Board {
    std::atomic<uint64_t> number{0};  // kWriting while the rest changes
    std::atomic<int64_t> n{0}, grain{1}, chunks{0};
    std::atomic<Call> call{nullptr};
    std::atomic<void*> context{nullptr};
  };
  // Both hold a value beside the number of the job it is of; that of an earlier job stands for an untouched
  // share, and for nothing done.
  struct alignas(64) Claims {
    std::atomic<uint64_t> next{0};  // chunk of the share, by whoever takes one
  };
  struct alignas(64) Progress {
    std::atomic<uint64_t> done{0};  // chunks, by the thread itself
  };

  void run(int64_t n, int64_t grain, Call call, void* context);
  void publish(const Job& job);
  bool read_board(uint64_t last_seen, Job& job) const;
  int64_t claim(const Job& job, size_t share);
  void run_chunk(const Job& job, int64_t chunk, size_t thread);
  void run_share(const Job& job, size_t share, size_t thread);
  int64_t chunks_done(const Job& job) const;
  void worker_loop(size_t worker, uint64_t last_seen);
  void start_workers();
  void stop_workers();

  static thread_local bool alone_;

  std::atomic<int> size_;
  std::vector<Thread> workers_;

  std::mutex job_mutex_;  // one job at a time
  uint64_t last_number_ = 0;
  Board board_;
  std::vector<Claims> claims_;      // by thread, the caller first
  std::vector<Progress> progress_;  // by thread
  std::atomic<bool> failed_{false};
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
