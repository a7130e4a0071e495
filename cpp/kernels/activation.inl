// Element-wise activations and their derivatives, as vector functions that other kernels fuse, and as passes.
#pragma once
#include "kernels/math.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

template <Activation A>
struct Kind {
  static constexpr Activation value = A;
};

// body(Kind<kind>{}): turns the run-time activation into a compile-time one.
template <class Body>
LAMELLA_INLINE void with_activation(Activation kind, Body&& body) {
  switch (kind) {
    case Activation::linear:
      return body(Kind<Activation::linear>{});
    case Activation::relu:
      return body(Kind<Activation::relu>{});
    case Activation::leaky_relu:
      return body(Kind<Activation::leaky_relu>{});
    case Activation::elu:
      return body(Kind<Activation::elu>{});
    case Activation::gelu:
      return body(Kind<Activation::gelu>{});
    case Activation::silu:
      return body(Kind<Activation::silu>{});
    case Activation::sigmoid:
      return body(Kind<Activation::sigmoid>{});
    case Activation::tanh:
      return body(Kind<Activation::tanh>{});
    case Activation::softplus:
      return body(Kind<Activation::softplus>{});
  }
}

// The same for kernels that know only the output: the others (gelu, silu, softplus) do not come here.
template <class Body>
LAMELLA_INLINE void with_output_activation(Activation kind, Body&& body) {
  with_activation(kind, [&](auto k) {
    if constexpr (gradient_from_output(decltype(k)::value)) body(k);
  });
}

// x within bounds beyond which sigmoid is 0 or 1, so that no product is infinity * 0.
template <class T>
LAMELLA_INLINE Vec<T> bounded(Vec<T> x) {
  return min(splat(-Constants<T>::kExpMin), max(splat(Constants<T>::kExpMin), x));
}

template <Activation A, class T>
LAMELLA_INLINE Vec<T> activate(Vec<T> x, [[maybe_unused]] T alpha) {
  if constexpr (A == Activation::linear) return x;
  if constexpr (A == Activation::relu) return max(Vec<T>{}, x);
  if constexpr (A == Activation::leaky_relu) return x < 0 ? x * alpha : x;
  if constexpr (A == Activation::elu) return x < 0 ? expm1<T>(x) * alpha : x;
  if constexpr (A == Activation::gelu) {
    const Vec<T> bounded_below = max(splat(T(-40)), x);
    return bounded_below * normal(bounded_below).probability;
  }
  if constexpr (A == Activation::silu) return max(splat(Constants<T>::kExpMin), x) * sigmoid<T>(x);
  if constexpr (A == Activation::sigmoid) return sigmoid<T>(x);
  if constexpr (A == Activation::tanh) return tanh(x);
  if constexpr (A == Activation::softplus) return softplus<T>(x);
}

// dy * activation'; saved is y or x, see gradient_from_output.
template <Activation A, class T>
LAMELLA_INLINE Vec<T> activation_gradient(Vec<T> saved, Vec<T> dy, [[maybe_unused]] T alpha) {
  if constexpr (A == Activation::linear) return dy;
  if constexpr (A == Activation::relu) return saved > 0 ? dy : Vec<T>{};
  if constexpr (A == Activation::leaky_relu) return saved > 0 ? dy : dy * alpha;
  if constexpr (A == Activation::elu) return saved > 0 ? dy : dy * (saved + alpha);
  if constexpr (A == Activation::sigmoid) return dy * (saved * (T(1) - saved));
  if constexpr (A == Activation::tanh) return dy * mul_add(-saved, saved, splat(T(1)));
  if constexpr (A == Activation::softplus) return dy * sigmoid<T>(saved);
  if constexpr (A == Activation::gelu) {
    const Vec<T> x = min(splat(T(40)), max(splat(T(-40)), saved));
    const auto [density, probability] = normal(x);
    return dy * mul_add(x, density, probability);
  }
  if constexpr (A == Activation::silu) {
    const Vec<T> x = bounded<T>(saved), s = sigmoid<T>(x);
    return dy * (s * mul_add(x, T(1) - s, splat(T(1))));
  }
}

template <class T>
void activation_forward(Activation kind, T alpha, int64_t n, const T* x, T* y) {
  with_activation(kind, [&](auto k) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
      store(y + i, activate<decltype(k)::value, T>(load(x + i, span), alpha), span);
    });
  });
}

template <class T>
void activation_backward(Activation kind, T alpha, int64_t n, const T* saved, const T* dy, T* dx) {
  with_activation(kind, [&](auto k) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
      const Vec<T> gradient =
          activation_gradient<decltype(k)::value, T>(load(saved + i, span), load(dy + i, span), alpha);
      store(dx + i, gradient, span);
    });
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
