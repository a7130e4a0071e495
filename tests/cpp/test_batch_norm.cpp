#include <algorithm>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

using kernels::BatchNormBlock;

constexpr double kAlpha = 0.3;

double activate(Activation kind, double z) {
  if (kind == Activation::relu) return std::fmax(z, 0);
  if (kind == Activation::tanh) return std::tanh(z);
  return z;
}
double gradient(Activation kind, double y) {
  if (kind == Activation::relu) return y > 0;
  if (kind == Activation::tanh) return 1 - y * y;
  return 1;
}

TEST(batch_norm_moments) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t rows : {1, 2, 3, 127, 128, 131, 400})
      for (int64_t cols : kColumns) {
        const int64_t ld = cols + 3;
        const std::vector<T> x = random_values<T>(rows * ld, 5, 6);
        std::vector<T> mean(cols), variance(cols);
        all.table<T>().column_moments(rows, cols, ld, x.data(), mean.data(), variance.data());
        for (int64_t j = 0; j < cols; ++j) {
          double sum = 0, squares = 0;
          for (int64_t i = 0; i < rows; ++i) sum += x[i * ld + j];
          for (int64_t i = 0; i < rows; ++i) squares += std::pow(x[i * ld + j] - sum / rows, 2);
          CHECK_CLOSE(mean[j], sum / rows, kTolerance<T> / 10);
          CHECK_CLOSE(variance[j], squares / rows, kTolerance<T> / 10);
        }
      }
  });
}

template <class T>
struct Layer {
  int64_t rows, cols, ld;
  std::vector<T> x, mean, scale, beta, inv_std, y, dy, dx, sum_dz, sum_dz_xhat;

  Layer(int64_t m, int64_t n) : rows(m), cols(n), ld(n + 3) {
    x = random_values<T>(rows * ld, -2, 2, 1);
    mean = random_values<T>(cols, -1, 1, 2);
    scale = random_values<T>(cols, -2, 2, 3);
    beta = random_values<T>(cols, -1, 1, 4);
    inv_std = random_values<T>(cols, 0.5, 2, 5);
    dy = random_values<T>(rows * ld, -1, 1, 6);
    y = dx = std::vector<T>(rows * ld);
    sum_dz = sum_dz_xhat = std::vector<T>(cols);
  }
  BatchNormBlock<T> block(Activation kind, bool with_beta) {
    return {kind,
            T(kAlpha),
            rows,
            cols,
            ld,
            rows,
            x.data(),
            mean.data(),
            scale.data(),
            with_beta ? beta.data() : nullptr,
            inv_std.data(),
            y.data(),
            dy.data(),
            dx.data(),
            sum_dz.data(),
            sum_dz_xhat.data()};
  }
};

template <class T>
void check_layer(const Kernels& all, Activation kind, int64_t rows, int64_t cols, bool with_beta,
                 bool training) {
  Layer<T> l(rows, cols);
  const BatchNormBlock<T> block = l.block(kind, with_beta);
  all.table<T>().batch_norm_forward(block);
  all.table<T>().batch_norm_reduce(block);
  all.table<T>().batch_norm_input_gradient(block, training);
  for (int64_t j = 0; j < cols; ++j) {
    double sum_dz = 0, sum_dz_xhat = 0;
    const auto xhat = [&](int64_t i) { return (double(l.x[i * l.ld + j]) - l.mean[j]) * l.inv_std[j]; };
    const auto dz = [&](int64_t i) { return l.dy[i * l.ld + j] * gradient(kind, l.y[i * l.ld + j]); };
    for (int64_t i = 0; i < rows; ++i) {
      const double z = (double(l.x[i * l.ld + j]) - l.mean[j]) * l.scale[j] + (with_beta ? l.beta[j] : T(0));
      CHECK_CLOSE(l.y[i * l.ld + j], activate(kind, z), kTolerance<T>);
      sum_dz += dz(i);
      sum_dz_xhat += dz(i) * xhat(i);
    }
    CHECK_CLOSE(l.sum_dz[j], sum_dz, kTolerance<T>);
    CHECK_CLOSE(l.sum_dz_xhat[j], sum_dz_xhat, kTolerance<T>);
    for (int64_t i = 0; i < rows; ++i) {
      const double centred = training ? sum_dz / rows + xhat(i) * sum_dz_xhat / rows : 0;
      CHECK_CLOSE(l.dx[i * l.ld + j], l.scale[j] * (dz(i) - centred), kTolerance<T>);
    }
  }
}

TEST(batch_norm_layer) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (Activation kind : {Activation::linear, Activation::relu, Activation::tanh})
      for (int64_t rows : {1, 6, 131})
        for (int64_t cols : kColumns) check_layer<T>(all, kind, rows, cols, cols % 2 == 0, rows != 6);
  });
}

// A column's sums are the same in whichever block of columns it stands.
TEST(batch_norm_bits_do_not_depend_on_the_block) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    Layer<T> whole(37, 100), parts(37, 100);
    all.table<T>().batch_norm_reduce(whole.block(Activation::linear, true));
    for (int64_t j = 0; j < 100; j += 9) {
      BatchNormBlock<T> block = parts.block(Activation::linear, true);
      block.cols = std::min<int64_t>(9, 100 - j);
      block.x += j, block.mean += j, block.inv_std += j, block.dy += j, block.sum_dz += j,
          block.sum_dz_xhat += j;
      all.table<T>().batch_norm_reduce(block);
    }
    CHECK(same_bits(whole.sum_dz, parts.sum_dz));
    CHECK(same_bits(whole.sum_dz_xhat, parts.sum_dz_xhat));
  });
}

}  // namespace
}  // namespace lamella::testing
