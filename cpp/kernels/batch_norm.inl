// Batch normalisation over a block of columns.
#pragma once
#include "kernels/activation.inl"
#include "kernels/column_sums.inl"
#include "kernels/elementwise.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// Means are summed as distances from the first row, which are exact, or nearly, where values are large and
// near each other; sums of the values are not.
template <class T>
void column_moments(int64_t rows, int64_t cols, int64_t ld, const T* x, T* mean, T* variance) {
  const T count = T(rows);
  sum_columns<T, kColumnVectors, 1>(
      rows, cols,
      [&](int64_t i, int64_t j, auto span, Vec<T>(&sums)[1]) {
        sums[0] += load(x + i * ld + j, span) - load(x + j, span);
      },
      [&](int64_t j, auto span, const Vec<T>* sums) {
        store(mean + j, load(x + j, span) + sums[0] / count, span);
      });
  sum_columns<T, kColumnVectors, 1>(
      rows, cols,
      [&](int64_t i, int64_t j, auto span, Vec<T>(&sums)[1]) {
        const Vec<T> d = load(x + i * ld + j, span) - load(mean + j, span);
        sums[0] = mul_add(d, d, sums[0]);
      },
      [&](int64_t j, auto span, const Vec<T>* sums) { store(variance + j, sums[0] / count, span); });
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
        [&](int64_t j, auto span, const Vec<T>* sums) {
          store(p.sum_dz + j, sums[0], span);
          store(p.sum_dz_xhat + j, sums[1], span);
        });
  });
}

template <class T>
void batch_norm_input_gradient(const BatchNormBlock<T>& p, bool training) {
  const T share = T(1) / T(p.population);
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
