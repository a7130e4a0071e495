#include "limits.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include "base/memory.h"
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

double measure_bytes(Traffic traffic, int64_t footprint) {
  const int64_t arrays = traffic == Traffic::copy ? 2 : 1;
  const int64_t n = footprint / arrays / int64_t{sizeof(float)} / 64 * 64;
  const Block from(n * int64_t{sizeof(float)}), to(traffic == Traffic::copy ? from.bytes() : 0);
  float* x = reinterpret_cast<float*>(from.data());
  float* y = reinterpret_cast<float*>(to.data());
  std::fill_n(x, n, 1.0f);
  const auto pass = [&] {
    if (traffic == Traffic::read) {
      volatile float sink = loops().read(n, x);
      (void)sink;
    } else if (traffic == Traffic::copy) {
      loops().copy(n, x, y);
    } else {
      loops().update(n, x);
    }
  };
  const double bytes = static_cast<double>(n) * sizeof(float) * (traffic == Traffic::read ? 1 : 2);
  const int repeats = static_cast<int>(std::max(1.0, 2e7 / bytes));
  pass();
  double best = 0;
  for (int slice = 0; slice < 9; ++slice) {
    const auto begin = Clock::now();
    for (int i = 0; i < repeats; ++i) pass();
    best = std::max(best, bytes * repeats / seconds_since(begin));
  }
  return best;
}

}  // namespace

double flops_per_second(int threads) {
  static std::map<int, double> measured;
  const auto found = measured.find(threads);
  return found != measured.end() ? found->second : measured[threads] = measure_flops(threads);
}

double bytes_per_second(Traffic traffic, int64_t footprint) {
  static std::map<std::pair<Traffic, int64_t>, double> measured;
  const std::pair key{traffic, footprint};
  const auto found = measured.find(key);
  return found != measured.end() ? found->second : measured[key] = measure_bytes(traffic, footprint);
}

}  // namespace lamella::benchmarks
