#include "kernel_test.h"

namespace lamella::testing {
namespace {

TEST(elementwise_sums_and_products) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const Table<T>& table = all.table<T>();
    for (int64_t n : kLengths) {
      const std::vector<T> x = random_values<T>(n, -2, 2, 1), y = random_values<T>(n, -2, 2, 2);
      std::vector<T> sum = y, scaled = y, product(n);
      table.add(n, x.data(), sum.data());
      table.axpy(n, T(0.7), x.data(), scaled.data());
      table.multiply(n, x.data(), y.data(), product.data());
      for (int64_t i = 0; i < n; ++i) {
        CHECK(sum[i] == x[i] + y[i]);
        CHECK_CLOSE(scaled[i], y[i] + double(T(0.7)) * x[i], kTolerance<T>);
        CHECK(product[i] == x[i] * y[i]);
      }
    }
  });
}

TEST(elementwise_scale_columns) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const int64_t rows = 3;
    for (int64_t cols : kColumns)
      for (int given = 0; given < 4; ++given) {
        const std::vector<T> x = random_values<T>(rows * cols, -2, 2, 1);
        const std::vector<T> scale = random_values<T>(cols, -2, 2, 2),
                             offset = random_values<T>(cols, -2, 2, 3);
        std::vector<T> y(rows * cols);
        all.table<T>().scale_columns(rows, cols, x.data(), given & 1 ? scale.data() : nullptr,
                                     given & 2 ? offset.data() : nullptr, y.data());
        for (int64_t i = 0; i < rows * cols; ++i) {
          const double factor = given & 1 ? scale[i % cols] : 1, shift = given & 2 ? offset[i % cols] : 0;
          CHECK_CLOSE(y[i], x[i] * factor + shift, kTolerance<T>);
        }
      }
  });
}

TEST(elementwise_reductions) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t n : kLengths) {
      const std::vector<T> x = random_values<T>(n);
      double sum = 0, squares = 0;
      for (T v : x) sum += v, squares += double(v) * v;
      CHECK_CLOSE(all.table<T>().sum(n, x.data()), sum, 1e-13);
      CHECK_CLOSE(all.table<T>().sum_squares(n, x.data()), squares, 1e-13);
    }
    CHECK(all.table<T>().sum(0, nullptr) == 0);
  });
}

TEST(elementwise_all_finite) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t n : {1, 15, 64, 65, 5000})
      for (double bad : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
        std::vector<T> x = random_values<T>(n);
        CHECK(all.table<T>().all_finite(n, x.data()));
        x[n - 1] = T(bad);
        CHECK(!all.table<T>().all_finite(n, x.data()));
      }
  });
}

TEST(signs_and_absolute_sums) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t n : kLengths) {
      std::vector<T> x = random_values<T>(n, -1, 1, 1), y = random_values<T>(n, -1, 1, 2), before = y;
      x[n / 2] = 0;
      all.table<T>().add_sign(n, T(0.5), x.data(), y.data());
      double sum = 0;
      for (int64_t i = 0; i < n; ++i) {
        CHECK_CLOSE(y[i], before[i] + 0.5 * ((x[i] > 0) - (x[i] < 0)), kTolerance<T> / 10);
        sum += std::fabs(double(x[i]));
      }
      CHECK_CLOSE(all.table<T>().sum_absolute(n, x.data()), sum, 1e-12);
    }
  });
}

TEST(limits_of_norms) {
  const NormLimits limits{0.5, 2.0, 0.75};
  const auto expected = [&](double squares, double w) {
    const double norm = std::sqrt(squares);
    return w * (0.75 * std::clamp(norm, 0.5, 2.0) + 0.25 * norm) / (norm + 1e-7);
  };
  for_each_table([&](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t rows : {1, 3, 20})
      for (int64_t cols : kColumns) {
        const std::vector<T> w = random_values<T>(rows * cols, -1, 1, 1);
        std::vector<T> by_column = w, by_row = w;
        all.table<T>().limit_column_norms(rows, cols, cols, limits, by_column.data());
        all.table<T>().limit_row_norms(rows, cols, limits, by_row.data());
        for (int64_t i = 0; i < rows; ++i)
          for (int64_t j = 0; j < cols; ++j) {
            double column = 0, row = 0;
            for (int64_t k = 0; k < rows; ++k) column += double(w[k * cols + j]) * w[k * cols + j];
            for (int64_t k = 0; k < cols; ++k) row += double(w[i * cols + k]) * w[i * cols + k];
            const int64_t at = i * cols + j;
            CHECK_CLOSE(by_column[at], expected(column, w[at]), kTolerance<T>);
            CHECK_CLOSE(by_row[at], expected(row, w[at]), kTolerance<T>);
          }
      }
  });
}

}  // namespace
}  // namespace lamella::testing
