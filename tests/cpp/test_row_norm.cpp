#include "kernel_test.h"

namespace lamella::testing {
namespace {

using kernels::RowNormBlock;

constexpr double kEpsilon = 1e-3;

// One row by plain loops in double.
struct Row {
  double mean = 0, inverse = 0;

  template <class T>
  Row(const T* x, int64_t cols, bool centred, bool unit) {
    for (int64_t j = 0; centred && j < cols; ++j) mean += x[j] / double(cols);
    double squares = 0;
    for (int64_t j = 0; j < cols; ++j) squares += (x[j] - mean) * (x[j] - mean);
    inverse = 1 / std::sqrt(unit ? std::fmax(squares, kEpsilon) : squares / double(cols) + kEpsilon);
  }
};

template <class T>
void check(const Kernels& all, bool centred, bool unit, int64_t groups, int64_t segments, int64_t width) {
  const int64_t rows = 2 * groups + 1, cols = segments * width, first = 1;
  const std::vector<T> x = random_values<T>(rows * cols, -2, 2, 1),
                       dy = random_values<T>(rows * cols, -1, 1, 2);
  const std::vector<T> gamma = random_values<T>(groups * width, -2, 2, 3),
                       beta = random_values<T>(groups * width, -1, 1, 4);
  std::vector<T> y(rows * cols), dx = dy, mean(rows), inverse(rows), gammas(groups * width, T(1)),
                                 betas(groups * width, T(2));
  RowNormBlock<T> block{};
  block.centred = centred;
  block.unit = unit;
  block.epsilon = T(kEpsilon);
  block.rows = rows;
  block.first_row = first;
  block.groups = groups;
  block.segments = segments;
  block.width = width;
  block.x = x.data();
  block.gamma = gamma.data();
  block.beta = beta.data();
  block.y = y.data();
  block.mean = mean.data();
  block.inverse = inverse.data();
  block.dy = dx.data();
  block.dx = dx.data();
  block.gamma_sums = gammas.data();
  block.beta_sums = betas.data();
  all.table<T>().row_norm_forward(block);
  all.table<T>().row_norm_backward(block);

  std::vector<double> expected_gammas(gammas.size(), 1), expected_betas(betas.size(), 2);
  for (int64_t i = 0; i < rows; ++i) {
    const Row row(&x[i * cols], cols, centred, unit);
    const auto at = [&](int64_t j) { return (first + i) % groups * width + j % width; };
    const auto xhat = [&](int64_t j) { return (x[i * cols + j] - row.mean) * row.inverse; };
    double sum = 0, products = 0;
    for (int64_t j = 0; j < cols; ++j) {
      const double g = double(dy[i * cols + j]) * gamma[at(j)];
      sum += g;
      products += g * xhat(j);
      expected_gammas[at(j)] += dy[i * cols + j] * xhat(j);
      expected_betas[at(j)] += dy[i * cols + j];
    }
    const double by_mean = centred ? sum / double(cols) : 0, by_size = products / (unit ? 1 : double(cols));
    for (int64_t j = 0; j < cols; ++j) {
      const double g = double(dy[i * cols + j]) * gamma[at(j)];
      CHECK_CLOSE(y[i * cols + j], xhat(j) * gamma[at(j)] + beta[at(j)], kTolerance<T>);
      CHECK_CLOSE(dx[i * cols + j], row.inverse * (g - by_mean - xhat(j) * by_size), kTolerance<T> * 4);
    }
  }
  for (size_t k = 0; k < gammas.size(); ++k) {
    CHECK_CLOSE(gammas[k], expected_gammas[k], kTolerance<T> * 4);
    CHECK_CLOSE(betas[k], expected_betas[k], kTolerance<T> * 4);
  }
}

TEST(row_normalization) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (const auto& [centred, unit] : {std::pair{true, false}, {false, false}, {false, true}})
      for (int64_t groups : {1, 3})
        for (int64_t segments : {1, 4})
          for (int64_t width : {2, 5, 16, 33, 100}) check<T>(all, centred, unit, groups, segments, width);
  });
}

// Noise is a function of the element alone, wherever a pass is cut, and the same on all instruction sets to
// rounding.
TEST(noise) {
  const PhiloxKey key{11, 5, 123456789012};
  const int64_t n = 32 * 9 + 7;
  std::vector<double> reference;
  for_each_table([&](const Kernels& all, auto t) {
    using T = decltype(t);
    const std::vector<T> x = random_values<T>(n, -1, 1);
    std::vector<T> added(n), scaled(n), pieces(n);
    all.table<T>().add_noise(key, 64, n, T(0.5), x.data(), added.data());
    all.table<T>().scale_by_noise(key, 64, n, T(0.5), x.data(), scaled.data());
    for (int64_t begin = 0; begin < n; begin += 96)
      all.table<T>().add_noise(key, 64 + begin, std::min<int64_t>(96, n - begin), T(0.5), &x[begin],
                               &pieces[begin]);
    CHECK(same_bits(added, pieces));
    if (reference.empty())
      for (int64_t i = 0; i < n; ++i) reference.push_back((double(added[i]) - x[i]) / 0.5);
    for (int64_t i = 0; i < n; ++i) {
      CHECK_CLOSE(added[i], x[i] + 0.5 * reference[i], 2e-6);
      CHECK_CLOSE(scaled[i], x[i] * (1 + 0.5 * reference[i]), 2e-6);
    }
  });
}

}  // namespace
}  // namespace lamella::testing
