#include "base/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "base/denormals.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace lamella {

namespace {

constexpr uint64_t kOpen = 1u << 15;
constexpr uint64_t kInside = kOpen - 1;
constexpr int kTicketShift = 16;
constexpr auto kSpin = std::chrono::microseconds(200);

void pause() {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Spins until done() holds; hands the core over now and then, for machines with more threads than cores.
template <class Done>
void spin_until(Done done) {
  for (int i = 1; !done(); ++i) {
    pause();
    if (i % 4096 == 0) std::this_thread::yield();
  }
}

}  // namespace

ThreadPool::ThreadPool(int threads) : size_(threads) {}

ThreadPool::~ThreadPool() { stop_workers(); }

void ThreadPool::start_workers() {
  stop_ = false;
  const int threads = size();
  shares_ = std::vector<Share>(static_cast<size_t>(threads));
  workers_.reserve(static_cast<size_t>(threads - 1));
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { worker_loop(i); });
}

void ThreadPool::stop_workers() {
  {
    std::lock_guard lock(sleep_mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

void ThreadPool::resize(int threads) {
  std::lock_guard lock(job_mutex_);
  if (threads == size()) return;
  stop_workers();
  size_ = threads;
}

void ThreadPool::restart_after_fork() {
  // The parent's workers and whatever locks they held do not exist here: abandon the objects, do not destroy
  // them.
  new (&workers_) std::vector<std::thread>();
  new (&job_mutex_) std::mutex();
  new (&error_mutex_) std::mutex();
  new (&sleep_mutex_) std::mutex();
  new (&wake_) std::condition_variable();
  sleepers_ = 0;
  ticket_ = 0;
}

void ThreadPool::run(int64_t n, int64_t grain, Call call, void* context) {
  std::unique_lock lock(job_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) {
    call(context, 0, n);
    return;
  }
  if (workers_.empty()) start_workers();
  const int64_t chunks = (n + grain - 1) / grain, threads = static_cast<int64_t>(shares_.size());
  for (int64_t i = 0; i < threads; ++i) {
    Share& share = shares_[static_cast<size_t>(i)];
    share.next.store(std::min(n, i * chunks / threads * grain), std::memory_order_relaxed);
    share.end = std::min(n, (i + 1) * chunks / threads * grain);
  }
  grain_ = grain;
  call_ = call;
  context_ = context;
  const uint64_t job = (ticket_.load(std::memory_order_relaxed) >> kTicketShift) + 1;
  ticket_.store(job << kTicketShift | kOpen);
  if (sleepers_.load() > 0) {
    std::lock_guard sleep_lock(sleep_mutex_);
    wake_.notify_all();
  }
  work_on_job(0);
  ticket_.fetch_and(~kOpen, std::memory_order_acq_rel);
  spin_until([this] { return (ticket_.load(std::memory_order_acquire) & kInside) == 0; });
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void ThreadPool::work_on_job(int slot) {
  const size_t threads = shares_.size();
  try {
    for (size_t i = 0; i < threads; ++i) {
      Share& share = shares_[(static_cast<size_t>(slot) + i) % threads];
      for (;;) {
        if (share.next.load(std::memory_order_relaxed) >= share.end) break;
        const int64_t begin = share.next.fetch_add(grain_, std::memory_order_relaxed);
        if (begin >= share.end) break;
        call_(context_, begin, std::min(begin + grain_, share.end));
      }
    }
  } catch (...) {
    for (Share& share : shares_) share.next.store(share.end, std::memory_order_relaxed);
    std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
  }
}

// True when this worker joined a job it has not seen yet and must leave it with a decrement.
bool ThreadPool::join_job(uint64_t& last_seen) {
  uint64_t ticket = ticket_.load(std::memory_order_acquire);
  while ((ticket & kOpen) != 0 && ticket >> kTicketShift != last_seen) {
    if (ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel)) {
      last_seen = ticket >> kTicketShift;
      return true;
    }
  }
  return false;
}

void ThreadPool::worker_loop(int slot) {
  const FlushDenormals flush;
  uint64_t last_seen = 0;
  auto idle_since = std::chrono::steady_clock::now();
  for (int spins = 1;; ++spins) {
    if (join_job(last_seen)) {
      work_on_job(slot);
      ticket_.fetch_sub(1, std::memory_order_acq_rel);
      idle_since = std::chrono::steady_clock::now();
      continue;
    }
    if (stop_.load(std::memory_order_relaxed)) return;
    pause();
    if (spins % 64 != 0 || std::chrono::steady_clock::now() - idle_since < kSpin) continue;
    std::unique_lock lock(sleep_mutex_);
    ++sleepers_;
    wake_.wait(lock, [&] {
      const uint64_t ticket = ticket_.load();
      return stop_ || ((ticket & kOpen) != 0 && ticket >> kTicketShift != last_seen);
    });
    --sleepers_;
    idle_since = std::chrono::steady_clock::now();
  }
}

}  // namespace lamella
