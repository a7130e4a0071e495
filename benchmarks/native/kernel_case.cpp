#include "kernel_case.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <random>

#include "base/thread_pool.h"
#include "report.h"

namespace lamella::benchmarks {

template <class T>
Arrays<T>::Arrays(const std::vector<Fill>& fills, int64_t labels, int64_t classes, int64_t mask_bytes)
    : mask_(static_cast<size_t>(mask_bytes)) {
  std::mt19937 engine(1);
  for (const Fill& fill : fills) {
    std::uniform_real_distribution<float> uniform(static_cast<float>(fill.low),
                                                  static_cast<float>(fill.high));
    arrays_.emplace_back(fill.size * int64_t{sizeof(T)});
    T* values = reinterpret_cast<T*>(arrays_.back().data());
    for (int64_t i = 0; i < fill.size; ++i) values[i] = uniform(engine);
  }
  std::uniform_int_distribution<int32_t> label(0, static_cast<int32_t>(classes - 1));
  for (int64_t i = 0; i < labels; ++i) labels_.push_back(label(engine));
}

template class Arrays<float>;
template class Arrays<double>;

namespace {

// The largest |float - double| / max(1, |double|) over all arrays, after one call of each.
double error_of(const Description& d, const Run<float>& single, const Run<double>& reference,
                Arrays<float>& arrays) {
  Arrays<double> expected(d.arrays, d.labels, d.classes, d.mask_bytes);
  single(kernels::select_kernels().float32, arrays);
  reference(kernels::kernels_for(kernels::available_isas().front()).float64, expected);
  double worst = 0;
  for (size_t k = 0; k < arrays.count(); ++k) {
    for (int64_t i = 0; i < arrays.size(k); ++i) {
      const double difference = std::fabs(arrays[k][i] - expected[k][i]);
      worst = std::fmax(worst, difference / std::fmax(1.0, std::fabs(expected[k][i])));
    }
  }
  return worst;
}

int64_t footprint(const Description& d) {
  int64_t bytes = d.mask_bytes + 4 * d.labels;
  for (const Fill& fill : d.arrays) bytes += fill.size * int64_t{sizeof(float)};
  return bytes;
}

// Each thread works on arrays of its own.
void time_kernel(benchmark::State& state, const Description& d, const Run<float>& single,
                 std::vector<Arrays<float>>& arrays) {
  const int threads = static_cast<int>(arrays.size());
  ThreadPool pool(threads);
  for (auto _ : state)
    pool.parallel_for(threads, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        single(kernels::select_kernels().float32, arrays[static_cast<size_t>(i)]);
    });
  set_rate(state, Unit::bytes, threads * (d.read + d.written),
           bytes_per_second(d.traffic, footprint(d), threads));
  state.counters["read"] = d.read;
  state.counters["written"] = d.written;
}

// Beyond every cache: there the threads share what the memory can do.
constexpr int64_t kOutOfCache = int64_t{32} << 20;

}  // namespace

void register_kernel(Description description, Run<float> single, Run<double> reference) {
  const auto name = [&](int threads) { return row_name(description.kernel, description.shape, threads); };
  const auto run = [d = description, single, reference](benchmark::State& state, int threads) {
    std::vector<Arrays<float>> arrays;
    for (int i = 0; i < threads; ++i) arrays.emplace_back(d.arrays, d.labels, d.classes, d.mask_bytes);
    // Two threads run what one has been verified with.
    const double error = threads == 1 ? error_of(d, single, reference, arrays[0]) : 0;
    if (!(error <= d.tolerance)) {
      state.SkipWithError(("wrong by " + std::to_string(error)).c_str());
      return;
    }
    time_kernel(state, d, single, arrays);
  };
  for (int threads : {1, 2}) {
    if (threads > 1 && footprint(description) < kOutOfCache) continue;
    benchmark::RegisterBenchmark(name(threads).c_str(), [run, threads](benchmark::State& state) {
      run(state, threads);
    })->UseRealTime();
  }
}

std::string elements(int64_t n) { return std::to_string(n); }
std::string rows_by_cols(int64_t rows, int64_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

}  // namespace lamella::benchmarks
