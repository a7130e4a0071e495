// Losses of predictions, one value a row, with their gradients.
#pragma once
#include "kernels/math.inl"
#include "kernels/pairwise.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// What one element adds to its row's loss (before the mean over columns), and the derivative of that.
template <class T>
struct LossTerm {
  Vec<T> value, gradient;
};

// term(p, t, index, span): losses that are means over the columns of a function of one prediction and one
// target.
template <class T, class Term>
LAMELLA_INLINE void pointwise_loss(int64_t rows, int64_t cols, const T* p, const T* t, const T* weights,
                                   T scale, T* row_loss, T* dp, Term term) {
  if (cols == 1) {  // then rows, not columns, fill the vectors
    for_each_vector<T>(rows, [&](int64_t i, auto span) {
      const LossTerm<T> loss = term(load(p + i, span), load(t + i, span), i, span);
      store(row_loss + i, loss.value, span);
      const Vec<T> factor = weights ? load(weights + i, span) * scale : splat(scale);
      if (dp) store(dp + i, loss.gradient * factor, span);
    });
    return;
  }
  for (int64_t i = 0; i < rows; ++i) {
    const T factor = (weights ? scale * weights[i] : scale) / T(cols);
    row_loss[i] = row_sum<T>(cols,
                             [&](int64_t j, auto span) {
                               const int64_t at = i * cols + j;
                               const LossTerm<T> loss =
                                   term(load(p + at, span), load(t + at, span), at, span);
                               if (dp) store(dp + at, loss.gradient * factor, span);
                               return loss.value;
                             }) /
                  T(cols);
  }
}

template <class T>
void squared_error(int64_t rows, int64_t cols, const T* p, const T* t, const T* weights, T scale, T* row_loss,
                   T* dp) {
  pointwise_loss(rows, cols, p, t, weights, scale, row_loss, dp,
                 [](Vec<T> prediction, Vec<T> target, int64_t, auto) -> LossTerm<T> {
                   const Vec<T> error = prediction - target;
                   return {error * error, error * T(2)};
                 });
}

template <class T>
void absolute_error(int64_t rows, int64_t cols, const T* p, const T* t, const T* weights, T scale,
                    T* row_loss, T* dp) {
  pointwise_loss(rows, cols, p, t, weights, scale, row_loss, dp,
                 [](Vec<T> prediction, Vec<T> target, int64_t, auto) -> LossTerm<T> {
                   const Vec<T> error = prediction - target;
                   return {abs(error), error == 0 ? error : with_sign(splat(T(1)), sign_of(error))};
                 });
}

template <class T>
constexpr T kClip = T(1e-7);  // Keras's epsilon

template <class T>
LAMELLA_INLINE Vec<T> clip_probability(Vec<T> q) {
  return min(splat(T(1) - kClip<T>), max(splat(kClip<T>), q));
}

// value where the probability q was not clipped, else 0.
template <class T>
LAMELLA_INLINE Vec<T> unless_clipped(Vec<T> q, Vec<T> value) {
  value = q < kClip<T> ? Vec<T>{} : value;
  return q > T(1) - kClip<T> ? Vec<T>{} : value;
}

template <class T>
void binary_cross_entropy(int64_t rows, int64_t cols, const T* p, const T* t, T smoothing, const T* weights,
                          T scale, T* row_loss, T* dp) {
  const T share = T(1) - smoothing, floor = smoothing * T(0.5);
  const auto term = [&](Vec<T> raw, Vec<T> label, int64_t, auto) -> LossTerm<T> {
    const Vec<T> target = mul_add(label, splat(share), splat(floor));
    const Vec<T> q = clip_probability<T>(raw), rest = T(1) - q;
    const Vec<T> value = -mul_add(target, log<T>(q), (T(1) - target) * log<T>(rest));
    return {value, unless_clipped<T>(raw, quotient(q - target, q * rest))};
  };
  pointwise_loss(rows, cols, p, t, weights, scale, row_loss, dp, term);
}

// With S the row's sum and q = p / S: d(-log q_label)/dp_k = (1 - [k = label] / q_label) / S.
template <class T>
void cross_entropy_sparse(int64_t rows, int64_t cols, const T* p, const int32_t* labels, const T* weights,
                          T scale, T* row_loss, T* dp) {
  for (int64_t i = 0; i < rows; ++i, p += cols) {
    const int32_t label = labels[i];
    const T sum = row_sum(cols, p);
    const Vec<T> q = splat(label < 0 ? T(1) : p[label] / sum);
    row_loss[i] = label < 0 ? T(0) : -log<T>(clip_probability<T>(q))[0];
    if (!dp) continue;
    const T factor = label < 0 ? T(0) : (weights ? scale * weights[i] : scale) / sum;
    const Vec<T> others = unless_clipped<T>(q, splat(factor));
    T* row = dp + i * cols;
    const T at_label = (others - unless_clipped<T>(q, factor / q))[0];
    for_each_vector<T>(cols, [&](int64_t j, auto span) { store(row + j, others, span); });
    if (label >= 0) row[label] = at_label;
  }
}

// With u_k = 0 where q_k is clipped, else 1: d/dp_k = (sum_j t'_j u_j - t'_k u_k / q_k) / S.
template <class T>
void cross_entropy(int64_t rows, int64_t cols, const T* p, const T* t, T smoothing, const T* weights, T scale,
                   T* row_loss, T* dp) {
  const T share = T(1) - smoothing, floor = smoothing / T(cols);
  for (int64_t i = 0; i < rows; ++i, p += cols, t += cols) {
    const T inverse = T(1) / row_sum(cols, p);
    const auto [loss, mass] = sum_along<T, 2>(cols, [&](int64_t j, auto span, Vec<T>(&sums)[2]) {
                                const Vec<T> q = load(p + j, span) * inverse;
                                const Vec<T> target = fill_beyond(
                                    mul_add(load(t + j, span), splat(share), splat(floor)), span, T(0));
                                sums[0] = mul_add(target, log<T>(clip_probability<T>(q)), sums[0]);
                                sums[1] += unless_clipped<T>(q, target);
                              }).of;
    row_loss[i] = -reduce_add(loss);
    if (!dp) continue;
    const T factor = (weights ? scale * weights[i] : scale) * inverse, total = reduce_add(mass);
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      const Vec<T> q = load(p + j, span) * inverse;
      const Vec<T> target = mul_add(load(t + j, span), splat(share), splat(floor));
      store(dp + i * cols + j, (total - unless_clipped<T>(q, target / q)) * factor, span);
    });
  }
}

// What is not a number is never the maximum.
template <class T>
void argmax_rows(int64_t rows, int64_t cols, const T* x, int32_t* index) {
  for (int64_t i = 0; i < rows; ++i, x += cols) {
    Vec<T> largest = splat(-kInfinity<T>);
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      largest = max(fill_beyond(load(x + j, span), span, -kInfinity<T>), largest);
    });
    const T maximum = reduce_max(largest);
    int32_t first = 0;
    for (int64_t j = 0; j < cols; j += lanes<T>) {
      const Vec<T> v = cols - j < lanes<T> ? load(x + j, Part{cols - j}) : load(x + j);
      const uint32_t equal = bits_of((Int<T>)(v == maximum));
      if (!equal) continue;
      first = static_cast<int32_t>(j) + __builtin_ctz(equal);
      break;
    }
    index[i] = first < cols ? first : 0;
  }
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
