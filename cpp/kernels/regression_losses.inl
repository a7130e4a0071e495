// Losses that are means over the columns of a function of one prediction and one target. Formulas: Keras 3.
#pragma once
#include "kernels/losses.inl"
#include "kernels/softmax.inl"

namespace lamella::kernels::LAMELLA_ISA {
namespace {

// base^exponent for base >= 0; 0^0 is 1.
template <class T>
LAMELLA_INLINE Vec<T> power(Vec<T> base, T exponent) {
  if (exponent == T(0)) return splat(T(1));
  return exp<T>(log<T>(max(Vec<T>{}, base)) * exponent);
}

// -1, 0 or 1.
template <class T>
LAMELLA_INLINE Vec<T> signum(Vec<T> x) {
  return x == 0 ? x : with_sign(splat(T(1)), sign_of(x));
}

template <class T>
LAMELLA_INLINE LossTerm<T> percentage_term(Vec<T> p, Vec<T> t) {
  const Vec<T> error = p - t, size = T(100) / max(splat(kClip<T>), abs(t));
  return {abs(error) * size, signum<T>(error) * size};
}

template <class T>
LAMELLA_INLINE LossTerm<T> squared_logarithmic_term(Vec<T> p, Vec<T> t) {
  const Vec<T> one_more = max(splat(kClip<T>), p) + T(1);
  const Vec<T> error = log<T>(one_more) - log<T>(max(splat(kClip<T>), t) + T(1));
  const Vec<T> slope = error * T(2) / one_more;
  return {error * error, p < kClip<T> ? Vec<T>{} : slope};
}

template <class T>
LAMELLA_INLINE LossTerm<T> huber_term(Vec<T> p, Vec<T> t, T delta) {
  const Vec<T> error = p - t, size = abs(error);
  const Vec<T> quadratic = error * error * T(0.5), linear = size * delta - T(0.5) * delta * delta;
  return {size <= delta ? quadratic : linear, size <= delta ? error : signum<T>(error) * delta};
}

// log cosh x = |x| + log1p(e^(-2|x|)) - log 2.
template <class T>
LAMELLA_INLINE LossTerm<T> log_cosh_term(Vec<T> p, Vec<T> t) {
  const Vec<T> error = p - t, size = abs(error);
  return {size + log1p_of_unit<T>(exp<T>(size * T(-2))) - T(0.69314718055994530942), tanh(error)};
}

template <class T>
LAMELLA_INLINE LossTerm<T> poisson_term(Vec<T> p, Vec<T> t) {
  const Vec<T> shifted = p + kClip<T>;
  return {p - t * log<T>(shifted), T(1) - t / shifted};
}

template <class T>
LAMELLA_INLINE LossTerm<T> hinge_term(Vec<T> p, Vec<T> t, bool binary_labels, bool squared) {
  const Vec<T> sign = binary_labels ? t * T(2) - T(1) : t;
  const Vec<T> margin = max(Vec<T>{}, T(1) - sign * p);
  const Vec<T> slope = margin > 0 ? -sign : Vec<T>{};
  if (!squared) return {margin, slope};
  return {margin * margin, slope * margin * T(2)};
}

// Lin et al., "Focal Loss for Dense Object Detection", equation 5, on Keras's clipped cross-entropy.
template <class T>
LAMELLA_INLINE LossTerm<T> binary_focal_term(Vec<T> raw, Vec<T> label, const RowLossBlock<T>& b) {
  const Vec<T> p = b.from_logits ? sigmoid<T>(raw) : raw;
  const Vec<T> t = label * (T(1) - b.smoothing) + T(0.5) * b.smoothing;
  const Vec<T> q = clip_probability<T>(p), rest = T(1) - q;
  const Vec<T> entropy = -(t * log<T>(q) + (T(1) - t) * log<T>(rest));
  const Vec<T> entropy_slope = unless_clipped<T>(p, (q - t) / (q * rest));
  const Vec<T> miss = T(1) - (t * p + (T(1) - t) * (T(1) - p));
  const Vec<T> focus = power<T>(miss, b.gamma);
  const Vec<T> focus_slope = power<T>(miss, b.gamma - T(1)) * (T(1) - t * T(2)) * b.gamma;
  const Vec<T> weight = b.balanced ? t * b.alpha + (T(1) - t) * (T(1) - b.alpha) : splat(T(1));
  Vec<T> slope = weight * (focus * entropy_slope + (b.gamma == T(0) ? Vec<T>{} : focus_slope * entropy));
  if (b.from_logits) slope = slope * p * (T(1) - p);
  return {weight * focus * entropy, slope};
}

template <class T>
void pointwise_row_loss(LossKind kind, const RowLossBlock<T>& b) {
  const auto run = [&](auto term) {
    pointwise_loss(b.rows, b.cols, b.p, b.t, b.weights, b.scale, b.row_loss, b.dp,
                   [&](Vec<T> p, Vec<T> t, int64_t, auto) -> LossTerm<T> { return term(p, t); });
  };
  switch (kind) {
    case LossKind::absolute_percentage_error:
      return run([](Vec<T> p, Vec<T> t) { return percentage_term<T>(p, t); });
    case LossKind::squared_logarithmic_error:
      return run([](Vec<T> p, Vec<T> t) { return squared_logarithmic_term<T>(p, t); });
    case LossKind::huber:
      return run([&](Vec<T> p, Vec<T> t) { return huber_term<T>(p, t, b.delta); });
    case LossKind::log_cosh:
      return run([](Vec<T> p, Vec<T> t) { return log_cosh_term<T>(p, t); });
    case LossKind::poisson:
      return run([](Vec<T> p, Vec<T> t) { return poisson_term<T>(p, t); });
    case LossKind::hinge:
      return run([&](Vec<T> p, Vec<T> t) { return hinge_term<T>(p, t, b.binary_labels, false); });
    case LossKind::squared_hinge:
      return run([&](Vec<T> p, Vec<T> t) { return hinge_term<T>(p, t, b.binary_labels, true); });
    default:
      return run([&](Vec<T> p, Vec<T> t) { return binary_focal_term<T>(p, t, b); });
  }
}

}  // namespace
}  // namespace lamella::kernels::LAMELLA_ISA
