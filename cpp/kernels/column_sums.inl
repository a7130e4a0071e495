// Sums over the rows of a block of columns.
#pragma once
#include "kernels/pairwise.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// Sums over rows of S quantities for V vectors of columns: add(row, j, span, sums[S]). Even and odd rows of a
// block are added apart, so that additions do not wait for each other.
template <class T, int V, int S, class Span, class Add>
LAMELLA_INLINE Sums<T, V * S> sum_rows(int64_t rows, Span span, Add add) {
  return sum_terms<T, V * S>(rows, [&](int64_t begin, int64_t end, Sums<T, V * S>& sums) LAMELLA_INLINE_BODY {
    Vec<T> even[V][S] = {}, odd[V][S] = {};
    int64_t i = begin;
    for (; i + 2 <= end; i += 2)
      for (int j = 0; j < V; ++j) {
        add(i, j, span, even[j]);
        add(i + 1, j, span, odd[j]);
      }
    if (i < end)
      for (int j = 0; j < V; ++j) add(i, j, span, even[j]);
    for (int j = 0; j < V; ++j)
      for (int s = 0; s < S; ++s) sums.of[j * S + s] = even[j][s] + odd[j][s];
  });
}

// Column sums of S quantities, V vectors of columns at a time: add(row, column, span, sums[S]) and
// finish(column, span, totals[S]).
template <class T, int V, int S, class Add, class Finish>
LAMELLA_INLINE void sum_columns(int64_t rows, int64_t cols, Add add, Finish finish) {
  int64_t column = 0;
  const auto shifted = [&](int64_t i, int j, auto span, Vec<T>(&sums)[S]) {
    add(i, column + j * lanes<T>, span, sums);
  };
  for (; column + V * lanes<T> <= cols; column += V * lanes<T>) {
    const Sums<T, V * S> total = sum_rows<T, V, S>(rows, Whole{}, shifted);
    for (int j = 0; j < V; ++j) finish(column + j * lanes<T>, Whole{}, total.of + j * S);
  }
  const auto one = [&](auto span) { finish(column, span, (sum_rows<T, 1, S>(rows, span, shifted).of)); };
  for (; column + lanes<T> <= cols; column += lanes<T>) one(Whole{});
  if (column < cols) one(Part{cols - column});
}

// Columns summed side by side, in vectors: rows are long strides apart, so the more of a row is read the
// better.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kColumnVectors = 4;
#else
constexpr int kColumnVectors = 2;
#endif

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
