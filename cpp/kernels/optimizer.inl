// Optimizer updates, one pass over flat arrays. Formulas: Keras 3.
#pragma once
#include "kernels/math.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <class T>
void sgd(int64_t n, T learning_rate, T momentum, bool nesterov, const T* g, T* m, T* w) {
  const Vec<T> step = splat(-learning_rate), decay = splat(momentum);
  if (momentum == 0) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
      store(w + i, mul_add(step, load(g + i, span), load(w + i, span)), span);
    });
    return;
  }
  const auto update = [&](auto advance) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
      const Vec<T> change = load(g + i, span) * step, old_w = load(w + i, span);
      const Vec<T> velocity = mul_add(decay, load(m + i, span), change);
      store(m + i, velocity, span);
      store(w + i, old_w + advance(velocity, change), span);
    });
  };
  if (nesterov)
    update([&](Vec<T> velocity, Vec<T> change) { return mul_add(decay, velocity, change); });
  else
    update([](Vec<T> velocity, Vec<T>) { return velocity; });
}

// All loads come before the stores: arrays a multiple of 4 KB apart would look to the processor as if they
// overlapped.
template <class T>
void adam(int64_t n, T alpha, T beta_1, T beta_2, T epsilon, const T* g, T* m, T* v, T* w) {
  const Vec<T> rate_1 = splat(T(1) - beta_1), rate_2 = splat(T(1) - beta_2), step = splat(-alpha);
  for_each_vector<T>(n, [&](int64_t i, auto span) {
    const Vec<T> gradient = load(g + i, span), old_m = load(m + i, span), old_v = load(v + i, span),
                 old_w = load(w + i, span);
    const Vec<T> new_m = mul_add(gradient - old_m, rate_1, old_m);
    const Vec<T> new_v = mul_add(mul_add(gradient, gradient, -old_v), rate_2, old_v);
    store(m + i, new_m, span);
    store(v + i, new_v, span);
    const Vec<T> scale =
        root(min(splat(T(1e37)), max(splat(Constants<T>::kSmallestNormal), new_v))) + epsilon;
    store(w + i, mul_add(step, quotient(new_m, scale), old_w), span);
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
