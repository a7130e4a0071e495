// Products in their loops around the micro-kernel: small ones in place, large ones from copies, the second
// matrix packed before or piece by piece.
#include "cpu/products/gemm.h"
#include "kernel_test.h"

namespace lamella::testing {
namespace {

enum class Layout { packed, by_rows, by_columns };  // of B

template <class T>
struct Matrices {
  int64_t m, n, k;
  std::vector<T> a, b, bias;  // A[m, k], B[k, n]

  Matrices(int64_t rows, int64_t columns, int64_t depth)
      : m(rows),
        n(columns),
        k(depth),
        a(random_values<T>(m * k, -1, 1, 1)),
        b(random_values<T>(k * n, -1, 1, 2)),
        bias(random_values<T>(n, -1, 1, 3)) {}

  double expected(int64_t i, int64_t j) const {
    double sum = bias[j];
    for (int64_t kk = 0; kk < k; ++kk) sum += double(a[i * k + kk]) * double(b[kk * n + j]);
    return sum;
  }
};

template <class T>
std::vector<T> transposed(int64_t rows, int64_t cols, const std::vector<T>& x) {
  std::vector<T> out(x.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < cols; ++j) out[j * rows + i] = x[i * cols + j];
  return out;
}

// Rows [first, first + rows) of the product.
template <class T>
std::vector<T> multiply(const Kernels& kernels, const Matrices<T>& p, bool a_by_columns, Layout layout,
                        int64_t first, int64_t rows) {
  const int64_t panel = kernels.geometry<T>().panel;
  std::vector<T> packed(cpu::packed_size<T>(kernels, p.k, p.n)), c(rows * p.n);
  for (int64_t j = 0; j < p.n; j += panel)
    kernels.table<T>().pack_panel(p.k, std::min(panel, p.n - j), p.b.data() + j, p.n,
                                  packed.data() + j * p.k);
  const std::vector<T> a = a_by_columns ? transposed(p.m, p.k, p.a) : p.a;
  const std::vector<T> b = layout == Layout::by_columns ? transposed(p.k, p.n, p.b) : p.b;
  const bool by_rows = layout == Layout::by_rows;
  const cpu::Product<T> product{.m = rows,
                                .n = p.n,
                                .k = p.k,
                                .a = a.data() + first * (a_by_columns ? 1 : p.k),
                                .a_row = a_by_columns ? 1 : p.k,
                                .a_k = a_by_columns ? p.m : 1,
                                .packed = layout == Layout::packed ? packed.data() : nullptr,
                                .b = b.data(),
                                .b_k = by_rows ? p.n : 1,
                                .b_column = by_rows ? 1 : p.k,
                                .bias = p.bias.data(),
                                .c = c.data()};
  const cpu::Cut cut = cpu::cut_product<T>(kernels, rows, p.n, p.k);
  for (int64_t item = 0; item < cut.items(); ++item) cpu::multiply_item(kernels, product, cut, item);
  return c;
}

template <class T>
void check_product(const Kernels& kernels, int64_t m, int64_t n, int64_t k) {
  const Matrices<T> p(m, n, k);
  const std::vector<T> whole = multiply(kernels, p, false, Layout::packed, 0, m);
  for (int64_t i = 0; i < m; i += 7)
    for (int64_t j = 0; j < n; j += 5)
      CHECK_CLOSE(whole[i * n + j], p.expected(i, j), kTolerance<T> * (1 + double(k) / 50));
  for (bool a_by_columns : {false, true})
    for (Layout layout : {Layout::packed, Layout::by_rows, Layout::by_columns})
      CHECK(same_bits(multiply(kernels, p, a_by_columns, layout, 0, m), whole));
  const int64_t first = m / 2, rows = std::min<int64_t>(m - first, 3);
  const std::vector<T> part(whole.begin() + first * n, whole.begin() + (first + rows) * n);
  CHECK(same_bits(multiply(kernels, p, false, Layout::by_rows, first, rows), part));
}

TEST(product_in_place) {
  for_each_table([](const Kernels& kernels, auto t) {
    using T = decltype(t);
    check_product<T>(kernels, 1, 70, 33);
    check_product<T>(kernels, 37, 45, 21);
    check_product<T>(kernels, 61, 251, 401);
  });
}

// Panels side by side, the last of them narrow.
TEST(product_of_one_row) {
  for_each_table([](const Kernels& kernels, auto t) {
    using T = decltype(t);
    const int64_t panel = kernels.geometry<T>().panel, lanes = kernels.geometry<T>().lanes;
    for (int64_t panels : {1, 2, 3, 4, 9})
      for (int64_t cols : {int64_t{1}, lanes, lanes + 1, panel})
        check_product<T>(kernels, 1, (panels - 1) * panel + cols, 401);
  });
}

// More than stays in the cache; a sum in few pieces, which goes to its place, and one in many.
TEST(product_from_copies) {
  for_each_table([](const Kernels& kernels, auto t) {
    using T = decltype(t);
    check_product<T>(kernels, 420, 2103, 340);
    check_product<T>(kernels, 130, 2103, 1045);
  });
}

}  // namespace
}  // namespace lamella::testing
