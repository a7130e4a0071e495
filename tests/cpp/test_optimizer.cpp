#include "kernel_test.h"

namespace lamella::testing {
namespace {

// Slots may be null where the rule does not read them.
template <class T>
kernels::UpdateRun<T> step_of(int64_t n, std::initializer_list<double> numbers, const T* g,
                              std::initializer_list<T*> slots, T* w) {
  kernels::UpdateRun<T> run{.n = n, .numbers = {}, .g = g, .slots = {}, .w = w};
  std::transform(numbers.begin(), numbers.end(), run.numbers, [](double number) { return T(number); });
  std::copy(slots.begin(), slots.end(), run.slots);
  return run;
}

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
          T* const slot = momentum ? new_m.data() : nullptr;
          all.table<T>().sgd(
              step_of<T>(n, {rate, momentum, double(nesterov)}, g.data(), {slot}, new_w.data()));
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
      all.table<T>().adam(step_of<T>(n, {alpha, beta_1, beta_2, epsilon, 0}, g.data(),
                                     {new_m.data(), new_v.data()}, new_w.data()));
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
    all.table<T>().adam(
        step_of<T>(8, {0.001, 0.9, 0.999, 1e-7, 0}, g.data(), {m.data(), v.data()}, w.data()));
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

// Runs kernel(table, step) with these numbers, and reference(element) on the same arrays; slots start
// positive.
template <class Kernel, class Reference>
void compare(Kernel kernel, std::initializer_list<double> numbers, Reference reference, double low = 0.25) {
  for_each_table([&](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t n : kLengths) {
      const std::vector<T> g = random_values<T>(n, -1, 1, 1), w = random_values<T>(n, -1, 1, 2);
      std::vector<T> slots[3], new_w = w;
      for (unsigned k = 0; k < 3; ++k) slots[k] = random_values<T>(n, low, 1, 3 + k);
      std::vector<T> before[3] = {slots[0], slots[1], slots[2]};
      kernel(all.table<T>(), step_of<T>(n, numbers, g.data(),
                                        {slots[0].data(), slots[1].data(), slots[2].data()}, new_w.data()));
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
  compare([](const auto& table, const auto& step) { table.adam(step); }, {kRate, kBeta1, kBeta2, kSmall, 1},
          [](Element& e) {
            e.slot[0] += (e.g - e.slot[0]) * (1 - kBeta1);
            e.slot[1] += (e.g * e.g - e.slot[1]) * (1 - kBeta2);
            e.slot[2] = std::fmax(e.slot[2], e.slot[1]);
            e.w -= kRate * e.slot[0] / (std::sqrt(e.slot[2]) + kSmall);
          });
}

TEST(optimizer_nadam) {
  compare([](const auto& table, const auto& step) { table.nadam(step); },
          {0.5, 0.25, 1.5, kBeta1, kBeta2, kSmall},
          [](Element& e) {
            e.slot[0] += (e.g - e.slot[0]) * (1 - kBeta1);
            e.slot[1] += (e.g * e.g - e.slot[1]) * (1 - kBeta2);
            e.w -= (0.5 * e.slot[0] + 0.25 * e.g) / (std::sqrt(1.5 * e.slot[1]) + kSmall);
          });
}

TEST(optimizer_adamax) {
  compare([](const auto& table, const auto& step) { table.adamax(step); }, {kRate, kBeta1, kBeta2, kSmall},
          [](Element& e) {
            e.slot[0] += (e.g - e.slot[0]) * (1 - kBeta1);
            e.slot[1] = std::fmax(kBeta2 * e.slot[1], std::abs(e.g));
            e.w -= kRate * e.slot[0] / (e.slot[1] + kSmall);
          });
}

TEST(optimizer_rmsprop) {
  for (bool momentum : {false, true})
    for (bool centred : {false, true})
      compare([](const auto& table, const auto& step) { table.rmsprop(step); },
              {kRate, kBeta1, momentum ? 0.5 : 0.0, 1, double(centred)},
              [=](Element& e) {
                double& mean = e.slot[momentum ? 2 : 1];
                e.slot[0] = kBeta1 * e.slot[0] + (1 - kBeta1) * e.g * e.g;
                double square = e.slot[0];
                if (centred) {
                  mean = kBeta1 * mean + (1 - kBeta1) * e.g;
                  square -= mean * mean;
                }
                double change = kRate * e.g / std::sqrt(square + 1);  // 1: no square of a mean is larger
                if (momentum) change = e.slot[1] = 0.5 * e.slot[1] + change;
                e.w -= change;
              });
}

TEST(optimizer_adagrad) {
  compare([](const auto& table, const auto& step) { table.adagrad(step); }, {kRate, kSmall},
          [](Element& e) {
            e.slot[0] += e.g * e.g;
            e.w -= kRate * e.g / std::sqrt(e.slot[0] + kSmall);
          });
}

TEST(optimizer_adadelta) {
  compare([](const auto& table, const auto& step) { table.adadelta(step); }, {kRate, kBeta1, kSmall},
          [](Element& e) {
            e.slot[0] = kBeta1 * e.slot[0] + (1 - kBeta1) * e.g * e.g;
            const double change = std::sqrt(e.slot[1] + kSmall) * e.g / std::sqrt(e.slot[0] + kSmall);
            e.slot[1] = kBeta1 * e.slot[1] + (1 - kBeta1) * change * change;
            e.w -= kRate * change;
          });
}

TEST(optimizer_lion) {
  compare([](const auto& table, const auto& step) { table.lion(step); }, {kRate, kBeta1, kBeta2},
          [](Element& e) {
            const double direction = kBeta1 * e.slot[0] + (1 - kBeta1) * e.g;
            e.slot[0] = kBeta2 * e.slot[0] + (1 - kBeta2) * e.g;
            e.w -= kRate * ((direction > 0) - (direction < 0));
          },
          -1);
}

TEST(optimizer_ftrl) {
  for (double power : {0.5, 0.75})
    compare([](const auto& table, const auto& step) { table.ftrl(step); }, {kRate, power, 0.125, 0.25, 0.5},
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
