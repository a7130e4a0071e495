// Batch normalisation over a block of columns.
#pragma once
#include "kernels/activation.inl"
#include "kernels/elementwise.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// Sums over rows of S quantities for V vectors of columns: add(row, j, span, sums[S]). Rows are added in
// blocks, even and odd rows apart, so that rounding errors stay small over long columns and additions do not
// wait for each other.
template <class T, int V, int S, class Span, class Add>
LAMELLA_INLINE void sum_rows(int64_t rows, Span span, Vec<T> (&total)[V][S], Add add) {
  constexpr int64_t kBlock = 128;
  for (int j = 0; j < V; ++j)
    for (int s = 0; s < S; ++s) total[j][s] = Vec<T>{};
  for (int64_t begin = 0; begin < rows; begin += kBlock) {
    const int64_t end = rows - begin < kBlock ? rows : begin + kBlock;
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
      for (int s = 0; s < S; ++s) total[j][s] += even[j][s] + odd[j][s];
  }
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
    Vec<T> total[V][S];
    sum_rows<T, V, S>(rows, Whole{}, total, shifted);
    for (int j = 0; j < V; ++j) finish(column + j * lanes<T>, Whole{}, total[j]);
  }
  const auto one = [&](auto span) {
    Vec<T> total[1][S];
    sum_rows<T, 1, S>(rows, span, total, shifted);
    finish(column, span, total[0]);
  };
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

template <class T>
void column_moments(int64_t rows, int64_t cols, int64_t ld, const T* x, T* mean, T* variance) {
  const T count = T(rows);
  sum_columns<T, kColumnVectors, 1>(
      rows, cols,
      [&](int64_t i, int64_t j, auto span, Vec<T>(&sums)[1]) { sums[0] += load(x + i * ld + j, span); },
      [&](int64_t j, auto span, Vec<T>(&sums)[1]) { store(mean + j, sums[0] / count, span); });
  sum_columns<T, kColumnVectors, 1>(
      rows, cols,
      [&](int64_t i, int64_t j, auto span, Vec<T>(&sums)[1]) {
        const Vec<T> d = load(x + i * ld + j, span) - load(mean + j, span);
        sums[0] = mul_add(d, d, sums[0]);
      },
      [&](int64_t j, auto span, Vec<T>(&sums)[1]) { store(variance + j, sums[0] / count, span); });
}

template <class T>
void batch_norm_forward(const BatchNormBlock<T>& p) {
  with_fused_activation(p.activation, [&](auto k) {
    for_each_row_vector<T>(p.rows, p.cols, p.ld, [&](int64_t at, int64_t j, auto span) {
      const Vec<T> beta = p.beta ? load(p.beta + j, span) : Vec<T>{};
      const Vec<T> z = mul_add(load(p.x + at, span) - load(p.mean + j, span), load(p.scale + j, span), beta);
      store(p.y + at, activate<decltype(k)::value, T>(z, {p.alpha}), span);
    });
  });
}

// dy * activation'(y) at one place.
template <Activation A, class T, class Span>
LAMELLA_INLINE Vec<T> batch_norm_dz(const BatchNormBlock<T>& p, int64_t at, Span span) {
  const Vec<T> dy = load(p.dy + at, span);
  if constexpr (A == Activation::linear)
    return dy;
  else
    return activation_gradient<A, T>(load(p.y + at, span), dy, {p.alpha});
}

template <class T, class Span>
LAMELLA_INLINE Vec<T> batch_norm_xhat(const BatchNormBlock<T>& p, int64_t at, int64_t j, Span span) {
  return (load(p.x + at, span) - load(p.mean + j, span)) * load(p.inv_std + j, span);
}

template <class T>
void batch_norm_reduce(const BatchNormBlock<T>& p) {
  with_fused_activation(p.activation, [&](auto k) {
    sum_columns<T, kColumnVectors, 2>(
        p.rows, p.cols,
        [&](int64_t i, int64_t j, auto span, Vec<T>(&sums)[2]) {
          const int64_t at = i * p.ld + j;
          const Vec<T> dz = batch_norm_dz<decltype(k)::value>(p, at, span);
          sums[0] += dz;
          sums[1] = mul_add(dz, batch_norm_xhat(p, at, j, span), sums[1]);
        },
        [&](int64_t j, auto span, Vec<T>(&sums)[2]) {
          store(p.sum_dz + j, sums[0], span);
          store(p.sum_dz_xhat + j, sums[1], span);
        });
  });
}

template <class T>
void batch_norm_input_gradient(const BatchNormBlock<T>& p, bool training) {
  const T share = T(1) / T(p.rows);
  with_fused_activation(p.activation, [&](auto k) {
    for_each_row_vector<T>(p.rows, p.cols, p.ld, [&](int64_t at, int64_t j, auto span) {
      Vec<T> dz = batch_norm_dz<decltype(k)::value>(p, at, span);
      if (training) {
        const Vec<T> xhat = batch_norm_xhat(p, at, j, span);
        dz -= mul_add(xhat, load(p.sum_dz_xhat + j, span), load(p.sum_dz + j, span)) * share;
      }
      store(p.dx + at, dz * load(p.scale + j, span), span);
    });
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
