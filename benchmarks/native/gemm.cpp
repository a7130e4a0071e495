#include "gemm.h"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "dense_layer.h"
#include "limits.h"
#include "report.h"

namespace lamella::benchmarks {

namespace {

using Clock = std::chrono::steady_clock;

// A rival's sgemm through its Fortran interface; arrays of rows are its columns, so it is asked for C^T = B^T
// A^T.
class Rival {
 public:
  Rival(const std::string& path, const char* sgemm, const char* set_threads) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());
    sgemm_ = reinterpret_cast<Sgemm>(dlsym(library, sgemm));
    set_threads_ = reinterpret_cast<SetThreads>(dlsym(library, set_threads));
    if (sgemm_ == nullptr || set_threads_ == nullptr) throw std::runtime_error(path + " has no " + sgemm);
  }

  void set_threads(int threads) const { set_threads_(threads); }
  void multiply(const Matrix& a, const Matrix& b, const Matrix& c) const {
    const int m = static_cast<int>(a.rows()), n = static_cast<int>(b.cols()), k = static_cast<int>(a.cols());
    const float one = 1, zero = 0;
    sgemm_("N", "N", &n, &m, &k, &one, b.data(), &n, a.data(), &k, &zero, c.data(), &n);
  }

 private:
  using Sgemm = void (*)(const char*, const char*, const int*, const int*, const int*, const float*,
                         const float*, const int*, const float*, const int*, const float*, float*,
                         const int*);
  using SetThreads = void (*)(int);

  Sgemm sgemm_;
  SetThreads set_threads_;
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2), values.end());
  return values[values.size() / 2];
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// After a pause in which the other library's threads, which spin for a while, have gone to sleep, and a run
// in which one's own have woken up.
template <class Body>
double seconds_a_call(int calls, Body body) {
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (const auto begin = Clock::now(); seconds_since(begin) < 0.01;) body();
  const auto begin = Clock::now();
  for (int i = 0; i < calls; ++i) body();
  return seconds_since(begin) / calls;
}

bool is_right(benchmark::State& state, const DenseLayer& layer, const Matrix& c) {
  const double error =
      error_of(c, layer.x.cols(), [&](int64_t row, int64_t col) { return layer.product(row, col); });
  if (!(error <= 1)) state.SkipWithError("wrong product");
  return error <= 1;
}

void multiply(const DenseLayer& layer) {
  layer.ops().forward(layer.context, {.x = layer.x.view(),
                                      .kernel = layer.kernel.view(),
                                      .packed = nullptr,
                                      .bias = {},
                                      .activation = Activation::linear,
                                      .alpha = 0,
                                      .y = layer.y.view()});
}

void run_alone(benchmark::State& state, const ProductShape& s, int threads) {
  DenseLayer layer(s.m, s.n, s.k, threads);
  multiply(layer);
  if (!is_right(state, layer, layer.y)) return;
  for (auto _ : state) multiply(layer);
  set_rate(state, Unit::flops, layer.flops(), flops_per_second(threads));
}

// Each iteration is a slice of calls of lamella and one of the rival, one after the other.
void run_beside(benchmark::State& state, const ProductShape& s, int threads, const Rival& rival) {
  DenseLayer layer(s.m, s.n, s.k, threads);
  Matrix c(s.m, s.n, 5);
  rival.set_threads(threads);
  multiply(layer);
  rival.multiply(layer.x, layer.kernel, c);
  if (!is_right(state, layer, layer.y) || !is_right(state, layer, c)) return;
  const int calls = static_cast<int>(std::clamp(1e9 / layer.flops(), 1.0, 10'000.0));
  std::vector<double> ratios, rates;
  for (auto _ : state) {
    const double own = seconds_a_call(calls, [&] { multiply(layer); });
    const double other = seconds_a_call(calls, [&] { rival.multiply(layer.x, layer.kernel, c); });
    ratios.push_back(own / other);
    rates.push_back(layer.flops() / other);
    state.SetIterationTime(own);
  }
  set_rate(state, Unit::flops, layer.flops(), flops_per_second(threads));
  state.counters["ratio"] = median(ratios);
  state.counters["rival"] = median(rates);
}

void add_beside(const char* name, std::shared_ptr<const Rival> rival) {
  constexpr int kSlices = 20;
  for (const ProductShape& s : kProductShapes)
    for (int threads : {1, 2})
      benchmark::RegisterBenchmark(row_name(name, product_shape(s.m, s.n, s.k), threads).c_str(),
                                   [=](benchmark::State& state) { run_beside(state, s, threads, *rival); })
          ->UseManualTime()
          ->Iterations(kSlices);
}

}  // namespace

void add_gemm(const std::string& openblas, const std::string& mkl) {
  for (const ProductShape& s : kProductShapes)
    for (int threads : {1, 2})
      benchmark::RegisterBenchmark(row_name("gemm", product_shape(s.m, s.n, s.k), threads).c_str(),
                                   [=](benchmark::State& state) { run_alone(state, s, threads); })
          ->UseRealTime();
  if (!openblas.empty())
    add_beside("gemm beside OpenBLAS",
               std::make_shared<Rival>(openblas, "scipy_sgemm_", "scipy_openblas_set_num_threads"));
  if (!mkl.empty())
    add_beside("gemm beside MKL", std::make_shared<Rival>(mkl, "sgemm_", "MKL_Set_Num_Threads_Local"));
}

}  // namespace lamella::benchmarks
