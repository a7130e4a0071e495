// Normalisation of rows by their own statistics: layer (Ba et al., arXiv 1607.06450), group (Wu & He, arXiv
// 1803.08494), root mean square (Zhang & Sennrich, arXiv 1910.07467) and unit normalisation. A row is read
// from the first-level cache after its first pass.
#pragma once
#include "kernels/losses.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
LAMELLA_INLINE T inverse_of(const RowNormBlock<T>& p, T squares) {
  const int64_t cols = p.segments * p.width;
  const T square = p.unit ? (squares > p.epsilon ? squares : p.epsilon) : squares / T(cols) + p.epsilon;
  return T(1) / sqrt(splat(square))[0];
}

// body(column, column within its segment, span) for the row's vectors.
template <class T, class Body>
LAMELLA_INLINE void for_segments(const RowNormBlock<T>& p, Body&& body) {
  for (int64_t s = 0; s < p.segments; ++s)
    for_each_vector<T>(p.width, [&](int64_t j, auto span) { body(s * p.width + j, j, span); });
}

// Sums over the row's vectors: add(column, column within its segment, span, sums).
template <int N, class T, class Add>
LAMELLA_INLINE Sums<T, N> sum_segments(const RowNormBlock<T>& p, Add add) {
  const int64_t vectors = (p.width + lanes<T> - 1) / lanes<T>;  // of a segment
  return sum_terms<T, N>(p.segments * vectors,
                         [&](int64_t begin, int64_t end, Sums<T, N>& sums) LAMELLA_INLINE_BODY {
                           for (int64_t s = begin / vectors, v = begin % vectors; begin < end; ++s, v = 0) {
                             const int64_t first = v * lanes<T>, after = v + end - begin;
                             const int64_t last = after < vectors ? after * lanes<T> : p.width;
                             for_each_vector<T>(last - first, [&](int64_t j, auto span) {
                               add(s * p.width + first + j, first + j, span, sums.of);
                             });
                             begin += vectors - v;
                           }
                         });
}

// The distances from the first value are exact, or nearly, where values are large and near each other; sums
// of the values are not.
template <class T>
LAMELLA_INLINE T row_mean(int64_t cols, const T* x) {
  const T near = x[0];
  return near + row_sum<T>(cols, [&](int64_t j, auto span) { return load(x + j, span) - near; }) / T(cols);
}

template <class T>
void row_norm_forward(const RowNormBlock<T>& p) {
  const int64_t cols = p.segments * p.width;
  for (int64_t i = 0; i < p.rows; ++i) {
    const T* x = p.x + i * cols;
    T* y = p.y + i * cols;
    const int64_t parameters = (p.first_row + i) % p.groups * p.width;
    T mean = 0;
    if (p.centred) mean = row_mean(cols, x);
    const T squares = row_sum<T>(cols, [&](int64_t j, auto span) {
      const Vec<T> d = load(x + j, span) - mean;
      return d * d;
    });
    const T inverse = inverse_of(p, squares);
    p.mean[i] = mean;
    p.inverse[i] = inverse;
    for_segments(p, [&](int64_t at, int64_t j, auto span) {
      Vec<T> v = (load(x + at, span) - mean) * inverse;
      if (p.gamma) v *= load(p.gamma + parameters + j, span);
      if (p.beta) v += load(p.beta + parameters + j, span);
      store(y + at, v, span);
    });
  }
}

// With g = dy * gamma and xhat = (x - mean) * inverse: dx = inverse * (g - mean(g) - xhat * mean(g * xhat));
// no mean(g) unless centred, the sum instead of the mean of g * xhat where unit, none where epsilon is in
// force.
template <class T>
void row_norm_backward(const RowNormBlock<T>& p) {
  const int64_t cols = p.segments * p.width;
  for (int64_t i = 0; i < p.rows; ++i) {
    const T* x = p.x + i * cols;
    const T* dy = p.dy + i * cols;
    const int64_t parameters = (p.first_row + i) % p.groups * p.width;
    const T mean = p.mean[i], inverse = p.inverse[i];
    const auto gradient = [&](int64_t at, int64_t j, auto span) {
      const Vec<T> g = load(dy + at, span);
      return p.gamma ? g * load(p.gamma + parameters + j, span) : g;
    };
    const auto normalised = [&](int64_t at, auto span) { return (load(x + at, span) - mean) * inverse; };
    const auto [sum, products] =
        sum_segments<2>(p, [&](int64_t at, int64_t j, auto span, Vec<T>(&sums)[2]) {
          const Vec<T> xhat = normalised(at, span), g = gradient(at, j, span);
          sums[0] += g;
          sums[1] = mul_add(g, xhat, sums[1]);
          T* gammas = p.gamma_sums ? p.gamma_sums + parameters + j : nullptr;
          T* betas = p.beta_sums ? p.beta_sums + parameters + j : nullptr;
          if (gammas) store(gammas, mul_add(load(dy + at, span), xhat, load(gammas, span)), span);
          if (betas) store(betas, load(betas, span) + load(dy + at, span), span);
        }).of;
    if (!p.dx) continue;
    T* dx = p.dx + i * cols;
    const bool limited = p.unit && inverse >= inverse_of(p, T(0));
    const T by_mean = p.centred ? reduce_add(sum) / T(cols) : T(0);
    const T by_size = limited ? T(0) : reduce_add(products) / (p.unit ? T(1) : T(cols));
    for_segments(p, [&](int64_t at, int64_t j, auto span) {
      const Vec<T> d = gradient(at, j, span) - by_mean - normalised(at, span) * by_size;
      store(dx + at, d * inverse, span);
    });
  }
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
