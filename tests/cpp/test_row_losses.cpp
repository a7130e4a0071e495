// Losses by row of regression_losses.inl and class_losses.inl, against plain formulas and their differences.
#include <functional>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

using kernels::RowLossBlock;
using Row = std::vector<double>;

constexpr double kDelta = 0.75, kAlpha = 0.25, kGamma = 2, kSmoothing = 0.125;

double clip(double q) { return std::fmin(std::fmax(q, 1e-7), 1 - 1e-7); }

double mean_of(const Row& p, const Row& t, const std::function<double(double, double)>& term) {
  double sum = 0;
  for (size_t j = 0; j < p.size(); ++j) sum += term(p[j], t[j]);
  return sum / double(p.size());
}

double focal(double p, double t) {
  t = t * (1 - kSmoothing) + 0.5 * kSmoothing;
  const double entropy = -(t * std::log(clip(p)) + (1 - t) * std::log(1 - clip(p)));
  const double miss = 1 - (t * p + (1 - t) * (1 - p));
  return (t * kAlpha + (1 - t) * (1 - kAlpha)) * std::pow(miss, kGamma) * entropy;
}

double categorical_focal(Row q, const Row& t) {
  double sum = 0, loss = 0;
  for (double v : q) sum += v;
  for (size_t j = 0; j < q.size(); ++j) {
    const double c = clip(q[j] / sum), target = t[j] * (1 - kSmoothing) + kSmoothing / double(q.size());
    loss -= kAlpha * target * std::pow(1 - c, kGamma) * std::log(c);
  }
  return loss;
}

Row each(Row row, double (*function)(double)) {
  for (double& v : row) v = function(v);
  return row;
}

double logistic(double z) { return 1 / (1 + std::exp(-z)); }

struct Case {
  const char* name;
  LossKind kind;
  double low, high;  // of predictions
  std::function<double(const Row& p, const Row& t)> loss;
  bool logits = false, binary_labels = false;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"percentage", LossKind::absolute_percentage_error, 1, 2,
       [](const Row& p, const Row& t) {
         return mean_of(p, t, [](double a, double b) { return 100 * std::abs(a - b) / b; });
       }},
      {"logarithmic", LossKind::squared_logarithmic_error, 0.1, 2,
       [](const Row& p, const Row& t) {
         return mean_of(p, t,
                        [](double a, double b) { return std::pow(std::log(a + 1) - std::log(b + 1), 2); });
       }},
      {"huber", LossKind::huber, -2, 2,
       [](const Row& p, const Row& t) {
         return mean_of(p, t, [](double a, double b) {
           const double e = std::abs(a - b);
           return e <= kDelta ? e * e / 2 : kDelta * e - kDelta * kDelta / 2;
         });
       }},
      {"log-cosh", LossKind::log_cosh, -2, 2,
       [](const Row& p, const Row& t) {
         return mean_of(p, t, [](double a, double b) { return std::log(std::cosh(a - b)); });
       }},
      {"poisson", LossKind::poisson, 0.1, 2,
       [](const Row& p, const Row& t) {
         return mean_of(p, t, [](double a, double b) { return a - b * std::log(a + 1e-7); });
       }},
      {"hinge", LossKind::hinge, -2, 2,
       [](const Row& p, const Row& t) {
         return mean_of(p, t, [](double a, double b) { return std::fmax(1 - (2 * b - 1) * a, 0); });
       },
       false, true},
      {"squared hinge", LossKind::squared_hinge, -2, 2,
       [](const Row& p, const Row& t) {
         return mean_of(p, t, [](double a, double b) { return std::pow(std::fmax(1 - b * a, 0), 2); });
       }},
      {"binary focal", LossKind::binary_focal, 0.1, 0.9,
       [](const Row& p, const Row& t) { return mean_of(p, t, focal); }},
      {"binary focal, logits", LossKind::binary_focal, -2, 2,
       [](const Row& p, const Row& t) { return mean_of(each(p, logistic), t, focal); }, true},
      {"kl", LossKind::kl_divergence, 0.1, 0.9,
       [](const Row& p, const Row& t) {
         double sum = 0;
         for (size_t j = 0; j < p.size(); ++j) sum += t[j] * std::log(t[j] / p[j]);
         return sum;
       }},
      {"cosine", LossKind::cosine_similarity, -2, 2,
       [](const Row& p, const Row& t) {
         double product = 0, of_p = 0, of_t = 0;
         for (size_t j = 0; j < p.size(); ++j) {
           product += p[j] * t[j];
           of_p += p[j] * p[j];
           of_t += t[j] * t[j];
         }
         return -product / std::sqrt(of_p * of_t);
       }},
      {"categorical hinge", LossKind::categorical_hinge, -2, 2,
       [](const Row& p, const Row& t) {
         double positive = 0, negative = -HUGE_VAL;
         for (size_t j = 0; j < p.size(); ++j) {
           positive += t[j] * p[j];
           negative = std::fmax(negative, (1 - t[j]) * p[j]);
         }
         return std::fmax(negative - positive + 1, 0);
       }},
      {"categorical focal", LossKind::categorical_focal, 0.1, 0.9, categorical_focal},
      {"categorical focal, logits", LossKind::categorical_focal, -2, 2,
       [](const Row& p, const Row& t) {
         return categorical_focal(each(p, [](double z) { return std::exp(z); }), t);
       },
       true},
  };
  return all;
}

bool is_by_class(LossKind kind) { return kind >= LossKind::kl_divergence; }

// Central differences say nothing where the loss has a kink within the step.
bool is_smooth(const Case& c, const Row& p, const Row& t, size_t j) {
  const auto slope = [&](double from, double to) {
    Row a = p, b = p;
    a[j] += from;
    b[j] += to;
    return (c.loss(b, t) - c.loss(a, t)) / (to - from);
  };
  return std::abs(slope(-1e-4, 0) - slope(0, 1e-4)) < 0.05;
}

template <class T>
void check(const Kernels& all, const Case& c, int64_t cols) {
  const int64_t rows = 5;
  const std::vector<T> p = random_values<T>(rows * cols, c.low, c.high, 1),
                       t = random_values<T>(rows * cols, 0.1, 0.9, 2),
                       weights = random_values<T>(rows, 0, 2, 3);
  std::vector<T> loss(rows), dp(rows * cols);
  const RowLossBlock<T> block{.rows = rows,
                              .cols = cols,
                              .p = p.data(),
                              .t = t.data(),
                              .labels = nullptr,
                              .weights = weights.data(),
                              .scale = T(0.5),
                              .row_loss = loss.data(),
                              .dp = dp.data(),
                              .delta = T(kDelta),
                              .alpha = T(kAlpha),
                              .gamma = T(kGamma),
                              .smoothing = T(kSmoothing),
                              .balanced = true,
                              .from_logits = c.logits,
                              .binary_labels = c.binary_labels};
  if (is_by_class(c.kind))
    all.table<T>().class_row_loss(c.kind, block);
  else
    all.table<T>().pointwise_row_loss(c.kind, block);
  for (int64_t i = 0; i < rows; ++i) {
    const Row row(p.begin() + i * cols, p.begin() + (i + 1) * cols),
        targets(t.begin() + i * cols, t.begin() + (i + 1) * cols);
    CHECK_CLOSE(loss[i], c.loss(row, targets), kTolerance<T> * 4);
    for (size_t j = 0; j < row.size(); ++j) {
      if (!is_smooth(c, row, targets, j)) continue;
      Row high = row, low = row;
      high[j] += 1e-5;
      low[j] -= 1e-5;
      const double slope = (c.loss(high, targets) - c.loss(low, targets)) / 2e-5;
      CHECK_CLOSE(dp[i * cols + int64_t(j)], slope * 0.5 * weights[i], sizeof(T) == 4 ? 1e-4 : 1e-7);
    }
  }
}

TEST(losses_by_row) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const std::string before = context;
    for (const Case& c : cases())
      for (int64_t cols : kColumns) {
        context = before + ", " + c.name + ", " + std::to_string(cols);
        check<T>(all, c, cols);
      }
  });
}

TEST(generalized_cross_entropy) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const int64_t rows = 4;
    for (int64_t cols : kColumns) {
      const std::vector<T> p = random_values<T>(rows * cols, 0.1, 0.9);
      const std::vector<int32_t> labels = {0, int32_t(cols - 1), int32_t(cols / 2), 0};
      std::vector<T> loss(rows), dp(rows * cols, T(9));
      RowLossBlock<T> block{};
      block.rows = rows;
      block.cols = cols;
      block.p = p.data();
      block.labels = labels.data();
      block.scale = T(0.5);
      block.row_loss = loss.data();
      block.dp = dp.data();
      block.delta = T(0.7);
      all.table<T>().class_row_loss(LossKind::generalized_cross_entropy, block);
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < cols; ++j) {
          const double likely = p[i * cols + labels[i]], q = T(0.7);
          CHECK_CLOSE(loss[i], (1 - std::pow(likely, q)) / q, kTolerance<T>);
          const double slope = j == labels[i] ? -0.5 * std::pow(likely, q - 1) : 0;
          CHECK_CLOSE(dp[i * cols + j], slope, kTolerance<T> * 4);
        }
    }
  });
}

}  // namespace
}  // namespace lamella::testing
