// Softmax over rows and the fused heads: softmax or sigmoid with cross-entropy, from logits.
#pragma once
#include "kernels/losses.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// e^(x - max) of one row to y, unless y is null; what the sum of them and the maximum are.
template <class T>
struct RowExp {
  T max, sum;
};

template <class T>
LAMELLA_INLINE T row_max(int64_t cols, const T* x) {
  Vec<T> largest = splat(-kInfinity<T>);
  for_each_vector<T>(cols, [&](int64_t j, auto span) {
    largest = max(largest, fill_beyond(load(x + j, span), span, -kInfinity<T>));
  });
  return reduce_max(largest);
}

template <class T>
LAMELLA_INLINE RowExp<T> row_exp(int64_t cols, const T* x, T* y) {
  const T largest = row_max(cols, x);
  Vec<T> sum{};
  for_each_vector<T>(cols, [&](int64_t j, auto span) {
    const Vec<T> e = exp<T>(load(x + j, span) - largest);
    if (y) store(y + j, e, span);
    sum += fill_beyond(e, span, T(0));
  });
  return {largest, reduce_add(sum)};
}

template <class T>
void softmax_forward(int64_t rows, int64_t cols, const T* x, T* y) {
  for (int64_t i = 0; i < rows; ++i, x += cols, y += cols) {
    const T scale = T(1) / row_exp(cols, x, y).sum;
    for_each_vector<T>(cols, [&](int64_t j, auto span) { store(y + j, load(y + j, span) * scale, span); });
  }
}

template <class T>
void softmax_backward(int64_t rows, int64_t cols, const T* y, const T* dy, T* dx) {
  for (int64_t i = 0; i < rows; ++i, y += cols, dy += cols, dx += cols) {
    Vec<T> products{};
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      products = mul_add(load(y + j, span), load(dy + j, span), products);
    });
    const T dot = reduce_add(products);
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      store(dx + j, load(y + j, span) * (load(dy + j, span) - dot), span);
    });
  }
}

// row_loss[i] = log(row_loss[i]) * (mass ? mass[i] : 1) - offset...: see the callers. Logarithms by the
// vector.
template <class T>
LAMELLA_INLINE T log_of(T x) {
  return log<T>(splat(x))[0];
}

template <class T>
void softmax_cross_entropy_sparse(int64_t rows, int64_t cols, const T* z, const int32_t* labels,
                                  const T* weights, T scale, T* row_loss, T* probabilities, T* dz) {
  for (int64_t i = 0; i < rows; ++i, z += cols) {
    const int32_t label = labels[i];
    const T picked = label < 0 ? T(0) : z[label];
    T* e = probabilities ? probabilities + i * cols : dz ? dz + i * cols : nullptr;
    const RowExp<T> row = row_exp(cols, z, e);
    row_loss[i] = label < 0 ? T(0) : log_of(row.sum) - (picked - row.max);
    if (!e) continue;
    const T inverse = T(1) / row.sum;
    const T factor = label < 0 ? T(0) : weights ? scale * weights[i] : scale;
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      const Vec<T> p = load(e + j, span) * inverse;
      if (probabilities) store(probabilities + i * cols + j, p, span);
      if (dz) store(dz + i * cols + j, p * factor, span);
    });
    if (dz && label >= 0) dz[i * cols + label] -= factor;
  }
}

template <class T>
void softmax_cross_entropy(int64_t rows, int64_t cols, const T* z, const T* t, T smoothing, const T* weights,
                           T scale, T* row_loss, T* probabilities, T* dz) {
  const T share = T(1) - smoothing, floor = smoothing / T(cols);
  for (int64_t i = 0; i < rows; ++i, z += cols, t += cols) {
    const T largest = row_max(cols, z);
    T* e = probabilities ? probabilities + i * cols : dz ? dz + i * cols : nullptr;
    Vec<T> sum{}, mass{}, picked{};
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      const Vec<T> shifted = load(z + j, span) - largest;
      const Vec<T> target = fill_beyond(mul_add(load(t + j, span), splat(share), splat(floor)), span, T(0));
      const Vec<T> power = exp<T>(shifted);
      if (e) store(e + j, power, span);
      sum += fill_beyond(power, span, T(0));
      mass += target;
      picked += fill_beyond(target * shifted, span, T(0));
    });
    const T total = reduce_add(sum), target_mass = reduce_add(mass);
    row_loss[i] = log_of(total) * target_mass - reduce_add(picked);
    if (!e) continue;
    const T inverse = T(1) / total, factor = weights ? scale * weights[i] : scale;
    for_each_vector<T>(cols, [&](int64_t j, auto span) {
      const Vec<T> p = load(e + j, span) * inverse;
      if (probabilities) store(probabilities + i * cols + j, p, span);
      if (!dz) return;
      const Vec<T> target = mul_add(load(t + j, span), splat(share), splat(floor));
      store(dz + i * cols + j, (p * target_mass - target) * factor, span);
    });
  }
}

template <class T>
void sigmoid_cross_entropy(int64_t rows, int64_t cols, const T* z, const T* t, T smoothing, const T* weights,
                           T scale, T* row_loss, T* probabilities, T* dz) {
  const T share = T(1) - smoothing, floor = smoothing * T(0.5);
  const auto term = [&](Vec<T> logit, Vec<T> raw, int64_t at, auto span) -> LossTerm<T> {
    const Vec<T> target = mul_add(raw, splat(share), splat(floor));
    const Vec<T> e = exp<T>(-abs(logit));
    const Vec<T> p = (logit < 0 ? e : splat(T(1))) / (e + T(1));
    if (probabilities) store(probabilities + at, p, span);
    return {mul_add(-logit, target, max(Vec<T>{}, logit)) + log1p<T>(e), p - target};
  };
  pointwise_loss(rows, cols, z, t, weights, scale, row_loss, dz, term);
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
