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

constexpr uint64_t kWriting = 0;  // jobs are numbered from 1
// A number of chunks beside the number of its job.
constexpr int kValueBits = 24;
constexpr int64_t kMostChunks = (int64_t{1} << kValueBits) - 1;
uint64_t stamped(uint64_t job, int64_t value) { return job << kValueBits | static_cast<uint64_t>(value); }
uint64_t job_of(uint64_t state) { return state >> kValueBits; }
int64_t value_of(uint64_t state) { return static_cast<int64_t>(state & kMostChunks); }

constexpr auto kSpin = std::chrono::microseconds(200);
// The caller waits so many pauses for the others before it looks for work in their shares, which costs
// whoever it takes it from.
constexpr unsigned kPatience = 8;

void pause() {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

thread_local bool ThreadPool::alone_ = false;

ThreadPool::ThreadPool(int threads) : size_(threads) {}

ThreadPool::~ThreadPool() { stop_workers(); }

// Where not all can be started, half of those that could are: the others leave room for what is to be done.
void ThreadPool::start_workers() {
  stop_ = false;
  const auto threads = static_cast<size_t>(size());
  claims_ = std::vector<Claims>(threads);
  progress_ = std::vector<Progress>(threads);
  workers_.reserve(threads - 1);
  try {
    for (size_t i = 1; i < threads; ++i)
      workers_.emplace_back([this, i, number = last_number_] { worker_loop(i, number); });
  } catch (const std::exception&) {  // no thread, or no memory for one
    const auto started = static_cast<int>(workers_.size());
    stop_workers();
    size_ = 1 + started / 2;
    if (started > 1) start_workers();
  }
}

void ThreadPool::stop_workers() {
  {
    std::lock_guard lock(sleep_mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (Thread& worker : workers_) worker.join();
  workers_.clear();
}

void ThreadPool::resize(int threads) {
  std::lock_guard lock(job_mutex_);
  if (threads == size()) return;
  stop_workers();
  size_ = threads;
}

// Another thread may have been in the middle of a job, or of starting one: nothing of it is kept, or
// destroyed.
void ThreadPool::restart_after_fork() { new (this) ThreadPool(size()); }

void ThreadPool::run(int64_t n, int64_t grain, Call call, void* context) {
  std::unique_lock lock(job_mutex_, std::defer_lock);
  if (alone_ || !lock.try_lock()) {
    call(context, 0, n);
    return;
  }
  if (workers_.empty()) start_workers();
  if (n / grain >= kMostChunks) grain *= n / grain / kMostChunks + 1;
  const Job job{.number = ++last_number_,
                .n = n,
                .grain = grain,
                .chunks = (n + grain - 1) / grain,
                .threads = static_cast<int64_t>(claims_.size()),
                .call = call,
                .context = context};
  publish(job);
  // Chunk 0 is the caller's without a claim.
  run_chunk(job, 0, 0);
  run_share(job, 0, 0);
  for (unsigned spins = 1; chunks_done(job) < job.chunks; ++spins) {
    pause();
    if (spins == kPatience)
      for (size_t share = 1; share < claims_.size(); ++share) run_share(job, share, 0);
    if (spins % 4096 == 0) std::this_thread::yield();  // to a worker that needs this core
  }
  failed_.store(false, std::memory_order_relaxed);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

// Whoever sees one of the new values also sees that the number is not the old one any more. Whether somebody
// sleeps is asked without a fence: a worker that lies down at this moment may miss the job, which the others
// then do without it.
void ThreadPool::publish(const Job& job) {
  board_.number.store(kWriting, std::memory_order_relaxed);
  board_.n.store(job.n, std::memory_order_release);
  board_.grain.store(job.grain, std::memory_order_release);
  board_.chunks.store(job.chunks, std::memory_order_release);
  board_.call.store(job.call, std::memory_order_release);
  board_.context.store(job.context, std::memory_order_release);
  board_.number.store(job.number, std::memory_order_release);
  if (sleepers_.load(std::memory_order_relaxed) > 0) {
    std::lock_guard lock(sleep_mutex_);
    wake_.notify_all();
  }
}

// True where there is a job newer than last_seen; the copy is of one job, not of two.
bool ThreadPool::read_board(uint64_t last_seen, Job& job) const {
  const uint64_t number = board_.number.load(std::memory_order_acquire);
  if (number == last_seen || number == kWriting) return false;
  job.number = number;
  job.n = board_.n.load(std::memory_order_acquire);
  job.grain = board_.grain.load(std::memory_order_acquire);
  job.chunks = board_.chunks.load(std::memory_order_acquire);
  job.call = board_.call.load(std::memory_order_acquire);
  job.context = board_.context.load(std::memory_order_acquire);
  job.threads = static_cast<int64_t>(claims_.size());
  return board_.number.load(std::memory_order_relaxed) == number;
}

// The next chunk of a share, or -1. A claim that succeeds proves that its job still runs: it cannot end
// before the chunk is done. In a job that is over, every share is used up, or belongs to a later job.
int64_t ThreadPool::claim(const Job& job, size_t share) {
  const int64_t first = job.first_chunk(share) + (share == 0), end = job.first_chunk(share + 1);
  std::atomic<uint64_t>& next = claims_[share].next;
  for (uint64_t state = next.load(std::memory_order_relaxed);;) {
    if (job_of(state) > job.number) return -1;
    const int64_t chunk = job_of(state) == job.number ? value_of(state) : first;
    if (chunk >= end) return -1;
    if (next.compare_exchange_weak(state, stamped(job.number, chunk + 1), std::memory_order_relaxed))
      return chunk;
  }
}

// After a failure chunks are only counted.
void ThreadPool::run_chunk(const Job& job, int64_t chunk, size_t thread) {
  try {
    const int64_t begin = chunk * job.grain;
    if (!failed_.load(std::memory_order_relaxed))
      job.call(job.context, begin, std::min(begin + job.grain, job.n));
  } catch (...) {
    std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
    failed_.store(true, std::memory_order_relaxed);
  }
  std::atomic<uint64_t>& done = progress_[thread].done;
  const uint64_t before = done.load(std::memory_order_relaxed);
  const uint64_t first = stamped(job.number, 1);
  done.store(job_of(before) == job.number ? before + 1 : first, std::memory_order_release);
}

void ThreadPool::run_share(const Job& job, size_t share, size_t thread) {
  for (int64_t chunk = claim(job, share); chunk >= 0; chunk = claim(job, share))
    run_chunk(job, chunk, thread);
}

int64_t ThreadPool::chunks_done(const Job& job) const {
  int64_t sum = 0;
  for (const Progress& progress : progress_) {
    const uint64_t state = progress.done.load(std::memory_order_acquire);
    if (job_of(state) == job.number) sum += value_of(state);
  }
  return sum;
}

void ThreadPool::worker_loop(size_t worker, uint64_t last_seen) {
  const FlushDenormals flush;
  auto idle_since = std::chrono::steady_clock::now();
  for (unsigned spins = 1;; ++spins) {
    Job job;
    if (read_board(last_seen, job)) {
      last_seen = job.number;
      for (size_t i = 0; i < claims_.size(); ++i) run_share(job, (worker + i) % claims_.size(), worker);
      idle_since = std::chrono::steady_clock::now();
      continue;
    }
    if (stop_.load(std::memory_order_relaxed)) return;
    pause();
    if (spins % 64 != 0 || std::chrono::steady_clock::now() - idle_since < kSpin) continue;
    std::unique_lock lock(sleep_mutex_);
    ++sleepers_;
    wake_.wait(lock, [&] { return stop_ || board_.number.load() != last_seen; });
    --sleepers_;
    idle_since = std::chrono::steady_clock::now();
  }
}

}  // namespace lamella
