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

}  // namespace
}  // namespace lamella::testing
