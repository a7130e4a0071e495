#include <algorithm>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

using Row = std::vector<double>;

Row softmax(const Row& z) {
  double largest = -HUGE_VAL, sum = 0;
  for (double v : z) largest = std::fmax(largest, v);
  Row p;
  for (double v : z) sum += std::exp(v - largest);
  for (double v : z) p.push_back(std::exp(v - largest) / sum);
  return p;
}

double clip(double q) { return std::fmin(std::fmax(q, 1e-7), 1 - 1e-7); }

// Losses of one row of predictions (or logits) against one row of targets, already smoothed.
double softmax_loss(const Row& z, const Row& t) {
  const Row p = softmax(z);
  double loss = 0;
  for (size_t j = 0; j < z.size(); ++j) loss -= t[j] == 0 ? 0 : t[j] * std::log(p[j]);
  return loss;
}
double sigmoid_loss(const Row& z, const Row& t) {
  double loss = 0;
  for (size_t j = 0; j < z.size(); ++j)
    loss += std::fmax(z[j], 0) - z[j] * t[j] + std::log1p(std::exp(-std::abs(z[j])));
  return loss / double(z.size());
}
double categorical_loss(const Row& p, const Row& t) {
  double sum = 0, loss = 0;
  for (double v : p) sum += v;
  for (size_t j = 0; j < p.size(); ++j) loss -= t[j] * std::log(clip(p[j] / sum));
  return loss;
}
double binary_loss(const Row& p, const Row& t) {
  double loss = 0;
  for (size_t j = 0; j < p.size(); ++j)
    loss -= t[j] * std::log(clip(p[j])) + (1 - t[j]) * std::log(1 - clip(p[j]));
  return loss / double(p.size());
}
double squared_loss(const Row& p, const Row& t) {
  double loss = 0;
  for (size_t j = 0; j < p.size(); ++j) loss += (p[j] - t[j]) * (p[j] - t[j]);
  return loss / double(p.size());
}
double absolute_loss(const Row& p, const Row& t) {
  double loss = 0;
  for (size_t j = 0; j < p.size(); ++j) loss += std::abs(p[j] - t[j]);
  return loss / double(p.size());
}

constexpr int64_t kRows = 37;  // blocks of rows of every width, and a rest
constexpr double kScale = 0.25, kSmoothing = 0.125;

template <class T>
struct Data {
  int64_t cols;
  std::vector<T> x, t, weights, row_loss, probabilities, dx;
  std::vector<int32_t> labels;

  Data(int64_t columns, double low, double high) : cols(columns) {
    x = random_values<T>(kRows * cols, low, high, 1);
    t = random_values<T>(kRows * cols, 0, 1, 2);
    weights = random_values<T>(kRows, 0.5, 2, 3);
    row_loss.resize(kRows);
    probabilities.resize(kRows * cols);
    dx.resize(kRows * cols);
    for (int64_t i = 0; i < kRows; ++i) labels.push_back(static_cast<int32_t>(i * 5 % cols));
    labels[2] = -1;
  }
  Row row(const std::vector<T>& values, int64_t i) const {
    return Row(values.begin() + i * cols, values.begin() + (i + 1) * cols);
  }
  Row one_hot(int64_t i) const {
    Row target(cols);
    if (labels[i] >= 0) target[labels[i]] = 1;
    return target;
  }
  Row smoothed(int64_t i, double share) const {
    Row target = row(t, i);
    for (double& v : target) v = v * (1 - kSmoothing) + share;
    return target;
  }

  // The row's loss and, by central differences, its gradient.
  void check(int64_t i, double (*loss)(const Row&, const Row&), const Row& target, bool weighted) {
    const Row at = row(x, i);
    const double expected = loss(at, target);
    CHECK_CLOSE(row_loss[i], expected, sizeof(T) == 4 ? 5e-6 : 1e-13);
    const double factor = kScale * (weighted ? weights[i] : T(1)), step = 1e-6;
    for (int64_t j = 0; j < cols; ++j) {
      Row up = at, down = at;
      up[j] += step, down[j] -= step;
      const double slope = (loss(up, target) - loss(down, target)) / (2 * step);
      CHECK_CLOSE(dx[i * cols + j], factor * slope, sizeof(T) == 4 ? 2e-5 : 1e-7);
    }
  }
};

TEST(losses_from_logits) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t cols : kColumns)
      for (bool weighted : {false, true}) {
        Data<T> d(cols, -3, 3);
        const T* weights = weighted ? d.weights.data() : nullptr;
        const Table<T>& table = all.table<T>();
        table.softmax_cross_entropy_sparse(kRows, cols, d.x.data(), d.labels.data(), weights, T(kScale),
                                           d.row_loss.data(), d.probabilities.data(), d.dx.data());
        for (int64_t i = 0; i < kRows; ++i) {
          const Row p = softmax(d.row(d.x, i));
          for (int64_t j = 0; j < cols; ++j)
            CHECK_CLOSE(d.probabilities[i * cols + j], p[j], kTolerance<T> / 10);
          d.check(i, softmax_loss, d.one_hot(i), weighted);
        }
        table.softmax_cross_entropy(kRows, cols, d.x.data(), d.t.data(), T(kSmoothing), weights, T(kScale),
                                    d.row_loss.data(), nullptr, d.dx.data());
        for (int64_t i = 0; i < kRows; ++i)
          d.check(i, softmax_loss, d.smoothed(i, kSmoothing / cols), weighted);
        table.sigmoid_cross_entropy(kRows, cols, d.x.data(), d.t.data(), T(kSmoothing), weights, T(kScale),
                                    d.row_loss.data(), d.probabilities.data(), d.dx.data());
        for (int64_t i = 0; i < kRows; ++i) d.check(i, sigmoid_loss, d.smoothed(i, kSmoothing / 2), weighted);
        for (int64_t i = 0; i < kRows * cols; ++i)
          CHECK_CLOSE(d.probabilities[i], 1 / (1 + std::exp(-double(d.x[i]))), kTolerance<T> / 10);
      }
  });
}

// Outputs that share memory with the logits, or are left out, change nothing.
TEST(losses_from_logits_in_place) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t cols : kColumns) {
      Data<T> d(cols, -3, 3);
      std::vector<T> loss(kRows), z = d.x;
      const auto run = [&](T* probabilities, T* dz, std::vector<T>& row_loss, const T* logits) {
        all.table<T>().softmax_cross_entropy_sparse(kRows, cols, logits, d.labels.data(), nullptr, T(kScale),
                                                    row_loss.data(), probabilities, dz);
      };
      run(d.probabilities.data(), d.dx.data(), d.row_loss, d.x.data());
      run(nullptr, nullptr, loss, d.x.data());
      CHECK(same_bits(loss, d.row_loss));
      run(nullptr, z.data(), loss, z.data());
      CHECK(same_bits(loss, d.row_loss) && same_bits(z, d.dx));
      z = d.x;
      run(z.data(), nullptr, loss, z.data());
      CHECK(same_bits(loss, d.row_loss) && same_bits(z, d.probabilities));
    }
  });
}

TEST(losses_from_predictions) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t cols : kColumns)
      for (bool weighted : {false, true}) {
        Data<T> d(cols, 0.05, 0.95);
        const T* weights = weighted ? d.weights.data() : nullptr;
        const Table<T>& table = all.table<T>();
        const auto check = [&](double (*loss)(const Row&, const Row&), double share) {
          for (int64_t i = 0; i < kRows; ++i)
            d.check(i, loss, share < 0 ? d.row(d.t, i) : d.smoothed(i, share), weighted);
        };
        table.squared_error(kRows, cols, d.x.data(), d.t.data(), weights, T(kScale), d.row_loss.data(),
                            d.dx.data());
        check(squared_loss, -1);
        table.absolute_error(kRows, cols, d.x.data(), d.t.data(), weights, T(kScale), d.row_loss.data(),
                             d.dx.data());
        check(absolute_loss, -1);
        table.binary_cross_entropy(kRows, cols, d.x.data(), d.t.data(), T(kSmoothing), weights, T(kScale),
                                   d.row_loss.data(), d.dx.data());
        check(binary_loss, kSmoothing / 2);
        if (cols == 1) continue;  // one class: its probability is always clipped
        table.cross_entropy(kRows, cols, d.x.data(), d.t.data(), T(kSmoothing), weights, T(kScale),
                            d.row_loss.data(), d.dx.data());
        check(categorical_loss, kSmoothing / cols);
        table.cross_entropy_sparse(kRows, cols, d.x.data(), d.labels.data(), weights, T(kScale),
                                   d.row_loss.data(), d.dx.data());
        for (int64_t i = 0; i < kRows; ++i) d.check(i, categorical_loss, d.one_hot(i), weighted);
      }
  });
}

TEST(losses_clip_probabilities) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const std::vector<T> p = {T(0), T(1), T(1), T(0)}, target = {T(1), T(0), T(0), T(1)};
    const std::vector<int32_t> labels = {0, 1};
    std::vector<T> loss(2), dp(4, T(9));
    const double expected = -std::log(double(T(1e-7)));
    all.table<T>().cross_entropy_sparse(2, 2, p.data(), labels.data(), nullptr, T(1), loss.data(), dp.data());
    for (int i = 0; i < 2; ++i) CHECK_CLOSE(loss[i], expected, 1e-6);
    for (T v : dp) CHECK(v == 0);
    all.table<T>().cross_entropy(2, 2, p.data(), target.data(), T(0), nullptr, T(1), loss.data(), dp.data());
    for (int i = 0; i < 2; ++i) CHECK_CLOSE(loss[i], expected, 1e-6);
    for (T v : dp) CHECK(v == 0);
  });
}

TEST(losses_propagate_nan) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const Table<T>& table = all.table<T>();
    for (int64_t cols : kColumns) {
      Data<T> d(cols, 0.05, 0.95);
      d.x[cols / 2] = T(std::nan(""));
      d.labels[0] = static_cast<int32_t>(cols / 2);
      const auto poisoned = [&] { return std::isnan(d.row_loss[0]) && !std::isnan(d.row_loss[1]); };
      table.softmax_cross_entropy_sparse(kRows, cols, d.x.data(), d.labels.data(), nullptr, T(1),
                                         d.row_loss.data(), nullptr, nullptr);
      CHECK(poisoned());
      table.softmax_cross_entropy(kRows, cols, d.x.data(), d.t.data(), T(0), nullptr, T(1), d.row_loss.data(),
                                  nullptr, nullptr);
      CHECK(poisoned());
      table.sigmoid_cross_entropy(kRows, cols, d.x.data(), d.t.data(), T(0), nullptr, T(1), d.row_loss.data(),
                                  nullptr, nullptr);
      CHECK(poisoned());
      table.cross_entropy_sparse(kRows, cols, d.x.data(), d.labels.data(), nullptr, T(1), d.row_loss.data(),
                                 nullptr);
      CHECK(poisoned());
      table.cross_entropy(kRows, cols, d.x.data(), d.t.data(), T(0), nullptr, T(1), d.row_loss.data(),
                          nullptr);
      CHECK(poisoned());
      table.binary_cross_entropy(kRows, cols, d.x.data(), d.t.data(), T(0), nullptr, T(1), d.row_loss.data(),
                                 nullptr);
      CHECK(poisoned());
      table.squared_error(kRows, cols, d.x.data(), d.t.data(), nullptr, T(1), d.row_loss.data(), nullptr);
      CHECK(poisoned());
      table.absolute_error(kRows, cols, d.x.data(), d.t.data(), nullptr, T(1), d.row_loss.data(), nullptr);
      CHECK(poisoned());
    }
  });
}

TEST(softmax_rows) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t cols : kColumns) {
      Data<T> d(cols, -30, 30);
      std::vector<T> y(kRows * cols), dx(kRows * cols);
      all.table<T>().softmax_forward(kRows, cols, d.x.data(), y.data());
      all.table<T>().softmax_backward(kRows, cols, y.data(), d.t.data(), dx.data());
      for (int64_t i = 0; i < kRows; ++i) {
        const Row p = softmax(d.row(d.x, i));
        double dot = 0;
        for (int64_t j = 0; j < cols; ++j) dot += p[j] * d.t[i * cols + j];
        for (int64_t j = 0; j < cols; ++j) {
          CHECK_CLOSE(y[i * cols + j], p[j], kTolerance<T> / 10);
          CHECK_CLOSE(dx[i * cols + j], p[j] * (d.t[i * cols + j] - dot), kTolerance<T> / 10);
        }
      }
      std::vector<T> in_place = d.x;
      all.table<T>().softmax_forward(kRows, cols, in_place.data(), in_place.data());
      CHECK(same_bits(in_place, y));
    }
  });
}

// A row has the same bits wherever a pass over rows is cut.
TEST(bits_of_softmax_do_not_depend_on_the_cut) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const Table<T>& table = all.table<T>();
    for (int64_t cols : kColumns) {
      Data<T> d(cols, -3, 3);
      const auto results = [&](int64_t most_rows) {
        const auto n = static_cast<size_t>(kRows * cols);
        std::vector<T> y(n), log(n), log_dx(n), p(n), dz(n), smoothed_dz(n), losses(2 * kRows);
        for (int64_t i = 0, rows = 1; i < kRows; i += rows, rows = rows % most_rows + 1) {
          rows = std::min(most_rows == kRows ? kRows : rows, kRows - i);
          const int64_t at = i * cols;
          table.softmax_forward(rows, cols, &d.x[at], &y[at]);
          table.log_softmax_forward(rows, cols, &d.x[at], &log[at]);
          table.log_softmax_backward(rows, cols, &log[at], &d.t[at], &log_dx[at]);
          table.softmax_cross_entropy_sparse(rows, cols, &d.x[at], &d.labels[i], &d.weights[i], T(kScale),
                                             &losses[i], &p[at], &dz[at]);
          table.softmax_cross_entropy(rows, cols, &d.x[at], &d.t[at], T(kSmoothing), &d.weights[i], T(kScale),
                                      &losses[kRows + i], nullptr, &smoothed_dz[at]);
        }
        return std::vector<std::vector<T>>{y, log, log_dx, p, dz, smoothed_dz, losses};
      };
      const auto whole = results(kRows), pieces = results(20);
      for (size_t i = 0; i < whole.size(); ++i) CHECK(same_bits(whole[i], pieces[i]));
    }
  });
}

TEST(argmax_is_the_first_maximum) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t cols : kColumns) {
      std::vector<T> x = random_values<T>(kRows * cols, -3, -1);
      for (T& v : x) v = std::floor(v * 4);
      std::vector<int32_t> index(kRows);
      all.table<T>().argmax_rows(kRows, cols, x.data(), index.data());
      for (int64_t i = 0; i < kRows; ++i) {
        const auto row = x.begin() + i * cols;
        CHECK(index[i] == std::max_element(row, row + cols) - row);
      }
    }
  });
}

}  // namespace
}  // namespace lamella::testing
