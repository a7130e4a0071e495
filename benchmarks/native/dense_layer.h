// The arrays of a dense layer, and a check of products by some of their elements.
#pragma once
#include <cmath>
#include <random>
#include <string>

#include "base/memory.h"
#include "base/thread_pool.h"
#include "cpu/device.h"

namespace lamella::benchmarks {

// A matrix of random floats.
class Matrix {
 public:
  Matrix(int64_t rows, int64_t cols, unsigned seed)
      : rows_(rows), cols_(cols), memory_(rows * cols * int64_t{sizeof(float)}) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (int64_t i = 0; i < rows * cols; ++i) data()[i] = uniform(engine);
  }

  float* data() const { return reinterpret_cast<float*>(memory_.data()); }
  float at(int64_t row, int64_t col) const { return data()[row * cols_ + col]; }
  TensorView view() const { return {memory_.data(), DType::float32, rows_, cols_}; }
  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }

 private:
  int64_t rows_, cols_;
  Block memory_;
};

// The largest error of elements of c against expected(row, col), as a share of what is right for sums of k
// products of numbers in (-1, 1): rounding grows with the partial sums and with their number, so with k.
template <class Expected>
double error_of(const Matrix& c, int64_t k, Expected expected) {
  std::mt19937_64 engine(1);
  double worst = 0;
  for (int i = 0; i < 300; ++i) {
    const int64_t row = static_cast<int64_t>(engine() % static_cast<uint64_t>(c.rows()));
    const int64_t col = static_cast<int64_t>(engine() % static_cast<uint64_t>(c.cols()));
    worst = std::fmax(worst, std::fabs(c.at(row, col) - expected(row, col)));
  }
  return worst / (6e-8 * static_cast<double>(k) + 1e-6);
}

// y[m, n] = x[m, k] w[k, n] on so many threads.
struct DenseLayer {
  DenseLayer(int64_t m, int64_t n, int64_t k, int threads)
      : pool(threads),
        device{pool},
        context{cpu::op_table(), device},
        x(m, k, 1),
        kernel(k, n, 2),
        bias(1, n, 3),
        y(m, n, 4) {}

  const ops::DenseOps& ops() const { return context.ops.dense; }
  double product(int64_t row, int64_t col) const {
    double sum = 0;
    for (int64_t i = 0; i < x.cols(); ++i) sum += double(x.at(row, i)) * kernel.at(i, col);
    return sum;
  }
  double flops() const { return 2.0 * double(x.rows()) * double(x.cols()) * double(kernel.cols()); }

  ThreadPool pool;
  cpu::Device device;
  ops::Context context;
  Matrix x, kernel, bias, y;
};

inline std::string product_shape(int64_t m, int64_t n, int64_t k) {
  return std::to_string(m) + "," + std::to_string(n) + "," + std::to_string(k);
}

// Rows, units and inputs: those of the workloads, the gradients' shapes, primes, a single row.
struct ProductShape {
  int64_t m, n, k;
};
inline constexpr ProductShape kProductShapes[] = {
    {32, 32, 64},   {64, 64, 30},    {128, 512, 784}, {128, 512, 512},   {512, 512, 128},   {128, 128, 128},
    {97, 101, 103}, {61, 251, 1021}, {1, 512, 784},   {256, 4096, 4096}, {2048, 2048, 2048}};

}  // namespace lamella::benchmarks
