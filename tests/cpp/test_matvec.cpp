#include "kernel_test.h"

namespace lamella::testing {
namespace {

// A matrix of rows of ld values, of which cols count, and a vector for either side of it.
template <class T>
struct Problem {
  int64_t rows, cols, ld;
  std::vector<T> a, left, right;

  Problem(int64_t m, int64_t n, int64_t stride)
      : rows(m),
        cols(n),
        ld(stride),
        a(random_values<T>(m * stride, -1, 1, 1)),
        left(random_values<T>(m, -1, 1, 2)),
        right(random_values<T>(n, -1, 1, 3)) {}
};

const std::vector<int64_t> kRows = {1, 2, 3, 4, 5, 9, 130, 257};

TEST(matvec) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t rows : kRows)
      for (int64_t cols : kLengths) {
        const Problem<T> p(rows, cols, cols);
        std::vector<T> y(rows + 1, T(9)), one(1);
        all.table<T>().matvec(rows, cols, p.a.data(), p.right.data(), T(0.5), y.data());
        for (int64_t i = 0; i < rows; ++i) {
          double expected = 0.5;
          for (int64_t j = 0; j < cols; ++j) expected += double(p.a[i * cols + j]) * p.right[j];
          CHECK_CLOSE(y[i], expected, kTolerance<T>);
          // A row has the same bits alone.
          all.table<T>().matvec(1, cols, &p.a[i * cols], p.right.data(), T(0.5), one.data());
          CHECK(one[0] == y[i]);
        }
        CHECK(y[rows] == T(9));
      }
  });
}

TEST(vecmat) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t rows : kRows)
      for (int64_t cols : kLengths) {
        const Problem<T> p(rows, cols, cols + 3);
        std::vector<T> y(cols + 1, T(9)), one(1);
        all.table<T>().vecmat(rows, cols, p.ld, p.left.data(), p.a.data(), y.data());
        for (int64_t j = 0; j < cols; ++j) {
          double expected = 0;
          for (int64_t i = 0; i < rows; ++i) expected += double(p.left[i]) * p.a[i * p.ld + j];
          CHECK_CLOSE(y[j], expected, kTolerance<T>);
          // A column has the same bits alone.
          all.table<T>().vecmat(rows, 1, p.ld, p.left.data(), &p.a[j], one.data());
          CHECK(one[0] == y[j]);
        }
        CHECK(y[cols] == T(9));
      }
  });
}

TEST(outer) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (int64_t cols : kLengths) {
      const Problem<T> p(5, cols, cols);
      std::vector<T> c(5 * cols + 1, T(9));
      all.table<T>().outer(5, cols, p.left.data(), p.right.data(), c.data());
      for (int64_t i = 0; i < 5; ++i)
        for (int64_t j = 0; j < cols; ++j) CHECK(c[i * cols + j] == p.left[i] * p.right[j]);
      CHECK(c[5 * cols] == T(9));
    }
  });
}

}  // namespace
}  // namespace lamella::testing
