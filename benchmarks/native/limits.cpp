#include "limits.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <tuple>
#include <vector>

#include "base/memory.h"
#include "base/thread_pool.h"
#include "kernels/dispatch.h"

namespace lamella::benchmarks {

#if defined(__x86_64__)
extern "C" const LimitLoops lamella_limits_baseline, lamella_limits_avx2, lamella_limits_avx512;
#else
extern "C" const LimitLoops lamella_limits_neon;
#endif

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

const LimitLoops& loops() {
#if defined(__x86_64__)
  const std::vector<const LimitLoops*> all = {&lamella_limits_baseline, &lamella_limits_avx2,
                                              &lamella_limits_avx512};
#else
  const std::vector<const LimitLoops*> all = {&lamella_limits_neon};
#endif
  const std::string isa = kernels::select_kernels().isa;
  return **std::find_if(all.begin(), all.end(), [&](const LimitLoops* l) { return isa == l->isa; });
}

double measure_flops(int threads) {
  constexpr int64_t kRepeats = 4'000'000;
  double best = 0;
  for (int slice = 0; slice < 5; ++slice) {
    std::vector<double> flops(static_cast<size_t>(threads));
    std::vector<std::thread> workers;
    const auto begin = Clock::now();
    for (int i = 0; i < threads; ++i)
      workers.emplace_back([&, i] { flops[static_cast<size_t>(i)] = loops().multiply_add(kRepeats); });
    for (std::thread& worker : workers) worker.join();
    double sum = 0;
    for (double f : flops) sum += f;
    best = std::max(best, sum / seconds_since(begin));
  }
  return best;
}

// Passes over memory of its own.
class Pass {
 public:
  Pass(Traffic traffic, int64_t footprint)
      : traffic_(traffic),
        n_(footprint / (traffic == Traffic::copy ? 2 : 1) / int64_t{sizeof(float)} / 64 * 64),
        from_(n_ * int64_t{sizeof(float)}),
        to_(traffic == Traffic::copy ? from_.bytes() : 0) {
    std::fill_n(reinterpret_cast<float*>(from_.data()), n_, 1.0f);
    run();
  }

  double bytes() const {
    return static_cast<double>(n_) * sizeof(float) * (traffic_ == Traffic::read ? 1 : 2);
  }
  void run() const {
    float* x = reinterpret_cast<float*>(from_.data());
    if (traffic_ == Traffic::read) {
      volatile float sink = loops().read(n_, x);
      (void)sink;
    } else if (traffic_ == Traffic::copy) {
      loops().copy(n_, x, reinterpret_cast<float*>(to_.data()));
    } else {
      loops().update(n_, x);
    }
  }

 private:
  Traffic traffic_;
  int64_t n_;
  Block from_, to_;
};

double measure_bytes(Traffic traffic, int64_t footprint, int threads) {
  std::vector<Pass> passes;
  for (int i = 0; i < threads; ++i) passes.emplace_back(traffic, footprint);
  const double bytes = passes[0].bytes();
  const int repeats = static_cast<int>(std::max(1.0, 2e7 / bytes));
  ThreadPool pool(threads);
  double best = 0;
  for (int slice = 0; slice < 9; ++slice) {
    const auto begin = Clock::now();
    pool.parallel_for(threads, 1, [&](int64_t first, int64_t end) {
      for (int64_t i = first; i < end; ++i)
        for (int k = 0; k < repeats; ++k) passes[static_cast<size_t>(i)].run();
    });
    best = std::max(best, bytes * repeats * threads / seconds_since(begin));
  }
  return best;
}

}  // namespace

double flops_per_second(int threads) {
  static std::map<int, double> measured;
  const auto found = measured.find(threads);
  return found != measured.end() ? found->second : measured[threads] = measure_flops(threads);
}

double bytes_per_second(Traffic traffic, int64_t footprint, int threads) {
  static std::map<std::tuple<Traffic, int64_t, int>, double> measured;
  const std::tuple key{traffic, footprint, threads};
  const auto found = measured.find(key);
  return found != measured.end() ? found->second : measured[key] = measure_bytes(traffic, footprint, threads);
}

}  // namespace lamella::benchmarks
