#include <algorithm>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

using kernels::Activation;

constexpr Activation kAll[] = {Activation::linear,  Activation::relu, Activation::leaky_relu,
                               Activation::elu,     Activation::gelu, Activation::silu,
                               Activation::sigmoid, Activation::tanh, Activation::softplus};
constexpr double kAlpha = 0.3;

double forward(Activation kind, double x) {
  switch (kind) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return x < 0 ? 0 : x;
    case Activation::leaky_relu:
      return x < 0 ? kAlpha * x : x;
    case Activation::elu:
      return x < 0 ? kAlpha * std::expm1(x) : x;
    case Activation::gelu:
      return x * std::erfc(-x / std::sqrt(2)) / 2;
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::tanh:
      return std::tanh(x);
    case Activation::softplus:
      return std::fmax(x, 0) + std::log1p(std::exp(-std::abs(x)));
  }
  return 0;
}

double derivative(Activation kind, double x) {
  const double step = 1e-5;
  return (forward(kind, x + step) - forward(kind, x - step)) / (2 * step);
}

TEST(activation_forward_matches_reference) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (Activation kind : kAll)
      for (int64_t n : kLengths) {
        const std::vector<T> x = random_values<T>(n, -8, 8);
        std::vector<T> y(n);
        all.table<T>().activation_forward(kind, T(kAlpha), n, x.data(), y.data());
        for (int64_t i = 0; i < n; ++i) CHECK_CLOSE(y[i], forward(kind, x[i]), sizeof(T) == 4 ? 1e-6 : 1e-14);
      }
  });
}

TEST(activation_backward_matches_differences) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (Activation kind : kAll)
      for (int64_t n : kLengths) {
        const std::vector<T> x = random_values<T>(n, -4, 4), dy = random_values<T>(n, -1, 1, 2);
        std::vector<T> y(n), dx(n);
        all.table<T>().activation_forward(kind, T(kAlpha), n, x.data(), y.data());
        const T* saved = gradient_from_output(kind) ? y.data() : x.data();
        all.table<T>().activation_backward(kind, T(kAlpha), n, saved, dy.data(), dx.data());
        for (int64_t i = 0; i < n; ++i)
          CHECK_CLOSE(dx[i], dy[i] * derivative(kind, x[i]), sizeof(T) == 4 ? 1e-5 : 1e-8);
      }
  });
}

TEST(activations_of_special_values) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const double inf = HUGE_VAL;
    const std::vector<T> x = {T(std::nan("")), T(inf), T(-inf), T(1e30), T(-1e30)};
    for (Activation kind : kAll) {
      std::vector<T> y(x.size()), dx(x.size()), one(x.size(), T(1));
      all.table<T>().activation_forward(kind, T(kAlpha), 5, x.data(), y.data());
      CHECK(std::isnan(y[0]));
      for (size_t i = 1; i < x.size(); ++i) CHECK(!std::isnan(y[i]));
      if (gradient_from_output(kind)) continue;
      all.table<T>().activation_backward(kind, T(kAlpha), 5, x.data(), one.data(), dx.data());
      CHECK(std::isnan(dx[0]));
      for (size_t i = 1; i < x.size(); ++i) CHECK_CLOSE(dx[i], x[i] > 0 ? 1 : 0, 1e-6);
    }
  });
}

// An element has the same bits wherever a pass over an array is cut.
TEST(activation_bits_do_not_depend_on_the_cut) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const int64_t n = 67;
    const std::vector<T> x = random_values<T>(n, -8, 8);
    for (Activation kind : kAll) {
      std::vector<T> whole(n), pieces(n), whole_dx(n), pieces_dx(n);
      all.table<T>().activation_forward(kind, T(kAlpha), n, x.data(), whole.data());
      all.table<T>().activation_backward(kind, T(kAlpha), n, x.data(), x.data(), whole_dx.data());
      for (int64_t i = 0, step = 1; i < n; i += step, step = step % 7 + 1) {
        const int64_t count = std::min(step, n - i);
        all.table<T>().activation_forward(kind, T(kAlpha), count, &x[i], &pieces[i]);
        all.table<T>().activation_backward(kind, T(kAlpha), count, &x[i], &x[i], &pieces_dx[i]);
      }
      CHECK(same_bits(whole, pieces));
      CHECK(same_bits(whole_dx, pieces_dx));
    }
  });
}

}  // namespace
}  // namespace lamella::testing
