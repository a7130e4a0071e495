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

// One element before and after a step, in double: gradient, slots and weight.
struct Element {
  double g, w, slot[3];
};

// What a formula is run with; powers of two, so that float and double mean the same numbers.
constexpr double kRate = 0.0625, kBeta1 = 0.875, kBeta2 = 0.9375, kSmall = 0.0078125;

// Runs kernel(table, n, g, slots, w) and reference(element) on the same numbers; slots start positive.
template <class Kernel, class Reference>
void compare(Kernel kernel, Reference reference, double low = 0.25) {
  for_each_table([&](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t n : kLengths) {
      const std::vector<T> g = random_values<T>(n, -1, 1, 1), w = random_values<T>(n, -1, 1, 2);
      std::vector<T> slots[3], new_w = w;
      for (unsigned k = 0; k < 3; ++k) slots[k] = random_values<T>(n, low, 1, 3 + k);
      std::vector<T> before[3] = {slots[0], slots[1], slots[2]};
      T* pointers[3] = {slots[0].data(), slots[1].data(), slots[2].data()};
      kernel(all.table<T>(), n, g.data(), pointers, new_w.data());
      for (int64_t i = 0; i < n; ++i) {
        Element e{double(g[i]), double(w[i]), {before[0][i], before[1][i], before[2][i]}};
        reference(e);
        CHECK_CLOSE(new_w[i], e.w, kTolerance<T>);
        for (int k = 0; k < 3; ++k) CHECK_CLOSE(slots[k][i], e.slot[k], kTolerance<T>);
      }
    }
  });
}

TEST(optimizer_adam_with_the_largest_velocity) {
  compare([](const auto& table, int64_t n, auto* g, auto** s,
             auto* w) { table.adam(n, kRate, kBeta1, kBeta2, kSmall, g, s[0], s[1], s[2], w); },
          [](Element& e) {
            e.slot[0] += (e.g - e.slot[0]) * (1 - kBeta1);
            e.slot[1] += (e.g * e.g - e.slot[1]) * (1 - kBeta2);
            e.slot[2] = std::fmax(e.slot[2], e.slot[1]);
            e.w -= kRate * e.slot[0] / (std::sqrt(e.slot[2]) + kSmall);
          });
}

TEST(optimizer_nadam) {
  compare([](const auto& table, int64_t n, auto* g, auto** s,
             auto* w) { table.nadam(n, 0.5, 0.25, 1.5, kBeta1, kBeta2, kSmall, g, s[0], s[1], w); },
          [](Element& e) {
            e.slot[0] += (e.g - e.slot[0]) * (1 - kBeta1);
            e.slot[1] += (e.g * e.g - e.slot[1]) * (1 - kBeta2);
            e.w -= (0.5 * e.slot[0] + 0.25 * e.g) / (std::sqrt(1.5 * e.slot[1]) + kSmall);
          });
}

TEST(optimizer_adamax) {
  compare([](const auto& table, int64_t n, auto* g, auto** s,
             auto* w) { table.adamax(n, kRate, kBeta1, kBeta2, kSmall, g, s[0], s[1], w); },
          [](Element& e) {
            e.slot[0] += (e.g - e.slot[0]) * (1 - kBeta1);
            e.slot[1] = std::fmax(kBeta2 * e.slot[1], std::abs(e.g));
            e.w -= kRate * e.slot[0] / (e.slot[1] + kSmall);
          });
}

TEST(optimizer_rmsprop) {
  for (bool momentum : {false, true})
    for (bool centred : {false, true})
      compare(
          [=](const auto& table, int64_t n, auto* g, auto** s, auto* w) {
            table.rmsprop(n, kRate, kBeta1, 0.5, 1, g, s[0], momentum ? s[1] : nullptr,
                          centred ? s[2] : nullptr, w);
          },
          [=](Element& e) {
            e.slot[0] = kBeta1 * e.slot[0] + (1 - kBeta1) * e.g * e.g;
            double square = e.slot[0];
            if (centred) {
              e.slot[2] = kBeta1 * e.slot[2] + (1 - kBeta1) * e.g;
              square -= e.slot[2] * e.slot[2];
            }
            double change = kRate * e.g / std::sqrt(square + 1);  // 1: no square of a mean is larger
            if (momentum) change = e.slot[1] = 0.5 * e.slot[1] + change;
            e.w -= change;
          });
}

TEST(optimizer_adagrad) {
  compare([](const auto& table, int64_t n, auto* g, auto** s,
             auto* w) { table.adagrad(n, kRate, kSmall, g, s[0], w); },
          [](Element& e) {
            e.slot[0] += e.g * e.g;
            e.w -= kRate * e.g / std::sqrt(e.slot[0] + kSmall);
          });
}

TEST(optimizer_adadelta) {
  compare([](const auto& table, int64_t n, auto* g, auto** s,
             auto* w) { table.adadelta(n, kRate, kBeta1, kSmall, g, s[0], s[1], w); },
          [](Element& e) {
            e.slot[0] = kBeta1 * e.slot[0] + (1 - kBeta1) * e.g * e.g;
            const double change = std::sqrt(e.slot[1] + kSmall) * e.g / std::sqrt(e.slot[0] + kSmall);
            e.slot[1] = kBeta1 * e.slot[1] + (1 - kBeta1) * change * change;
            e.w -= kRate * change;
          });
}

TEST(optimizer_lion) {
  compare([](const auto& table, int64_t n, auto* g, auto** s,
             auto* w) { table.lion(n, kRate, kBeta1, kBeta2, g, s[0], w); },
          [](Element& e) {
            const double direction = kBeta1 * e.slot[0] + (1 - kBeta1) * e.g;
            e.slot[0] = kBeta2 * e.slot[0] + (1 - kBeta2) * e.g;
            e.w -= kRate * ((direction > 0) - (direction < 0));
          },
          -1);
}

TEST(optimizer_ftrl) {
  for (double power : {0.5, 0.75})
    compare(
        [=](const auto& table, int64_t n, auto* g, auto** s, auto* w) {
          table.ftrl({.n = n,
                      .learning_rate = kRate,
                      .power = std::remove_const_t<std::remove_pointer_t<decltype(w)>>(power),
                      .l1 = 0.125,
                      .l2 = 0.25,
                      .shrinkage = 0.5,
                      .g = g,
                      .a = s[0],
                      .l = s[1],
                      .w = w});
        },
        [=](Element& e) {
          const double before = std::pow(e.slot[0], power);
          e.slot[0] += e.g * e.g;
          const double root = std::pow(e.slot[0], power);
          e.slot[1] += e.g + 2 * 0.5 * e.w - (root - before) / kRate * e.w;
          e.w = (std::clamp(e.slot[1], -0.125, 0.125) - e.slot[1]) / (root / kRate + 2 * 0.25);
        });
}

}  // namespace
}  // namespace lamella::testing
