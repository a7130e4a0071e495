#include <algorithm>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

constexpr Activation kAll[] = {
#define LAMELLA_ACTIVATION(name) Activation::name,
#include "base/activations.inc"
#undef LAMELLA_ACTIVATION
};

// Numbers under which no activation is a special case of another; bounded_relu is bent at -1, 0.25 and 2.
template <class T>
constexpr ActivationParameters<T> kParameters{T(0.3), T(-1), T(0.25), T(2)};
constexpr double kA = 0.3, kThreshold = -1, kLow = 0.25, kHigh = 2;

double forward(Activation kind, double x) {
  const double sigmoid = 1 / (1 + std::exp(-x)),
               softplus = std::fmax(x, 0) + std::log1p(std::exp(-std::abs(x)));
  switch (kind) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return x < 0 ? 0 : x;
    case Activation::leaky_relu:
      return x < 0 ? kA * x : x;
    case Activation::elu:
      return x < 0 ? kA * std::expm1(x) : x;
    case Activation::sigmoid:
      return sigmoid;
    case Activation::tanh:
      return std::tanh(x);
    case Activation::bounded_relu:
      return x > kThreshold ? std::clamp(x, kLow, kHigh) : kA * (x - kThreshold);
    case Activation::celu:
      return x < 0 ? kA * std::expm1(x / kA) : x;
    case Activation::exponential:
      return std::exp(x);
    case Activation::gelu:
      return x * std::erfc(-x / std::sqrt(2)) / 2;
    case Activation::gelu_tanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::hard_shrink:
      return std::abs(x) <= kA ? 0 : x;
    case Activation::hard_sigmoid:
      return std::clamp(kA * x + 0.5, 0., 1.);
    case Activation::hard_silu:
      return x * std::clamp(x / 6 + 0.5, 0., 1.);
    case Activation::log_sigmoid:
      return std::fmin(x, 0) - std::log1p(std::exp(-std::abs(x)));
    case Activation::mish:
      return x * std::tanh(softplus);
    case Activation::selu:
      return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x);
    case Activation::silu:
      return x * sigmoid;
    case Activation::soft_shrink:
      return x > kA ? x - kA : x < -kA ? x + kA : 0;
    case Activation::softplus:
      return softplus;
    case Activation::softsign:
      return x / (1 + std::abs(x));
    case Activation::sparse_plus:
      return x <= -1 ? 0 : x < 1 ? (x + 1) * (x + 1) / 4 : x;
    case Activation::squareplus:
      return (x + std::sqrt(x * x + kA)) / 2;
    case Activation::tanh_shrink:
      return x - std::tanh(x);
    case Activation::threshold:
      return x <= kThreshold ? kA : x;
  }
  return 0;
}

// Where the derivative jumps: differences across such a place say nothing.
bool is_near_kink(double x) {
  constexpr double kKinks[] = {-3, -1, -0.5 / kA, -kA, 0, kLow, kA, 1, 0.5 / kA, kHigh, 3};
  return std::any_of(std::begin(kKinks), std::end(kKinks),
                     [&](double at) { return std::abs(x - at) < 1e-4; });
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
        all.table<T>().activation_forward(kind, kParameters<T>, n, x.data(), y.data());
        for (int64_t i = 0; i < n; ++i) CHECK_CLOSE(y[i], forward(kind, x[i]), sizeof(T) == 4 ? 2e-6 : 1e-13);
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
        all.table<T>().activation_forward(kind, kParameters<T>, n, x.data(), y.data());
        const T* saved = gradient_from_output(kind) ? y.data() : x.data();
        all.table<T>().activation_backward(kind, kParameters<T>, n, saved, dy.data(), dx.data());
        for (int64_t i = 0; i < n; ++i)
          if (!is_near_kink(x[i]))
            CHECK_CLOSE(dx[i], dy[i] * derivative(kind, x[i]), sizeof(T) == 4 ? 1e-5 : 1e-8);
      }
  });
}

// What lies far out: not-a-number stays, infinities meet the limits, and no derivative is lost on the way.
TEST(activations_of_special_values) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const std::vector<T> x = {T(std::nan("")), T(HUGE_VAL), T(-HUGE_VAL), T(1e30), T(-1e30)};
    for (Activation kind : kAll) {
      const std::string before = context;
      context += ", kind " + std::to_string(static_cast<int>(kind));
      std::vector<T> y(x.size()), dx(x.size()), one(x.size(), T(1));
      all.table<T>().activation_forward(kind, kParameters<T>, 5, x.data(), y.data());
      CHECK(std::isnan(y[0]));
      for (size_t i = 1; i < x.size(); ++i) CHECK(!std::isnan(y[i]));
      const T* saved = gradient_from_output(kind) ? y.data() : x.data();
      all.table<T>().activation_backward(kind, kParameters<T>, 5, saved, one.data(), dx.data());
      for (size_t i = 1; i < x.size(); ++i) CHECK(!std::isnan(dx[i]));
      context = before;
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
      all.table<T>().activation_forward(kind, kParameters<T>, n, x.data(), whole.data());
      all.table<T>().activation_backward(kind, kParameters<T>, n, x.data(), x.data(), whole_dx.data());
      for (int64_t i = 0, step = 1; i < n; i += step, step = step % 7 + 1) {
        const int64_t count = std::min(step, n - i);
        all.table<T>().activation_forward(kind, kParameters<T>, count, &x[i], &pieces[i]);
        all.table<T>().activation_backward(kind, kParameters<T>, count, &x[i], &x[i], &pieces_dx[i]);
      }
      CHECK(same_bits(whole, pieces));
      CHECK(same_bits(whole_dx, pieces_dx));
    }
  });
}

TEST(log_softmax_and_sparsemax) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const int64_t rows = 21;
    const double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-13;
    for (int64_t cols : kColumns) {
      const std::vector<T> x = random_values<T>(rows * cols, -3, 3),
                           dy = random_values<T>(rows * cols, -1, 1, 2);
      std::vector<T> log(x.size()), log_dx(x.size()), sparse(x.size()), sparse_dx(x.size());
      const Table<T>& table = all.table<T>();
      table.log_softmax_forward(rows, cols, x.data(), log.data());
      table.log_softmax_backward(rows, cols, log.data(), dy.data(), log_dx.data());
      table.sparsemax_forward(rows, cols, x.data(), sparse.data());
      table.sparsemax_backward(rows, cols, sparse.data(), dy.data(), sparse_dx.data());
      for (int64_t i = 0; i < rows * cols; i += cols) {
        double power = 0, gradient = 0, mass = 0, inside = 0, inside_gradient = 0;
        for (int64_t j = i; j < i + cols; ++j) {
          power += std::exp(double(x[j]));
          gradient += dy[j];
          mass += sparse[j];
          inside += sparse[j] > 0;
          inside_gradient += sparse[j] > 0 ? dy[j] : T(0);
        }
        CHECK_CLOSE(mass, 1, tolerance * 4);
        const int64_t top = std::max_element(&x[i], &x[i] + cols) - &x[0];
        const double tau = double(x[top]) - sparse[top];
        for (int64_t j = i; j < i + cols; ++j) {
          CHECK_CLOSE(log[j], x[j] - std::log(power), tolerance);
          CHECK_CLOSE(log_dx[j], dy[j] - std::exp(double(x[j])) / power * gradient, tolerance * 10);
          CHECK_CLOSE(sparse[j], std::fmax(x[j] - tau, 0), tolerance);
          CHECK_CLOSE(sparse_dx[j], sparse[j] > 0 ? dy[j] - inside_gradient / inside : 0, tolerance * 4);
        }
      }
    }
  });
}

TEST(gated_linear_units) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const int64_t rows = 3;
    for (int64_t cols : kColumns) {
      const std::vector<T> x = random_values<T>(2 * rows * cols, -3, 3),
                           dy = random_values<T>(rows * cols, -1, 1, 2);
      std::vector<T> y(rows * cols), dx(x.size());
      all.table<T>().gated_linear_forward(rows, cols, x.data(), y.data());
      all.table<T>().gated_linear_backward(rows, cols, x.data(), dy.data(), dx.data());
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < cols; ++j) {
          const double value = x[2 * i * cols + j],
                       gate = 1 / (1 + std::exp(-double(x[(2 * i + 1) * cols + j])));
          const double gradient = dy[i * cols + j];
          CHECK_CLOSE(y[i * cols + j], value * gate, kTolerance<T> / 4);
          CHECK_CLOSE(dx[2 * i * cols + j], gradient * gate, kTolerance<T> / 4);
          CHECK_CLOSE(dx[(2 * i + 1) * cols + j], gradient * value * gate * (1 - gate), kTolerance<T> / 4);
        }
    }
  });
}

TEST(prelu) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t rows : {1, 4, 37})
      for (int64_t cols : kColumns) {
        const int64_t ld = cols + 3;
        const std::vector<T> x = random_values<T>(rows * ld, -2, 2, 1),
                             dy = random_values<T>(rows * ld, -1, 1, 2),
                             alpha = random_values<T>(cols, -1, 1, 3);
        std::vector<T> y(rows * ld), dx = dy, sums(cols);
        all.table<T>().prelu_forward(rows, cols, ld, x.data(), alpha.data(), y.data());
        all.table<T>().prelu_backward(rows, cols, ld, x.data(), alpha.data(), dx.data(), dx.data(),
                                      sums.data());
        for (int64_t j = 0; j < cols; ++j) {
          double sum = 0;
          for (int64_t i = 0; i < rows; ++i) {
            const int64_t at = i * ld + j;
            CHECK(y[at] == (x[at] < 0 ? x[at] * alpha[j] : x[at]));
            CHECK(dx[at] == (x[at] < 0 ? dy[at] * alpha[j] : dy[at]));
            sum += x[at] < 0 ? double(dy[at]) * x[at] : 0;
          }
          CHECK_CLOSE(sums[j], sum, kTolerance<T>);
        }
      }
  });
}

}  // namespace
}  // namespace lamella::testing
