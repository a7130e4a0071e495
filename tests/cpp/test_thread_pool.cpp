#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/thread_pool.h"
#include "check.h"

namespace lamella::testing {
namespace {

TEST(every_item_is_covered_once) {
  for (int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    for (int64_t n : {0, 1, 5, 1000}) {
      for (int64_t grain : {1, 3, 2000}) {
        std::vector<std::atomic<int>> seen(static_cast<size_t>(n));
        pool.parallel_for(n, grain, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) ++seen[static_cast<size_t>(i)];
        });
        CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& count) { return count == 1; }));
      }
    }
  }
}

TEST(many_jobs_in_a_row_with_sleeps_between) {
  ThreadPool pool(4);
  std::atomic<int64_t> sum{0};
  for (int job = 0; job < 20'000; ++job) {
    pool.parallel_for(16, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
    if (job % 5'000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));  // workers fall asleep
  }
  CHECK(sum == 16 * 20'000);
}

TEST(an_exception_of_a_worker_reaches_the_caller) {
  ThreadPool pool(4);
  for (int round = 0; round < 100; ++round) {
    bool caught = false;
    try {
      pool.parallel_for(100, 1, [&](int64_t begin, int64_t) {
        if (begin == 57) throw std::runtime_error("57");
      });
    } catch (const std::runtime_error& error) {
      caught = std::string(error.what()) == "57";
    }
    CHECK(caught);
  }
  int64_t items = 0;
  pool.parallel_for(1, 1, [&](int64_t begin, int64_t end) { items += end - begin; });
  CHECK(items == 1);
}

TEST(more_threads_than_chunks) {
  ThreadPool pool(5);
  for (int64_t n = 2; n < 12; ++n) {
    std::vector<std::atomic<int>> seen(static_cast<size_t>(n));
    pool.parallel_for(n, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++seen[static_cast<size_t>(i)];
    });
    CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& count) { return count == 1; }));
  }
}

TEST(more_chunks_than_are_numbered) {
  ThreadPool pool(2);
  const int64_t n = int64_t{1} << 25;
  std::atomic<int64_t> items{0};
  pool.parallel_for(n, 1, [&](int64_t begin, int64_t end) { items += end - begin; });
  CHECK(items == n);
}

TEST(a_thread_that_says_so_works_alone) {
  ThreadPool pool(3);
  const auto pieces = [&] {
    std::atomic<int> count{0};
    pool.parallel_for(100, 1, [&](int64_t, int64_t) { ++count; });
    return count.load();
  };
  CHECK(pieces() == 100);
  {
    const ThreadPool::Alone alone(true);
    CHECK(pieces() == 1);
  }
  CHECK(pieces() == 100);
}

TEST(two_callers_at_once_both_finish) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum{0};
  const auto work = [&] {
    for (int job = 0; job < 2'000; ++job) {
      pool.parallel_for(8, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
    }
  };
  std::thread other(work);
  work();
  other.join();
  CHECK(sum == 2 * 8 * 2'000);
}

TEST(the_number_of_threads_can_change_between_jobs) {
  ThreadPool pool(1);
  for (int threads : {4, 2, 7, 1, 3}) {
    pool.resize(threads);
    CHECK(pool.size() == threads);
    std::atomic<int64_t> sum{0};
    pool.parallel_for(100, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
    CHECK(sum == 100);
  }
}

}  // namespace
}  // namespace lamella::testing
