#include "kernel_test.h"

namespace lamella::testing {
namespace {

TEST(optimizer_sgd) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const double rate = T(0.1);
    for (int64_t n : kLengths)
      for (double momentum : {0.0, double(T(0.9))})
        for (bool nesterov : {false, true}) {
          const std::vector<T> g = random_values<T>(n, -1, 1, 1), m = random_values<T>(n, -1, 1, 2),
                               w = random_values<T>(n, -1, 1, 3);
          std::vector<T> new_m = m, new_w = w;
          all.table<T>().sgd(n, T(rate), T(momentum), nesterov, g.data(), momentum ? new_m.data() : nullptr,
                             new_w.data());
          for (int64_t i = 0; i < n; ++i) {
            const double velocity = momentum * m[i] - rate * g[i];
            const double step = momentum && nesterov ? momentum * velocity - rate * g[i] : velocity;
            CHECK_CLOSE(new_w[i], w[i] + (momentum ? step : -rate * g[i]), kTolerance<T> / 10);
            if (momentum) CHECK_CLOSE(new_m[i], velocity, kTolerance<T> / 10);
          }
        }
  });
}

TEST(optimizer_adam) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const double alpha = T(0.01), beta_1 = T(0.9), beta_2 = T(0.999), epsilon = T(1e-7);
    for (int64_t n : kLengths) {
      const std::vector<T> g = random_values<T>(n, -1, 1, 1), m = random_values<T>(n, -1, 1, 2),
                           v = random_values<T>(n, 0, 1, 3), w = random_values<T>(n, -1, 1, 4);
      std::vector<T> new_m = m, new_v = v, new_w = w;
      all.table<T>().adam(n, T(alpha), T(beta_1), T(beta_2), T(epsilon), g.data(), new_m.data(), new_v.data(),
                          nullptr, new_w.data());
      for (int64_t i = 0; i < n; ++i) {
        const double first = m[i] + (g[i] - double(m[i])) * (1 - beta_1);
        const double second = v[i] + (double(g[i]) * g[i] - v[i]) * (1 - beta_2);
        CHECK_CLOSE(new_m[i], first, kTolerance<T> / 10);
        CHECK_CLOSE(new_v[i], second, kTolerance<T> / 10);
        CHECK_CLOSE(new_w[i], w[i] - alpha * first / (std::sqrt(second) + epsilon), kTolerance<T> / 10);
      }
    }
  });
}

// The first steps start from slots that are zero; gradients may be zero, tiny or huge.
TEST(optimizer_adam_from_zero) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const std::vector<T> g = {T(0), T(-0.0), T(1e-30), T(1e-12), T(-1e-6), T(1), T(1e15), T(-1e18)};
    std::vector<T> m(8), v(8), w(8, T(1));
    all.table<T>().adam(8, T(0.001), T(0.9), T(0.999), T(1e-7), g.data(), m.data(), v.data(), nullptr,
                        w.data());
    for (int i = 0; i < 8; ++i) {
      const double first = 0.1 * g[i], second = 0.001 * g[i] * g[i];
      CHECK_CLOSE(w[i], 1 - 0.001 * first / (std::sqrt(second) + 1e-7), sizeof(T) == 4 ? 1e-6 : 1e-12);
    }
  });
}

}  // namespace
}  // namespace lamella::testing
