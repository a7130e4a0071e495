// Products of a matrix and a vector: what a dense layer with a single unit, or over a single row, consists
// of.
#pragma once
#include "kernels/column_sums.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// R rows at a time. Each has two vectors of partial sums, of even and of odd vectors of columns, so that a
// row's bits do not depend on its neighbours.
template <int R, class T>
LAMELLA_INLINE void matvec_rows(int64_t cols, const T* a, const T* x, T bias, T* y) {
  constexpr int64_t kPair = 2 * lanes<T>;
  const auto sums = sum_terms<T, R>(
      (cols + kPair - 1) / kPair, [&](int64_t begin, int64_t end, Sums<T, R>& to) LAMELLA_INLINE_BODY {
        Vec<T> sum[R][2] = {};
        const auto add = [&](int64_t j, int parity, auto span) LAMELLA_INLINE_BODY {
          const Vec<T> factor = load(x + j, span);
          for (int i = 0; i < R; ++i)
            sum[i][parity] = mul_add(load(a + i * cols + j, span), factor, sum[i][parity]);
        };
        int64_t j = begin * kPair;
        const int64_t last = end * kPair < cols ? end * kPair : cols;
        for (; j + kPair <= last; j += kPair) {
          add(j, 0, Whole{});
          add(j + lanes<T>, 1, Whole{});
        }
        int parity = 0;
        if (j + lanes<T> <= last) {
          add(j, parity++, Whole{});
          j += lanes<T>;
        }
        if (j < last) add(j, parity, Part{last - j});
        for (int i = 0; i < R; ++i) to.of[i] = sum[i][0] + sum[i][1];
      });
  for (int i = 0; i < R; ++i) y[i] = reduce_add(sums.of[i]) + bias;
}

template <class T>
void matvec(int64_t rows, int64_t cols, const T* a, const T* x, T bias, T* y) {
  constexpr int kRows = 4;
  int64_t i = 0;
  for (; i + kRows <= rows; i += kRows) matvec_rows<kRows>(cols, a + i * cols, x, bias, y + i);
  for (; i < rows; ++i) matvec_rows<1>(cols, a + i * cols, x, bias, y + i);
}

template <class T>
void vecmat(int64_t rows, int64_t cols, int64_t ld, const T* x, const T* a, T* y) {
  sum_columns<T, kColumnVectors, 1>(
      rows, cols,
      [&](int64_t i, int64_t j, auto span, Vec<T>(&sums)[1]) {
        sums[0] = mul_add(splat(x[i]), load(a + i * ld + j, span), sums[0]);
      },
      [&](int64_t j, auto span, const Vec<T>* sums) { store(y + j, sums[0], span); });
}

template <class T>
void outer(int64_t rows, int64_t cols, const T* x, const T* y, T* c) {
  for (int64_t i = 0; i < rows; ++i)
    for_each_vector<T>(
        cols, [&](int64_t j, auto span) { store(c + i * cols + j, load(y + j, span) * x[i], span); });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
