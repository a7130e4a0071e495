#include <algorithm>

#include "kernel_test.h"

namespace lamella::testing {
namespace {

// One brgemm problem with a layout of A: values(i, k, b) at a[b][row_of(i) + k * a_k].
template <class T>
struct Problem {
  int64_t rows, cols, k, batch, a_row, a_k, panel, a_three = 0;
  std::vector<T> a, b, bias, c;
  int64_t ldc;

  Problem(const Kernels::Geometry& g, int64_t m, int64_t n, int64_t depth, int64_t pieces, bool transposed,
          bool threes = false)
      : rows(m), cols(n), k(depth), batch(pieces), panel(g.panel), ldc(n + 3) {
    a_row = transposed ? 1 : k + 1;
    if (threes) a_three = 3 * a_row + 1;
    a_k = transposed ? row_of(rows) + 2 : 1;
    a = random_values<T>(batch * a_size(), -1, 1, 1);
    b = random_values<T>(batch * k * panel, -1, 1, 2);
    bias = random_values<T>(cols, -1, 1, 3);
    c = random_values<T>(rows * ldc, -1, 1, 4);
  }
  int64_t row_of(int64_t i) const { return a_three ? i / 3 * a_three + i % 3 * a_row : i * a_row; }
  int64_t a_size() const { return 2 * (rows + 2) * (k + 2); }

  std::vector<T> run(const Table<T>& table, bool use_bias, bool accumulate, int64_t first = 0,
                     int64_t count = -1) {
    std::vector<const T*> as, bs;
    for (int64_t t = 0; t < batch; ++t) {
      as.push_back(a.data() + t * a_size() + row_of(first));
      bs.push_back(b.data() + t * k * panel);
    }
    std::vector<T> out = c;
    table.brgemm({batch, as.data(), bs.data(), a_row, a_k, panel, k, out.data() + first * ldc, ldc,
                  count < 0 ? rows : count, cols, use_bias ? bias.data() : nullptr, accumulate, a_three});
    return out;
  }

  double expected(int64_t i, int64_t j, bool use_bias, bool accumulate) const {
    double sum = accumulate ? c[i * ldc + j] : use_bias ? bias[j] : 0;
    for (int64_t t = 0; t < batch; ++t)
      for (int64_t kk = 0; kk < k; ++kk)
        sum += double(a[t * a_size() + row_of(i) + kk * a_k]) * b[(t * k + kk) * panel + j];
    return sum;
  }
};

template <class T>
void check_brgemm(const Kernels& all, int64_t rows, int64_t cols, int64_t k, int64_t batch, bool transposed,
                  bool threes = false) {
  Problem<T> p(all.geometry<T>(), rows, cols, k, batch, transposed, threes);
  for (const auto& [use_bias, accumulate] : {std::pair{false, false}, {true, false}, {false, true}}) {
    const std::vector<T> out = p.run(all.table<T>(), use_bias, accumulate);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < p.ldc; ++j) {
        const double expected = j < cols ? p.expected(i, j, use_bias, accumulate) : p.c[i * p.ldc + j];
        CHECK_CLOSE(out[i * p.ldc + j], expected, kTolerance<T>);
      }
  }
}

TEST(brgemm_every_tile) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const auto& g = all.geometry<T>();
    for (int64_t rows = 1; rows <= g.tile_rows; ++rows)
      for (int64_t cols = 1; cols <= g.panel; ++cols) check_brgemm<T>(all, rows, cols, 7, 2, cols % 2 == 0);
  });
}

TEST(brgemm_rows_in_threes) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const auto& g = all.geometry<T>();
    for (int64_t rows = 1; rows <= g.tile_rows; ++rows) check_brgemm<T>(all, rows, g.panel, 7, 2, true, true);
  });
}

TEST(brgemm_depths_and_batches) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const auto& g = all.geometry<T>();
    for (int64_t k : {0, 1, 2, 3, 4, 5, 64, 131})
      for (int64_t batch : {0, 1, 3})
        for (bool transposed : {false, true})
          check_brgemm<T>(all, g.tile_rows, g.panel - 1, k, batch, transposed);
  });
}

// A row has the same bits alone and within a tile, and a column in a narrow and a wide panel.
TEST(brgemm_bits_do_not_depend_on_the_tile) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const auto& g = all.geometry<T>();
    Problem<T> p(g, g.tile_rows, g.panel, 37, 2, false);
    const std::vector<T> whole = p.run(all.table<T>(), true, false);
    for (int64_t i = 0; i < p.rows; ++i) {
      const std::vector<T> one = p.run(all.table<T>(), true, false, i, 1);
      CHECK(std::memcmp(&whole[i * p.ldc], &one[i * p.ldc], p.cols * sizeof(T)) == 0);
    }
    for (p.cols = 1; p.cols < g.panel; ++p.cols) {
      const std::vector<T> narrow = p.run(all.table<T>(), true, false);
      for (int64_t i = 0; i < p.rows; ++i)
        CHECK(std::memcmp(&whole[i * p.ldc], &narrow[i * p.ldc], p.cols * sizeof(T)) == 0);
    }
  });
}

TEST(pack_panels) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    const int64_t panel = all.geometry<T>().panel;
    for (int64_t k : {1, 2, 3, 4, 6, 17})
      for (int64_t cols = 1; cols <= panel; ++cols) {
        const int64_t ld = std::max(k, cols) + 1;
        const std::vector<T> b = random_values<T>(ld * std::max(k, cols));
        std::vector<T> packed(k * panel, T(9)), transposed(k * panel, T(9));
        all.table<T>().pack_panel(k, cols, b.data(), ld, packed.data());
        all.table<T>().pack_panel_transposed(k, cols, b.data(), ld, transposed.data());
        for (int64_t kk = 0; kk < k; ++kk)
          for (int64_t j = 0; j < panel; ++j) {
            CHECK(packed[kk * panel + j] == (j < cols ? b[kk * ld + j] : 0));
            CHECK(transposed[kk * panel + j] == (j < cols ? b[j * ld + kk] : 0));
          }
      }
  });
}

template <class T>
void check_gradient_panel(const Kernels& all, Activation activation, int64_t rows, int64_t cols,
                          bool in_place) {
  const int64_t ld = cols + 2, panel = all.geometry<T>().panel;
  const std::vector<T> y = random_values<T>(rows * ld, -1, 1, 5), dy = random_values<T>(rows * ld, -1, 1, 6);
  std::vector<T> dz = dy, expected(rows * ld), packed(rows * panel, T(9)), bias(cols, T(9));
  all.table<T>().activation_backward(activation, {T(0.3)}, rows * ld, y.data(), dy.data(), expected.data());
  all.table<T>().dense_gradient_panel({activation, T(0.3), rows, cols, y.data(),
                                       in_place ? dz.data() : dy.data(), ld, dz.data(), packed.data(),
                                       bias.data()});
  for (int64_t j = 0; j < panel; ++j) {
    double sum = 0;
    for (int64_t i = 0; i < rows; ++i) {
      CHECK(packed[i * panel + j] == (j < cols ? expected[i * ld + j] : 0));
      if (j >= cols) continue;
      CHECK(dz[i * ld + j] == expected[i * ld + j]);
      sum += expected[i * ld + j];
    }
    if (j < cols) CHECK(std::abs(double(bias[j]) - sum) < 1e-7 * static_cast<double>(rows + 5));
  }
}

TEST(dense_gradient_panels) {
  for_each_table([](const Kernels& all, auto t) {
    using T = decltype(t);
    for (Activation a : {Activation::linear, Activation::relu, Activation::leaky_relu, Activation::elu,
                         Activation::sigmoid, Activation::tanh})
      for (int64_t cols = 1; cols <= all.geometry<T>().panel; ++cols)
        for (int64_t rows : {1, 2, 5, 300}) check_gradient_panel<T>(all, a, rows, cols, rows == 2);
  });
}

}  // namespace
}  // namespace lamella::testing
