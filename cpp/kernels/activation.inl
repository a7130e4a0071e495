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
#define LAMELLA_ACTIVATION(name) \
  case Activation::name:         \
    return body(Kind<Activation::name>{});
#include "base/activations.inc"
#undef LAMELLA_ACTIVATION
  }
}

// The same for kernels that take the activation along: only those with can_fuse come here.
template <class Body>
LAMELLA_INLINE void with_fused_activation(Activation kind, Body&& body) {
  with_activation(kind, [&](auto k) {
    if constexpr (can_fuse(decltype(k)::value)) body(k);
  });
}

// x within bounds beyond which sigmoid is 0 or 1, so that no product is infinity * 0.
template <class T>
LAMELLA_INLINE Vec<T> bounded(Vec<T> x) {
  return min(splat(-Constants<T>::kExpMin), max(splat(Constants<T>::kExpMin), x));
}

// Klambauer et al., arXiv 1706.02515.
constexpr double kSeluScale = 1.0507009873554805, kSeluAlpha = 1.6732632423543772;

// The argument of the sigmoid that approximates the normal distribution (Hendrycks & Gimpel, arXiv
// 1606.08415), and its derivative.
template <class T>
LAMELLA_INLINE Vec<T> gelu_argument(Vec<T> x) {
  return x * mul_add(x * x, splat(T(0.044715 * 1.5957691216057308)), splat(T(1.5957691216057308)));
}
template <class T>
LAMELLA_INLINE Vec<T> gelu_argument_slope(Vec<T> x) {
  return mul_add(x * x, splat(T(3 * 0.044715 * 1.5957691216057308)), splat(T(1.5957691216057308)));
}

// sqrt(x^2 + a), |x| where the square would be too large.
template <class T>
LAMELLA_INLINE Vec<T> square_root_plus(Vec<T> x, T a) {
  return abs(x) > T(1e18) ? abs(x) : sqrt(mul_add(x, x, splat(a)));
}

// tanh(log(1 + e^x)) = n / (n + 2) with n = e^2x + 2 e^x.
template <class T>
LAMELLA_INLINE Vec<T> tanh_of_softplus(Vec<T> x) {
  const Vec<T> e = exp<T>(min(splat(T(20)), x)), n = e * (e + T(2));
  return n / (n + T(2));
}

// Not-a-number propagates: min and max return their second argument then, and comparisons are false.
template <Activation A, class T>
LAMELLA_INLINE Vec<T> activate(Vec<T> x, [[maybe_unused]] const ActivationParameters<T>& p) {
  if constexpr (A == Activation::linear) return x;
  if constexpr (A == Activation::relu) return max(Vec<T>{}, x);
  if constexpr (A == Activation::leaky_relu) return x < 0 ? x * p.a : x;
  if constexpr (A == Activation::elu) return x < 0 ? expm1<T>(x) * p.a : x;
  if constexpr (A == Activation::sigmoid) return sigmoid<T>(x);
  if constexpr (A == Activation::tanh) return tanh(x);
  if constexpr (A == Activation::bounded_relu) {
    // Without a slope, minus infinity must not meet the factor 0.
    const Vec<T> depth = min(splat(p.a == 0 ? T(1) : kInfinity<T>), max(Vec<T>{}, p.threshold - x));
    return x > p.threshold ? min(splat(p.high), max(splat(p.low), x)) : Vec<T>{} - depth * p.a;
  }
  if constexpr (A == Activation::celu) return x < 0 ? expm1<T>(x / p.a) * p.a : x;
  if constexpr (A == Activation::exponential) return exp<T>(x);
  if constexpr (A == Activation::gelu) {
    const Vec<T> bounded_below = max(splat(T(-40)), x);
    return bounded_below * normal(bounded_below).probability;
  }
  if constexpr (A == Activation::gelu_tanh) {
    const Vec<T> bounded_below = max(splat(T(-30)), x);
    return bounded_below * sigmoid<T>(gelu_argument<T>(bounded_below));
  }
  if constexpr (A == Activation::hard_shrink) return abs(x) <= p.a ? Vec<T>{} : x;
  if constexpr (A == Activation::hard_sigmoid)
    return min(splat(T(1)), max(Vec<T>{}, mul_add(x, splat(p.a), splat(T(0.5)))));
  if constexpr (A == Activation::hard_silu) {
    const Vec<T> bounded_below = max(splat(T(-3)), x);
    return bounded_below * min(splat(T(1)), (bounded_below + T(3)) * T(1.0 / 6));
  }
  if constexpr (A == Activation::log_sigmoid) return -softplus<T>(-x);
  if constexpr (A == Activation::mish) return max(splat(Constants<T>::kExpMin), x) * tanh_of_softplus<T>(x);
  if constexpr (A == Activation::selu)
    return x < 0 ? expm1<T>(x) * T(kSeluScale * kSeluAlpha) : x * T(kSeluScale);
  if constexpr (A == Activation::silu) return max(splat(Constants<T>::kExpMin), x) * sigmoid<T>(x);
  if constexpr (A == Activation::soft_shrink)
    return abs(x) <= p.a ? Vec<T>{} : x - with_sign(splat(p.a), sign_of(x));
  if constexpr (A == Activation::softplus) return softplus<T>(x);
  if constexpr (A == Activation::softsign) {
    const Vec<T> size = min(splat(T(1e30)), abs(x));
    return with_sign(size / (size + T(1)), sign_of(x));
  }
  if constexpr (A == Activation::sparse_plus)
    return x <= -1 ? Vec<T>{} : (x < 1 ? (x + T(1)) * (x + T(1)) * T(0.25) : x);
  if constexpr (A == Activation::squareplus) {
    const Vec<T> root = square_root_plus<T>(x, p.a);
    return x < 0 ? splat(p.a * T(0.5)) / (root - x) : (x + root) * T(0.5);  // of x < 0 without cancellation
  }
  if constexpr (A == Activation::tanh_shrink) return x - tanh(x);
  if constexpr (A == Activation::threshold) return x <= p.threshold ? splat(p.a) : x;
}

// dy * activation'; saved is y or x, see gradient_from_output.
template <Activation A, class T>
LAMELLA_INLINE Vec<T> activation_gradient(Vec<T> saved, Vec<T> dy,
                                          [[maybe_unused]] const ActivationParameters<T>& p) {
  if constexpr (A == Activation::linear) return dy;
  if constexpr (A == Activation::relu) return saved > 0 ? dy : Vec<T>{};
  if constexpr (A == Activation::leaky_relu) return saved > 0 ? dy : dy * p.a;
  if constexpr (A == Activation::elu) return saved > 0 ? dy : dy * (saved + p.a);
  if constexpr (A == Activation::sigmoid) return dy * (saved * (T(1) - saved));
  if constexpr (A == Activation::tanh) return dy * mul_add(-saved, saved, splat(T(1)));
  if constexpr (A == Activation::bounded_relu) {
    const Vec<T> inside = saved < p.low ? Vec<T>{} : (saved > p.high ? Vec<T>{} : dy);
    return saved > p.threshold ? inside : dy * p.a;
  }
  if constexpr (A == Activation::celu) return saved > 0 ? dy : dy * (saved / p.a + T(1));
  if constexpr (A == Activation::exponential) return dy * saved;
  if constexpr (A == Activation::gelu) {
    const Vec<T> x = min(splat(T(40)), max(splat(T(-40)), saved));
    const auto [density, probability] = normal(x);
    return dy * mul_add(x, density, probability);
  }
  if constexpr (A == Activation::gelu_tanh) {
    const Vec<T> x = min(splat(T(30)), max(splat(T(-30)), saved)), s = sigmoid<T>(gelu_argument<T>(x));
    return dy * (s * mul_add(x * gelu_argument_slope<T>(x), T(1) - s, splat(T(1))));
  }
  if constexpr (A == Activation::hard_shrink || A == Activation::soft_shrink)
    return saved == 0 ? Vec<T>{} : dy;
  if constexpr (A == Activation::hard_sigmoid) {
    const Vec<T> below_one = saved < 1 ? dy * p.a : Vec<T>{};
    return saved > 0 ? below_one : Vec<T>{};
  }
  if constexpr (A == Activation::hard_silu) {
    const Vec<T> x = min(splat(T(3)), max(splat(T(-3)), saved));
    const Vec<T> slope = mul_add(x, splat(T(1.0 / 3)), splat(T(0.5)));
    return dy * (abs(saved) < 3 ? slope : (saved > 0 ? splat(T(1)) : x + T(3)));
  }
  if constexpr (A == Activation::log_sigmoid) return dy * sigmoid<T>(-saved);
  if constexpr (A == Activation::mish) {
    const Vec<T> x = bounded<T>(saved), t = tanh_of_softplus<T>(x);
    return dy * mul_add(x * mul_add(-t, t, splat(T(1))), sigmoid<T>(x), t);
  }
  if constexpr (A == Activation::selu)
    return dy * (saved > 0 ? splat(T(kSeluScale)) : saved + T(kSeluScale * kSeluAlpha));
  if constexpr (A == Activation::silu) {
    const Vec<T> x = bounded<T>(saved), s = sigmoid<T>(x);
    return dy * (s * mul_add(x, T(1) - s, splat(T(1))));
  }
  if constexpr (A == Activation::softplus) return dy * sigmoid<T>(saved);
  if constexpr (A == Activation::softsign) {
    const Vec<T> inverse = T(1) / (abs(saved) + T(1));
    return dy * (inverse * inverse);
  }
  if constexpr (A == Activation::sparse_plus)
    return dy * min(splat(T(1)), max(Vec<T>{}, mul_add(saved, splat(T(0.5)), splat(T(0.5)))));
  if constexpr (A == Activation::squareplus) {
    const Vec<T> root = square_root_plus<T>(saved, p.a);
    const Vec<T> y = saved < 0 ? splat(p.a * T(0.5)) / (root - saved) : (saved + root) * T(0.5);
    return dy * min(splat(T(1)), y / min(splat(T(1e30)), root));
  }
  if constexpr (A == Activation::tanh_shrink) return dy * (tanh(saved) * tanh(saved));
  if constexpr (A == Activation::threshold) return saved <= p.threshold ? Vec<T>{} : dy;
}

template <class T>
void activation_forward(Activation kind, const ActivationParameters<T>& p, int64_t n, const T* x, T* y) {
  with_activation(kind, [&](auto k) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
      store(y + i, activate<decltype(k)::value, T>(load(x + i, span), p), span);
    });
  });
}

template <class T>
void activation_backward(Activation kind, const ActivationParameters<T>& p, int64_t n, const T* saved,
                         const T* dy, T* dx) {
  with_activation(kind, [&](auto k) {
    for_each_vector<T>(n, [&](int64_t i, auto span) {
      const Vec<T> gradient =
          activation_gradient<decltype(k)::value, T>(load(saved + i, span), load(dy + i, span), p);
      store(dx + i, gradient, span);
    });
  });
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
